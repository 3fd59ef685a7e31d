"""A draft as one page that holds everything: the letter marked, its verdict, its ledger; nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING

from amends.display import one_line, safe
from amends.language import language
from amends.output_page import PAGE, STYLE
from amends.verdict_rows import Row, claims, headline, shown

if TYPE_CHECKING:
    from amends.draft import Draft
    from amends.report import Report


def page(draft: Draft) -> str:
    """Return the page. Every word of letter, record and rules is escaped; light and dark; right to left for Arabic."""
    code = draft.incident.base
    verdicts = shown(draft.report)
    # The file has its own policy: nothing is fetched and nothing runs, whatever the letter holds.
    return PAGE.substitute(
        style=STYLE,
        title=_text(draft.subject or draft.incident.id),
        outcome="passes" if draft.passed else "fails",
        headline=_text(headline(draft.report)),
        language=_text(code),
        direction=language(code).direction,
        letter=marked(draft.letter, verdicts),
        verdicts="".join(_verdict_row(number, row) for number, row in enumerate(verdicts, 1)),
        remarks="".join(_remarks(draft.report)),
        ledger=_ledger(draft.report),
        model=_text(draft.model),
        words=draft.report.words,
    )


def marked(letter: str, verdicts: list[Row]) -> str:
    """Return *letter* as HTML, the words of each verdict in <mark> with the verdicts' numbers in the table."""
    spans = [
        (span.start, span.end, number, row)
        for number, row in enumerate(verdicts, 1)
        # `verbose` is found in the whole body; marking it would hide the rest.
        for span in (row.spans if row.name != "verbose" else [])
        if span.start < span.end
    ]
    cuts = sorted({0, len(letter), *(s[0] for s in spans), *(s[1] for s in spans)})
    return "".join(_stretch(letter, start, end, spans) for start, end in pairwise(cuts))


def _stretch(letter: str, start: int, end: int, spans: list[tuple[int, int, int, Row]]) -> str:
    text = _text(letter[start:end])
    over = [(number, row, last) for first, last, number, row in spans if first <= start and end <= last]
    if not over:
        return text
    kind = "fault" if any(row.group == "faults" for _, row, _ in over) else "element"
    names = ", ".join(row.name for _, row, _ in over)
    closing = [f'<a href="#v{number}">{number}</a>' for number, _, last in over if last == end]
    notes = f"<sup>{' '.join(closing)}</sup>" if closing else ""
    return f'<mark class="{kind}" title="{_text(names)}">{text}</mark>{notes}'


def _verdict_row(number: int, row: Row) -> str:
    state = "failed" if row.failed else "fine"
    words = "<br>".join(f"<q dir=auto>{_text(one_line(span.text, 160))}</q>" for span in row.spans)
    told = f"<br><strong dir=auto>{_text(row.instruction)}</strong>" if row.instruction else ""
    return (
        f'<tr id="v{number}" class="{state}"><td>{number}</td><th scope="row">{_text(row.name)}</th>'
        f"<td>{_text(row.state)}</td><td>{words}{'<br>' if words and row.reason else ''}"
        f"<span dir=auto>{_text(row.reason)}</span>{told}</td></tr>\n"
    )


def _remarks(report: Report) -> Iterator[str]:
    for advice in report.advice:
        yield f"<li dir=auto>advice: {_text(advice.message)}</li>\n"
    for name, reason in report.waived.items():
        yield f"<li dir=auto>waived: {_text(name)}: {_text(reason)}</li>\n"


def _ledger(report: Report) -> str:
    lines = []
    for claim in claims(report):
        source = f"<code>{_text(claim.source)}</code>" if claim.source else f"none; {_text(claim.note)}"
        state = "fine" if claim.source else "failed"
        lines.append(
            f'<tr class="{state}"><td><q dir=auto>{_text(one_line(claim.text, 160))}</q></td>'
            f"<td>{_text(claim.kind)}</td><td dir=auto>{_text(claim.value)}</td><td>{source}</td></tr>\n"
        )
    for fact in sorted(report.unstated, key=lambda fact: not fact.required):
        state, note = ("failed", "must not be missing") if fact.required else ("fine", "not stated")
        lines.append(
            f'<tr class="{state}"><td>{note}</td><td></td><td dir=auto>{_text(fact.value)}</td>'
            f"<td><code>{_text(fact.field)}</code></td></tr>\n"
        )
    return "".join(lines)


def _text(text: str) -> str:
    return escape(safe(text), quote=True)
