"""`amends batch`: many incidents in, many checked letters out, going on where the last run stopped."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from amends import cli_io, cli_options
from amends.batch.engines import ENGINES

if TYPE_CHECKING:
    from amends.batch.run import Counts

EXAMPLES = """\b
Examples:
  amends batch incidents.jsonl -o letters.jsonl --model gpt-5-mini
  amends batch incidents.csv --map recipient.name=customer --map id=ticket -o letters.jsonl
  amends batch incidents/ -o letters.jsonl --money 20
  amends batch incidents.jsonl -o letters.jsonl --model gpt-5-mini --engine openai-batch

\b
Each line of the output is a draft as `amends draft --format json` prints it, in the order of completion, with a
key. Beside it: letters.jsonl.journal (keep it: the next run goes on from there), letters.rejected.jsonl (records
that cannot be used, with the reasons) and letters.undrafted.jsonl (no answer from the model; the next run tries
again). Logs and progress hold ids, counts and times only.

\b
Engines: local asks from this process. openai-batch uses the provider's Batch API at half price; each round of
drafts or revisions takes up to a day. Ctrl-C leaves its batches running; run the same command again to collect
them. --concurrency and what is said a minute are for the other engines. ray (extra) drafts and checks on all cores of
this machine or of a cluster; the limits hold for all of them together.
"""


def batch(
    incidents: Annotated[
        str, typer.Argument(metavar="INCIDENTS", help="A .jsonl or .csv file, a folder of records, or - for stdin.")
    ],
    out: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The letters, as JSON Lines.")],
    model: cli_options.Model = None,
    base_url: cli_options.BaseUrl = None,
    map: cli_options.Map = None,
    engine: Annotated[
        str, typer.Option("--engine", metavar="NAME", help=f"Who asks the model, see below: {', '.join(ENGINES)}.")
    ] = "local",
    ray_address: Annotated[
        str | None,
        typer.Option(
            "--ray-address", metavar="HOST:PORT", help="The cluster of the engine ray (RAY_ADDRESS, else this machine)."
        ),
    ] = None,
    concurrency: Annotated[
        int, typer.Option("--concurrency", metavar="N", min=1, help="Requests at once, at most.")
    ] = 64,
    money: Annotated[
        float | None, typer.Option("--money", metavar="USD", min=0, help="What all letters may cost, at list price.")
    ] = None,
    tokens: Annotated[
        int | None, typer.Option("--tokens", metavar="N", min=1, help="Tokens that all letters may use.")
    ] = None,
    rpm: Annotated[
        float | None, typer.Option("--requests-a-minute", metavar="N", min=1, help="Requests that may begin a minute.")
    ] = None,
    tpm: Annotated[
        float | None, typer.Option("--tokens-a-minute", metavar="N", min=1, help="Tokens that may be used a minute.")
    ] = None,
    attempts: Annotated[int, typer.Option("--attempts", metavar="N", min=1, help="Letters to ask for, each.")] = 3,
    max_tokens: cli_options.MaxTokens = None,
    timeout: Annotated[
        float, typer.Option("--timeout", metavar="SECONDS", min=0, help="Longest wait for one answer.")
    ] = 180.0,
    deadline: Annotated[
        float, typer.Option("--deadline", metavar="SECONDS", min=0, help="Longest time to try for one answer.")
    ] = 600.0,
    temperature: cli_options.Temperature = None,
    redact: Annotated[
        bool,
        typer.Option(
            "--redact",
            help="Send placeholders for recipient, sender, contact, facts, and for e-mail, phone and long numbers; "
            "names in free text that the record does not declare are not found.",
        ),
    ] = False,
    rules: cli_options.Rules = None,
    examples: cli_options.Examples = None,
    letter_date: Annotated[
        str | None, typer.Option("--letter-date", metavar="DATE", help="The day of the letters (today).")
    ] = None,
) -> None:
    """Draft many letters. Run it again to go on: what is finished is not drafted twice. Ctrl-C twice to stop at once.

    Exit code 0: every letter passes; 1: some do not, or are rejected or not drafted; 2: bad input; 130: interrupted.
    """
    import asyncio
    from decimal import Decimal

    from amends.batch.limits import Ceilings
    from amends.batch.redact import Redacting
    from amends.batch.run import Batch, settings_of
    from amends.batch.source import lines
    from amends.drafting import Drafter
    from amends.errors import UsageError

    mapping = cli_options.mapping(map)
    if incidents != "-" and not Path(incidents).exists():
        raise UsageError(f"{incidents}: cannot be read: no such file or directory")
    drafter = Drafter(
        model, base_url=base_url, attempts=attempts, max_tokens=max_tokens, temperature=temperature,
        timeout=timeout, deadline=deadline, tries=None, rules=rules, examples=examples,
        letter_date=cli_io.read_date(letter_date),
    )  # fmt: skip
    if redact:
        terms = drafter.terms
        judge = None if terms.judge is None else Redacting(terms.judge)
        drafter = drafter.altered(model=Redacting(terms.model), judge=judge)
    shaping = {"letter date": letter_date, "redact": "yes" if redact else None}
    ceilings = Ceilings(concurrency, None if money is None else Decimal(str(money)), tokens, rpm, tpm)
    work = Batch(
        drafter, lines(incidents, mapping), out, ceilings=ceilings, tell=progress, blocking=incidents == "-",
        engine=engine, address=ray_address or "", settings=settings_of(drafter, **shaping),
    )  # fmt: skip

    async def run() -> Counts:
        async with drafter:
            return await work.run()

    try:
        counts = asyncio.run(run())
    except asyncio.CancelledError:
        clear()
        for told in work.counts.left:
            cli_io.say(told)
        cli_io.say("stopped; run the same command again to go on")
        raise typer.Exit(130) from None
    clear()
    cli_io.say(summary(counts, out))
    if counts.interrupted:
        cli_io.say("interrupted; run the same command again to go on")
        raise typer.Exit(130)
    raise typer.Exit(1 if counts.failed or counts.earlier_failed or counts.undrafted or counts.rejected else 0)


def progress(counts: Counts) -> None:
    """Show how far it is, on a terminal only."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{line(counts)}", end="", file=sys.stderr, flush=True)


