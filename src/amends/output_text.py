"""A verdict and its ledger in plain lines, for pipes and logs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from amends.display import one_line, safe
from amends.verdict_rows import Row, claims, headline, shown

if TYPE_CHECKING:
    from amends.report import Report


def verdict(report: Report, *, ledger: bool = False) -> str:
    """Return the verdict: the outcome, every element and requirement, the faults found, advice; the ledger if asked."""
    found = sum(fault.found for fault in report.faults.values())
    lines = [headline(report), f"language {report.language}, {report.words} words"]
    group = ""
    for row in shown(report):
        if row.group != group:
            group = row.group
            lines += ["", group]
        lines += _row_lines(row)
    lines += ["", f"{len(report.faults) - found} of {len(report.faults)} faults not found"]
    if report.advice:
        lines += ["", "advice (decides nothing)", *(f"  {a.id}: {safe(a.message)}" for a in report.advice)]
    if report.waived:
        lines += ["", "waived", *(f"  {name}: {safe(reason)}" for name, reason in report.waived.items())]
    if ledger:
        lines += ["", *ledger_lines(report)]
    return "\n".join(lines) + "\n"


def _row_lines(row: Row) -> Iterator[str]:
    mark = "!" if row.failed else " "
    proof = f"“{one_line(row.spans[0].text)}”" if row.spans else one_line(row.reason, 400)
    more = f" and {len(row.spans) - 1} more" if len(row.spans) > 1 else ""
    yield f"{mark} {row.name:<22}{row.state:<13}{proof}{more}".rstrip()
    if row.failed and row.spans and row.reason:
        yield f"{'':37}{one_line(row.reason, 400)}"
    if row.instruction:
        yield f"{'':37}→ {safe(row.instruction)}"


def ledger_lines(report: Report) -> Iterator[str]:
    """Yield each claim with its field of the record, unmatched ones first, then what the letter does not state."""
    found = claims(report)
    yield f"ledger: {len(found)} claims, {sum(c.source is None for c in found)} not in the record"
    for claim in found:
        source = claim.source or f"not in the record{'; ' if claim.note else ''}{one_line(claim.note, 200)}"
        mark = " " if claim.source else "!"
        yield f"{mark} {claim.kind:<12}“{one_line(claim.text)}” = {one_line(claim.value)} ← {source}"
    yield ""
    yield f"not stated: {len(report.unstated)} facts of the record"
    for fact in sorted(report.unstated, key=lambda fact: not fact.required):
        mark = "!" if fact.required else " "
        yield f"{mark} {fact.field}: {one_line(fact.value)}{' (must not be missing)' if fact.required else ''}"
