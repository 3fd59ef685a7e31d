"""A report as rows to show: the same in plain text, on a terminal and on a page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from amends.report import Claim, Element, Fault, Report, Span


class Row(NamedTuple):
    """One verdict: `state` in a word, the words that prove it, why, and what to do where it failed."""

    group: str
    name: str
    state: str
    failed: bool
    spans: list[Span]
    reason: str
    instruction: str


def rows(report: Report) -> Iterator[Row]:
    """Yield a row for every element, requirement and fault, in the rubric's order."""
    for name, element in report.elements.items():
        yield _row("elements", name, _present(element, "present", "missing"), element)
    for name, element in report.requirements.items():
        yield _row("requirements", name, _present(element, "met", "not met"), element)
    for name, fault in report.faults.items():
        yield _row("faults", name, "found" if fault.found else "not found", fault)


def shown(report: Report) -> list[Row]:
    """Return the rows worth a line: not the faults that were looked for, not found, and have nothing to say."""
    return [row for row in rows(report) if row.group != "faults" or row.failed or row.reason]


def _row(group: str, name: str, state: str, verdict: Element | Fault) -> Row:
    instruction = verdict.instruction if verdict.failed else ""
    return Row(group, name, state, verdict.failed, verdict.spans, verdict.reason, instruction)


def _present(element: Element, yes: str, no: str) -> str:
    return yes if element.present else no if element.required else "not required"


def headline(report: Report) -> str:
    """Return the outcome in one line: it passes, or what keeps it from passing."""
    failed = [f"{row.name} {row.state}" for row in rows(report) if row.failed]
    doubts = f" {', '.join(report.doubts)}" if report.doubts else " it"
    look = f" (the judge doubts{doubts}: have somebody look)" if report.needs_look else ""
    return f"does not pass: {', '.join(failed)}" if failed else f"passes{look}"


def claims(report: Report) -> list[Claim]:
    """Return the ledger's claims, those that the record does not hold first."""
    return sorted(report.ledger, key=lambda claim: (claim.source is not None, claim.start))
