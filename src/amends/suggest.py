"""Suggest a scenario for a record from its fields and words; the hints are in prompts/suggest.toml."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from amends import files
from amends.display import one_line
from amends.language import language
from amends.scenario import scenario_names, scenarios
from amends.text import clean, fold, fold_pattern

TOLD_FIRST, TOLD_ELSEWHERE = 2, 1  # points of a pattern in what_happened, and in the other texts
_TEXTS = ("impact", "cause", "complaint")
_NOTHING = "other"


class Suggestion(NamedTuple):
    """A scenario and what in the record speaks for it."""

    scenario: str
    reason: str


class _Hint(NamedTuple):
    points: int
    says: str


def suggest(record: Mapping[str, Any]) -> Suggestion:
    """Return the scenario that most of *record* speaks for, `other` where nothing speaks for any.

    The record may be incomplete. A scenario that it names is not read. Raises UsageError for an unknown language.
    """
    code = language(str(record.get("language") or "en")).code
    best, evidence = _NOTHING, list[_Hint]()
    for name in scenario_names():
        hints = list(_hints(record, name, code))
        if sum(hint.points for hint in hints) > sum(hint.points for hint in evidence):
            best, evidence = name, hints
    if not evidence:
        return Suggestion(best, "nothing in the record speaks for one of the others")
    said = "; ".join(dict.fromkeys(hint.says for hint in evidence))
    return Suggestion(best, f"{said}. Use it when: {scenarios()[best].use_when} Not when: {scenarios()[best].not_when}")


def _hints(record: Mapping[str, Any], name: str, code: str) -> Iterator[_Hint]:
    table = _tables().get(name, {})
    for condition, points in table.get("fields", {}).items():
        if all(_filled(record, path) for path in condition.split()):
            yield _Hint(points, "has " + ", ".join(p for p in condition.split() if not p.startswith("!")))
    first, others = _read(record, ("what_happened",)), _read(record, _TEXTS)
    for pattern in _patterns(name, code):
        for text, points in ((first, TOLD_FIRST), (others, TOLD_ELSEWHERE)):
            found = pattern.search(text.folded)
            if found:
                yield _Hint(points, f"says “{one_line(text.plain[found.start() : found.end()], 50)}”")
                break


class _Text(NamedTuple):
    plain: str
    folded: str


def _read(record: Mapping[str, Any], fields: tuple[str, ...]) -> _Text:
    plain = clean("\n".join(str(record.get(field) or "")[:20_000] for field in fields)).text
    return _Text(plain, fold(plain))


def _filled(record: Mapping[str, Any], path: str) -> bool:
    """Whether the field at *path* holds something; for "!path", whether it does not."""
    value: Any = record
    for part in path.lstrip("!").split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return bool(value) != path.startswith("!")


@cache
def _tables() -> dict[str, Any]:
    return files.read_toml(files.prompts() / "suggest.toml")


@cache
def _patterns(name: str, code: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(fold_pattern(text)) for text in _tables().get(name, {}).get(code, []))
