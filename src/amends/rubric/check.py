"""Check a letter against the rubric: no network, no key, the same answer twice."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from amends.errors import UsageError
from amends.language import language as language_of
from amends.letter import read_letter
from amends.report import Claim, Element, Fault, Report, Unstated
from amends.rubric import classify, elements, faults, reading
from amends.rubric.advice import advice
from amends.rubric.ruleset import house_rules
from amends.rubric.ruleset import rules as shipped_rules
from amends.rubric.wording import detect

if TYPE_CHECKING:
    from amends.incident import Incident

LETTER_LIMIT = 200_000  # characters


def check(
    letter: str,
    incident: Incident | None = None,
    *,
    language: str | None = None,
    rules: str | Path | None = None,
    letter_date: date | None = None,
    judge: Any = None,
) -> Report:
    """Return the report on *letter*: every element, fault and requirement, and the ledger of its claims.

    Without *incident* there is no ledger, every element is required, and the language is *language* or
    read off the letter. *rules* is a folder of a house's own rules. *letter_date* is what "yesterday"
    counts from (default: today). *judge* is a model that may set `needs_look` on a pass. Raises UsageError
    for a letter longer than LETTER_LIMIT characters or an unknown language, DataError for a faulty rules
    folder. Source of the verdicts: docs/sources.md.
    """
    if len(letter) > LETTER_LIMIT:
        raise UsageError(f"letter: {len(letter):,} characters; a letter holds at most {LETTER_LIMIT:,}")
    asked = language_of(language or (incident.language if incident else "") or detect(letter)).code
    # A letter in the wrong language can still hold the elements: it is read in the language it is in.
    spoken = detect(letter, asked)
    taken = read_letter(letter, language_of(spoken))
    claims: list[Claim] = []
    unstated: list[Unstated] = []
    if incident is not None:
        from amends.facts import ledger  # a check without a record need not wait for it

        claims, unstated = ledger.build(taken, incident, letter_date)
    ruleset = house_rules(spoken, rules) if rules is not None else shipped_rules(spoken)
    read = reading.read(taken, asked, incident, ruleset, claims)
    read = read._replace(evidence=classify.evidence(read))
    found = elements.elements(read)
    met = elements.requirements(read)
    found = elements.with_stand_ins(read, found, met)
    wrong = faults.faults(read)
    verdicts: list[Element | Fault] = [*found.values(), *met.values(), *wrong.values()]
    passed = not any(v.failed for v in verdicts)
    report = Report(
        passed=passed,
        language=asked,
        words=taken.words,
        elements=found,
        faults=wrong,
        requirements=met,
        advice=advice(read, found, letter_date),
        ledger=claims,
        unstated=unstated,
        waived=ruleset.waived,
    )
    return report if judge is None else _asked(judge, letter, report)


def _asked(judge: Any, letter: str, report: Report) -> Report:
    """Return *report* after the judge's second opinion, from sync code and also beside a running event loop."""
    from amends.judging import second_opinion
    from amends.loop_thread import LoopThread  # a check without a judge need not wait for asyncio

    async def close() -> None:
        if hasattr(judge, "aclose"):
            await judge.aclose()

    thread = LoopThread(close)
    try:
        return thread.call(second_opinion(letter, report, judge))
    finally:
        thread.stop(wait=5.0)
