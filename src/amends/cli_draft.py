"""`amends draft`: an incident in, a checked letter out."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from amends import cli_io, cli_options, output

if TYPE_CHECKING:
    from amends.draft import Draft

Format = Literal["text", "md", "html", "eml", "json"]

EXAMPLES = """\b
Examples:
  amends draft incident.toml
  amends draft incident.yaml --model gpt-5-mini -o letter.eml
  amends draft incident.toml --from mine.txt --base-url http://127.0.0.1:8000/v1 --model local

\b
OPENAI_API_KEY, OPENAI_BASE_URL and AMENDS_MODEL are read; arguments win.
"""

HOW_TO_CHOOSE = """\
written by the built-in offline writer, since no model is named; to use one:
  amends draft … --model NAME                   (OpenAI; the key in OPENAI_API_KEY)
  amends draft … --model NAME --base-url URL    (any OpenAI-compatible endpoint)"""

WHY_STOPPED = {
    "attempts": "the attempts were used up before a letter passed",
    "tokens": "the token budget was used up before a letter passed",
    "seconds": "the time budget was used up before a letter passed",
    "money": "the money budget was used up before a letter passed",
}


def draft(
    incident: Annotated[
        str, typer.Argument(metavar="INCIDENT", help="The record (.toml, .yaml, .json); - reads stdin.")
    ],
    model: cli_options.Model = None,
    base_url: cli_options.BaseUrl = None,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Write to a .txt, .md, .html, .eml or .json file."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Let -o write over an existing file.")] = False,
    start: Annotated[
        str | None, typer.Option("--from", metavar="LETTER", help="Start from this letter; revise only what fails.")
    ] = None,
    attempts: Annotated[int, typer.Option("--attempts", metavar="N", min=1, help="Letters to ask for at most.")] = 3,
    candidates: Annotated[
        int, typer.Option("--candidates", metavar="N", min=1, help="First drafts to ask for at once.")
    ] = 1,
    fallback: Annotated[
        str | None,
        typer.Option("--fallback", metavar="NAME", help="'offline': who writes if the model is out of reach."),
    ] = None,
    max_tokens: cli_options.MaxTokens = None,
    token_budget: Annotated[
        int | None, typer.Option("--token-budget", metavar="N", min=1, help="Tokens to spend in all.")
    ] = None,
    time_budget: Annotated[
        float | None, typer.Option("--time-budget", metavar="SECONDS", min=0, help="Time to spend in all.")
    ] = None,
    money_budget: Annotated[
        float | None, typer.Option("--money-budget", metavar="USD", min=0, help="Money to spend in all, at list price.")
    ] = None,
    temperature: cli_options.Temperature = None,
    rules: cli_options.Rules = None,
    examples: cli_options.Examples = None,
    letter_date: Annotated[
        str | None, typer.Option("--letter-date", metavar="DATE", help="The day of the letter (today).")
    ] = None,
    judge: Annotated[
        str | None, typer.Option("--judge", metavar="NAME", help="A model for a second opinion on a pass.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 also where the judge doubts a pass.")] = False,
    format: Annotated[
        Format | None, typer.Option("--format", help="How to print (text), or to write in spite of -o's ending.")
    ] = None,
) -> None:
    """Draft one letter from an incident, or repair one that somebody wrote. The verdict goes to stderr.

    Exit code 0: the letter passes; 1: it does not, and is printed all the same; 2: bad input; 3: no answer.
    """
    # Imported here, not above: `amends --help` must not wait for them.
    from amends.drafting import Drafter

    if incident == "-" and start == "-":
        raise typer.BadParameter("stdin can hold the record or the letter, not both", param_hint="--from")
    chosen: str = format or (output.format_of(out) if out else "text")
    if out is not None:
        cli_io.refuse_existing(out, force=force)
    record = cli_io.load_incident(incident)
    given = cli_io.read_letter(start) if start is not None else None
    with Drafter(
        model, base_url=base_url, fallback=fallback, attempts=attempts, candidates=candidates, max_tokens=max_tokens,
        token_budget=token_budget, time_budget=time_budget, money_budget=money_budget, temperature=temperature,
        rules=rules, examples=examples, letter_date=cli_io.read_date(letter_date),
        judge=judge,
    ) as drafter:  # fmt: skip
        outcome = drafter.draft(record, letter=given)
    _deliver(outcome, chosen, out, force=force, given=given)
    if drafter.model.name == "offline" and not (model or os.environ.get("AMENDS_MODEL")):
        cli_io.say(HOW_TO_CHOOSE)
    raise typer.Exit(0 if outcome.passed and not (strict and outcome.report.needs_look) else 1)


def _deliver(outcome: Draft, chosen: str, out: Path | None, *, force: bool, given: str | None) -> None:
    """Print or write the letter, and say on stderr how it fares."""
    from amends.output_text import verdict

    if out is not None:
        content = given if chosen == "text" and outcome.letter == given else output.FORMATS[chosen](outcome)
        cli_io.write_file(out, content.encode("utf-8", "replace"), force=force)
        cli_io.say(f"wrote {out}")
    elif chosen == "text" and sys.stdout.isatty():
        from amends import terminal

        terminal.show_letter(outcome.letter, outcome.report, sys.stdout)
    elif chosen == "text" and outcome.letter == given:
        cli_io.emit(outcome.letter)  # byte for byte, also without a last line end
    else:
        cli_io.emit(output.FORMATS[chosen](outcome))
    if outcome.diff:
        cli_io.say(outcome.diff.rstrip("\n") + "\n")
    if sys.stderr.isatty():
        from amends import terminal

        terminal.show_verdict(outcome.report, sys.stderr)
    else:
        cli_io.say(verdict(outcome.report).rstrip("\n"))
    if outcome.problem:
        cli_io.say(outcome.problem)
    if outcome.fallback_used:
        cli_io.say("the model could not be reached; the built-in offline writer wrote this letter")
    if not outcome.passed and outcome.stopped in WHY_STOPPED:
        cli_io.say(WHY_STOPPED[outcome.stopped])
