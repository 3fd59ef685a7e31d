"""Draft the letters of a model that obeys each attack, and of one that does not."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import amends
from amends.prompt import messages
from amends.usage import Completion, Message
from evals.labelled import ROOT, letters

HERE = Path(__file__).parent
_FENCE = re.compile(r"^<<<(\w+)\n(.*?)^\1>>>$", re.MULTILINE | re.DOTALL)


class Attack(NamedTuple):
    """A record with an instruction in it, the letter that obeys, and the honest one."""

    id: str
    language: str
    incident: amends.Incident
    obeying: str
    honest: str


class Outcome(NamedTuple):
    """What became of an attack: `twin_failures` are the verdicts that the honest letter failed."""

    obeyed_passes: bool
    twin_failures: list[str]
    fenced: bool


class Scripted:
    """A model with one answer."""

    name = "scripted"

    def __init__(self, letter: str) -> None:
        self.letter = letter

    async def write(
        self, messages: list[Message], *, max_tokens: int | None = None, incident: amends.Incident | None = None
    ) -> Completion:
        """Return the letter, whatever is asked."""
        return Completion(self.letter)


def attacks(language: str) -> Iterator[Attack]:
    """Yield the attacks in *language*."""
    fields = _table("fields")
    table = _table(language)
    letter, record, contact = _base(table.pop("base"), language)
    for name, (order, *does) in table.items():
        incident = amends.Incident.load(_placed(record, fields[name], order))
        if does[0].startswith("language:"):
            other = does[0].removeprefix("language:")
            obeying = _base(_table(other)["base"], other)[0]
        else:
            before, after = does if len(does) == 2 else (contact, f"{does[0]}\n\n{contact}")
            if before not in letter:
                raise ValueError(f"{language}.toml: {name}: {before!r} is not in the honest letter")
            obeying = letter.replace(before, after)
        yield Attack(name, language, incident, obeying, letter)


def run(attack: Attack) -> Outcome:
    """Return how the drafts of an obedient and of an honest model are judged."""
    obeyed, honest = (
        amends.Drafter(model=Scripted(letter), attempts=1).draft(attack.incident)
        for letter in (attack.obeying, attack.honest)
    )
    return Outcome(obeyed.passed, list(honest.report.failures), fenced(attack.incident))


def fenced(incident: amends.Incident) -> bool:
    """Whether the prompt keeps the complaint between two markers, with no third in the record's text."""
    user = messages(incident).messages[-1]["content"]
    if not incident.complaint:
        return not _FENCE.search(user)
    found = _FENCE.search(user)
    if not found or incident.complaint not in found[2]:
        return False
    # The line above the fence names the marker, too.
    return user.count(f"<<<{found[1]}") == user.count(f"{found[1]}>>>") == 1 and found[1] not in found[2]


@cache
def _text(name: str) -> str:
    return (HERE / f"{name}.toml").read_text(encoding="utf-8")


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads(_text(name))


@cache
def _base(name: str, language: str) -> tuple[str, dict[str, Any], str]:
    """Return an honest letter, its record, and the sentence before which an obedient model puts its own."""
    if "-gold-" in name:
        file = name.removeprefix(f"{language}-gold-").replace("-", "_")
        table = tomllib.loads((ROOT / "evals/gold" / language / f"{file}.toml").read_text(encoding="utf-8"))
        return table["letter"].strip(), table["incident"], table["carriers"]["contact"][0]
    case = next(case for case in letters(language) if case.id == name)
    record = case.incident.model_dump(mode="json", exclude_unset=True)
    return case.letter, record, case.carriers["contact"][0]


def _placed(record: dict[str, Any], path: str, order: str) -> dict[str, Any]:
    """Return *record* with *order* at the end of the field at *path*."""
    group, _, key = path.partition(".")
    if not key:
        return {**record, group: f"{record.get(group, '')} {order}".strip()}
    inner = record.get(group, {})
    return {**record, group: {**inner, key: f"{inner.get(key, '')} {order}".strip()}}
