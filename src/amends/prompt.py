"""Put an incident into the messages a model gets: what many share first, the record last."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from amends.examples import Example, choose
from amends.incident import Incident
from amends.language import language
from amends.report import ELEMENTS, FAULTS, REQUIREMENTS, Claim, Element, Fault, Report
from amends.rubric import ruleset as rubric_rules
from amends.rubric.verdicts import Meaning, meanings
from amends.scenario import MANY_READERS, Scenario, scenarios
from amends.templates import render
from amends.usage import Message

MARKER_SIZE = 16  # hex digits of the fence's marker, more where the record holds them
MANY_WORDS = 450  # the body's limit in a letter to many (source: spec rubric, `verbose`)
# Not for the writer: the caller's key, and what the prompt says in other places.
_NOT_FACTS = ("id", "complaint", "complaint_points", "withhold")
_BY_RECORD = {"next_update"}  # asked of any scenario whose record leaves the cause open


class Prompt(NamedTuple):
    """The messages for one letter. `prefix` is the part shared with the incidents of the same scenario,
    language, mode and audience; `examples` names the few-shot letters, the closest first."""

    messages: list[Message]
    examples: list[str]
    prefix: str
    rules: str | Path | None = None  # the folder of a house's own rules


class Fact(NamedTuple):
    """A filled field of the record, on one line."""

    path: str
    value: str
    withheld: bool


def messages(incident: Incident, *, examples: str | Path | None = None, rules: str | Path | None = None) -> Prompt:
    """Return the messages that ask for the letter: a system message that is the shared prefix, then the record.

    *examples* is a folder of a house's own few-shot letters, *rules* one of its own rules. Raises DataError
    where one of their files is faulty.
    """
    ranked = choose(incident, folder=examples)
    # The prefix must not depend on severity and voice, which only rank the examples: it has them by id.
    shown = sorted(ranked, key=lambda example: example.id)
    # A house's rules may change under a long-lived process; ours do not.
    system = (_system if rules is None else _system.__wrapped__)(_kind(incident), incident.mode, rules, tuple(shown))
    user = render("draft.md.jinja", {
        **_record(incident), "language": language(incident.language), "channel": incident.channel,
        "tone": _scenario(incident).tone[incident.severity],
        "closest": [shown.index(example) + 1 for example in ranked],
        "cause_known": incident.cause_status == "known",
        "has_preventions": bool(incident.preventions), "has_remedies": bool(incident.remedies),
    })  # fmt: skip
    return Prompt(
        messages=[{"role": "system", "content": system}, {"role": "user", "content": user}],
        examples=[example.id for example in ranked],
        prefix=system,
        rules=rules,
    )


def revision(incident: Incident, letter: str, report: Report, prompt: Prompt) -> list[Message]:
    """Return the messages that ask to mend *letter*: short rules, the record, the letter and what failed.

    Their size does not grow with the attempts, and the few-shot letters stay out.
    """
    rendered = _revise_system if prompt.rules is None else _revise_system.__wrapped__
    system = rendered(_kind(incident), incident.channel == "email", prompt.rules)
    user = render("revise.md.jinja", {
        **_record(incident, letter), "letter": letter, "failures": list(_failures(incident, report)),
    })  # fmt: skip
    return [{"role": "system", "content": system}, {"role": "user", "content": user}]


def resent(incident: Incident, letter: str, report: Report, prompt: Prompt) -> list[Message]:
    """Return the first prompt once more, *letter* as its answer, and what failed: for who has the prompt cached."""
    wrong = render("_wrong.md.jinja", {"failures": list(_failures(incident, report))})
    return [*prompt.messages, {"role": "assistant", "content": letter}, {"role": "user", "content": wrong}]


def facts(incident: Incident) -> list[Fact]:
    """Return what the letter may state, in the record's order, each value on one line."""
    found: list[Fact] = []
    for path, value in incident.leaves():
        if path.split("[")[0].split(".")[0] in _NOT_FACTS:
            continue
        text = _one_line(str(value))
        if path.startswith("remedies[") and path.endswith(".amount.currency"):
            amount = found.pop()
            found.append(Fact(amount.path.removesuffix(".value"), f"{amount.value} {text}", amount.withheld))
        else:
            found.append(Fact(_one_line(path), text, incident.withheld(path)))
    return found


