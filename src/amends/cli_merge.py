"""`amends merge`: one drafted letter for many recipients, filled and checked for each of them."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import typer

from amends import cli_io, cli_options

EXAMPLES = """\b
Examples:
  amends merge outage.toml customers.csv -o out/ --map recipient.name=customer --map facts.plan=plan --to email
  amends merge outage.toml customers.csv -o out/ --form mbox --dry-run

\b
A column's name is a field's path (recipient.name, facts.order, remedies[0].amount.value), or --map says so. The
model sees a stand-in, never a recipient. Nothing is sent. What fails is in out/exceptions.jsonl, with the reasons.
"""


def merge(
    incident: Annotated[str, typer.Argument(metavar="INCIDENT", help="The record that all share.")],
    recipients: Annotated[Path, typer.Argument(metavar="RECIPIENTS.csv", help="One row a recipient.")],
    out: Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="The folder for the letters.")],
    model: cli_options.Model = None,
    base_url: cli_options.BaseUrl = None,
    map: cli_options.Map = None,
    skip: Annotated[
        list[str] | None, typer.Option("--skip", metavar="COLUMN", help="A column to leave out; repeatable.")
    ] = None,
    to: Annotated[str, typer.Option("--to", metavar="COLUMN", help="The column with the e-mail addresses.")] = "",
    form: Annotated[
        Literal["eml", "mbox", "jsonl"], typer.Option("--form", help="One .eml a letter, or one file for all.")
    ] = "eml",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Draft and show, fill only the samples.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before filling.")] = False,
) -> None:
    """Draft one letter a language, with slots, then fill and check it for every recipient. Nothing is sent.

    Exit code 0: every letter passes; 1: some are in exceptions.jsonl; 2: bad input; 3: no answer from the model.
    """
    from amends.drafting import Drafter
    from amends.merge_run import Merge
    from amends.rubric.check import check

    mapping = cli_options.mapping(map)
    base = cli_io.read_record(incident)
    with Drafter(model, base_url=base_url) as drafter:
        work = Merge(
            drafter, base, recipients, out, check=partial(check), form=form, mapping=mapping,
            skip=frozenset(skip or []), address=to,
        )  # fmt: skip
        plan = work.plan()
    cost = "" if plan.cost is None else f", {plan.cost:.4f} USD"
    cli_io.say(f"{plan.count} recipients, {plan.requests} requests, {plan.tokens:,} tokens{cost}")
    for name, count in plan.letters.items():
        failed = plan.failures.get(name)
        cli_io.say(f"  {name or 'one letter for all'}: {count}" + (f" (does not pass: {failed})" if failed else ""))
    for sample in plan.samples:
        cli_io.say(f"\n--- {sample.id}\n{sample.letter or '; '.join(sample.problems)}")
    if dry_run:
        raise typer.Exit(1 if plan.failures else 0)
    if sys.stdin.isatty() and not yes and not typer.confirm("Fill and write them all?", err=True):
        raise typer.Exit(130)
    written, refused = work.run(plan)
    cli_io.say(f"\n{out}: {written} written, {refused} in exceptions.jsonl")
    raise typer.Exit(1 if refused else 0)
