"""A letter and its verdict on a terminal: the letter with its elements marked, the verdict as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from amends.display import one_line, safe
from amends.report import ELEMENTS
from amends.verdict_rows import claims, headline, rows, shown

if TYPE_CHECKING:
    from amends.report import Report

_HUES = (
    "cyan", "yellow", "green", "magenta", "blue",
    "bright_cyan", "bright_green", "bright_yellow", "bright_magenta", "bright_blue",
)  # fmt: skip
STYLES = dict(zip(ELEMENTS, _HUES, strict=True))
FAULT = "bold red underline"


def show_letter(letter: str, report: Report, stream: TextIO) -> None:
    """Print the letter with the words that carry each element in its colour and those of a fault in red."""
    text = Text(safe(letter.rstrip()))
    for row in rows(report):
        style = FAULT if row.group == "faults" else STYLES.get(row.name, "italic")
        # `verbose` is found in the whole body; red all over would hide the rest.
        for span in row.spans if row.name != "verbose" else []:
            text.stylize(style, span.start, span.end)
    console = Console(file=stream, highlight=False)
    console.print(text, soft_wrap=True)
    console.print()


def show_verdict(report: Report, stream: TextIO, *, ledger: bool = False) -> None:
    """Print the outcome and a table of verdicts: all elements and requirements, the faults found, advice."""
    console = Console(file=stream, highlight=False)
    console.print(Text(headline(report), style="bold green" if report.passed else "bold red"))
    table = Table("verdict", "", "words or reason", pad_edge=False, box=None, header_style="dim")
    for row in shown(report):
        proof = f"“{one_line(row.spans[0].text, 60)}”" if row.spans else one_line(row.reason, 120)
        name = FAULT if row.group == "faults" else STYLES.get(row.name, "italic")
        state = "bold red" if row.failed else "dim"
        table.add_row(Text(row.name, style=name), Text(row.state, style=state), Text(proof))
        if row.instruction:
            table.add_row("", "", Text(f"→ {safe(row.instruction)}", style="dim"))
    console.print(table)
    for advice in report.advice:
        console.print(Text(f"advice: {safe(advice.message)}", style="dim"))
    for name, reason in report.waived.items():
        console.print(Text(f"waived: {name}: {safe(reason)}", style="dim"))
    if ledger:
        _show_ledger(report, console)


def _show_ledger(report: Report, console: Console) -> None:
    table = Table("claim", "value", "field of the record", pad_edge=False, box=None, header_style="dim")
    for claim in claims(report):
        source = claim.source or f"none; {one_line(claim.note, 100)}"
        style = "" if claim.source else "bold red"
        table.add_row(
            Text(one_line(claim.text, 50), style=style), Text(one_line(claim.value, 40)), Text(source, style=style)
        )
    console.print()
    console.print(table)
    for fact in sorted(report.unstated, key=lambda fact: not fact.required):
        style = "bold red" if fact.required else "dim"
        console.print(Text(f"not stated: {fact.field}: {one_line(fact.value)}", style=style))