def _one_line(text: str) -> str:
    return " ".join(text.split())


def marker(incident: Incident, *texts: str) -> str:
    """Return the fence's marker: hex of the whole record's SHA-256, as long as needed to occur in none of its texts.

    Reproducible, and not choosable by who writes only the complaint.
    """
    record = incident.model_dump_json()
    held = "\n".join([record, *texts]).casefold()
    digest = hashlib.sha256(record.encode()).hexdigest()
    size = MARKER_SIZE
    while digest[:size] in held:
        size += 8
        if size > len(digest):
            digest += hashlib.sha256(digest.encode()).hexdigest()
    return digest[:size]


def _record(incident: Incident, *texts: str) -> dict[str, Any]:
    return {
        "facts": facts(incident),
        "complaint": incident.complaint,
        "points": incident.complaint_points,
        "marker": marker(incident, *texts),
    }


def _example(example: Example) -> dict[str, str]:
    return {
        "lesson": example.lesson,
        "record": render("_example.md.jinja", _record(example.incident)).strip(),
        "letter": example.letter,
    }


class _Kind(NamedTuple):
    """What the rubric part of a prompt depends on: many incidents share it, and are spared its rendering."""

    code: str
    scenario: str
    group: bool


def _kind(incident: Incident) -> _Kind:
    return _Kind(incident.base, incident.scenario, incident.to_group)


@lru_cache(maxsize=256)
def _system(kind: _Kind, mode: str, rules: str | Path | None, shown: tuple[Example, ...]) -> str:
    return render("system.md.jinja", {
        **_rubric(kind, rules), "mode": mode, "group": kind.group,
        "examples": [_example(example) for example in shown],
    })  # fmt: skip


@lru_cache(maxsize=256)
def _revise_system(kind: _Kind, email: bool, rules: str | Path | None) -> str:
    return render("revise_system.md.jinja", {**_rubric(kind, rules), "email": email})


def _rubric(kind: _Kind, rules: str | Path | None) -> dict[str, Any]:
    """Return the rubric as the scenario asks it, in the letter's language."""
    code, scenario = kind.code, scenarios()[kind.scenario]
    shipped = rubric_rules.rules(code)
    ruleset = shipped if rules is None else rubric_rules.house_rules(code, rules)
    waived, ids = ruleset.waived, {rule.id for rule in shipped.rules}
    lax = {*scenario.waives, *waived}
    known = meanings(code)

    def chosen(names: Iterable[str]) -> list[Meaning]:
        return [known[name] for name in names]

    return {
        "language": language(code),
        "subject_label": subject_label(code),
        "scenario": scenario,
        "words": MANY_WORDS if kind.group or scenario.id in MANY_READERS else scenario.words,
        "required": chosen(name for name in ELEMENTS if name not in lax),
        "waived": chosen(name for name in ELEMENTS if name in lax),
        "asked": chosen(
            name for name in REQUIREMENTS if name not in waived and name in {*scenario.requires, *_BY_RECORD}
        ),
        "faults": chosen(name for name in FAULTS if name not in waived),
        "house": list(dict.fromkeys(rule.message for rule in ruleset.rules if rule.id not in ids)),
    }


def subject_label(code: str) -> str:
    """Return what the subject line begins with: "Subject: ", "主题："."""
    known = language(code)
    return f"{known.subject_label}{known.table.get('subject_colon', ': ')}"


def _failures(incident: Incident, report: Report) -> Iterator[dict[str, Any]]:
    known = meanings(incident.base)
    unsupported = [claim for claim in report.ledger if claim.source is None]
    for name, verdict in report.failures.items():
        yield {
            "title": known[name].title,
            "instruction": verdict.instruction or known[name].instruction,
            "quotes": list(_quotes(verdict, unsupported if name == "unsupported_fact" else [])),
        }


def _quotes(verdict: Element | Fault, claims: list[Claim]) -> Iterator[dict[str, str]]:
    if claims:
        for claim in claims:
            yield {"text": _one_line(claim.text), "note": claim.note or f"{claim.kind} {claim.value}"}
    else:
        # An element that failed has no evidence; a fault has the words that show it.
        for span in verdict.spans:
            yield {"text": _one_line(span.text), "note": ""}


def _scenario(incident: Incident) -> Scenario:
    return scenarios()[incident.scenario]
