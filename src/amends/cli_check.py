"""`amends check`: a letter in, its verdict out."""

from __future__ import annotations

import sys
from typing import Annotated, Literal

import typer

from amends import cli_io, cli_options, output

Format = Literal["text", "json", "sarif", "github"]

EXAMPLES = """\b
Examples:
  amends check letter.txt
  amends check letter.txt --incident incident.toml --ledger
  cat letter.txt | amends check - --language pl --format json
"""


def check(
    letter: Annotated[str, typer.Argument(metavar="LETTER", help="The letter's file; - reads stdin.")],
    incident: Annotated[
        str | None, typer.Option("--incident", metavar="FILE", help="The record that the letter must agree with.")
    ] = None,
    language: Annotated[
        str | None, typer.Option("--language", metavar="TAG", help="The language asked for: en, zh, pl, el, ar.")
    ] = None,
    rules: cli_options.Rules = None,
    letter_date: Annotated[
        str | None, typer.Option("--letter-date", metavar="DATE", help="The day of the letter (today).")
    ] = None,
    ledger: Annotated[
        bool, typer.Option("--ledger", help="Show each claim with its field of the record, unmatched ones first.")
    ] = False,
    format: Annotated[Format, typer.Option("--format", help="How to print the verdict.")] = "text",
) -> None:
    """Check a letter against the rubric: what it must contain, what it must not, what the record does not hold.

    No network, no key. Exit code 0: the letter passes; 1: it does not; 2: bad input.
    """
    # Imported here, not above: `amends --help` must not wait for them.
    from amends.rubric.check import check as check_letter

    if letter == "-" and incident == "-":
        raise typer.BadParameter("stdin can hold the letter or the record, not both", param_hint="--incident")
    record = cli_io.load_incident(incident) if incident is not None else None
    text = cli_io.read_letter(letter)
    report = check_letter(text, record, language=language, rules=rules, letter_date=cli_io.read_date(letter_date))
    if format == "text" and sys.stdout.isatty():
        from amends import terminal

        terminal.show_letter(text, report, sys.stdout)
        terminal.show_verdict(report, sys.stdout, ledger=ledger)
    else:
        place = "stdin" if letter == "-" else letter
        cli_io.emit(output.CHECK_FORMATS[format](output.Checked(text, report, place, ledger)))
    raise typer.Exit(0 if report.passed else 1)