def clear() -> None:
    """Take the progress line away."""
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def line(counts: Counts) -> str:
    """Return the progress in one line."""
    left = counts.seconds_left
    parts = [
        f"{counts.earlier + counts.done} done",
        f"{counts.passed} passed",
        f"{counts.failed} failed",
        f"{counts.a_second:.1f}/s",
        f"{counts.tokens:,} tokens",
    ]
    if counts.cost is not None:
        parts.append(f"{counts.cost:.4f} USD")
    if counts.note:
        parts.append(counts.note)
    if counts.interrupted:
        parts.append("stopping: finishing what is under way (Ctrl-C again to drop it)")
    elif left is not None:
        parts.append(f"{int(left) // 60}:{int(left) % 60:02d} left")
    return " · ".join(parts)


def summary(counts: Counts, out: Path) -> str:
    """Return what was done, in a few lines."""
    rows = [f"{out}: {counts.passed} passed, {counts.failed} failed, {counts.undrafted} not drafted"]
    if counts.earlier:
        rows[0] += f", {counts.earlier} done before"
    if counts.rejected:
        rows[0] += f", {counts.rejected} rejected"
        rows += [f"line {number}: rejected: {problem}" for number, problem in counts.rejections]
    if counts.stale:
        rows.append(f"{counts.stale} letters of records that have changed since were replaced")
    for item in counts.reasons:
        rows.append(f"not drafted: {json.dumps(item.id)}: {item.reason}")
    if counts.undrafted > len(counts.reasons):
        rows.append("…and more: the .undrafted.jsonl file beside it")
    if counts.over_budget:
        rows.append("the ceiling is reached: raise it and run the same command again to go on")
    rows += counts.left
    cost = "" if counts.cost is None else f", {counts.cost:.4f} USD in all runs"
    rows.append(
        f"{counts.seconds:.1f} s, {counts.a_second:.1f} letters a second, {counts.requests} requests, "
        f"{counts.tokens:,} tokens{cost}"
    )
    return "\n".join(rows)
