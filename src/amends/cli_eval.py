"""`amends eval`: scores drafts against gold letters, shows and compares runs, and stops a build that got worse."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from amends import cli_io, cli_options
from amends.cli_eval_end import Conditions, Page, ShowFormat, finish

if TYPE_CHECKING:
    from amends.evaluation.recording import Recording
    from amends.evaluation.result import Run
    from amends.evaluation.run import Progress

Format = Literal["text", "md", "json"]
As = Annotated[Format, typer.Option("--format", help="How to print the figures.")]
FailUnder = Annotated[
    list[str] | None,
    typer.Option("--fail-under", metavar="NAME=X", help="Exit with 1 if a figure's mean is under X; repeatable."),
]
FailOver = Annotated[
    list[str] | None,
    typer.Option("--fail-over", metavar="NAME=X", help="Exit with 1 if a figure's mean is over X; repeatable."),
]
NoWorse = Annotated[
    Path | None,
    typer.Option("--no-worse-than", metavar="RUN", help="Exit with 1 if a share fell beside this earlier run."),
]
Margin = Annotated[float, typer.Option("--margin", metavar="X", min=0, max=1, help="By how much a share may fall.")]
Report = Annotated[
    Path | None,
    typer.Option("--report", metavar="FILE", help="Write the figures to a .html file with all letters, or .md, .json."),
]
Junit = Annotated[Path | None, typer.Option("--junit", metavar="FILE", help="Write the conditions as JUnit XML.")]

EXAMPLES = """\b
Examples:
  amends eval --model gpt-5-mini -o run.json
  amends eval --model offline --language pl --gold my-letters/ -o run.json --fail-under pass_rate=0.95
  amends eval --recording run.answers.txt -o again.json
  amends eval show run.json -o report.html
  amends eval diff before.json run.json

\b
Beside -o run.json: run.answers.txt, every answer of the model. The same command asks only for what is not in it.
"""
app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, invoke_without_command=True, epilog=EXAMPLES)


@app.callback()
def evaluate(
    context: typer.Context,
    model: cli_options.Model = None,
    base_url: cli_options.BaseUrl = None,
    out: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="The run, as JSON.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Let -o write over an existing file.")] = False,
    language: Annotated[
        list[str] | None, typer.Option("--language", metavar="TAG", help="Only these languages; repeatable.")
    ] = None,
    scenario: Annotated[
        list[str] | None, typer.Option("--scenario", metavar="ID", help="Only these scenarios; repeatable.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", min=1, help="At most N incidents of each language.")
    ] = None,
    gold: Annotated[
        Path | None, typer.Option("--gold", metavar="DIR", help="The gold letters (in a checkout: evals/gold).")
    ] = None,
    repeat: Annotated[int, typer.Option("--repeat", metavar="N", min=1, help="Draft every incident N times.")] = 1,
    recording: Annotated[
        Path | None,
        typer.Option("--recording", metavar="FILE", help="The model's answers; without --model nobody else is asked."),
    ] = None,
    parallel: Annotated[
        int | None,
        typer.Option("--parallel", metavar="N", min=1, help="Letters at once (8; 1 for a server on this machine)."),
    ] = None,
    attempts: Annotated[int, typer.Option("--attempts", metavar="N", min=1, help="Letters to ask for, each.")] = 3,
    candidates: Annotated[
        int, typer.Option("--candidates", metavar="N", min=1, help="First drafts to ask for at once.")
    ] = 1,
    max_tokens: cli_options.MaxTokens = None,
    temperature: cli_options.Temperature = None,
    timeout: Annotated[
        float, typer.Option("--timeout", metavar="SECONDS", min=0, help="Longest wait for one answer.")
    ] = 180.0,
    deadline: Annotated[
        float, typer.Option("--deadline", metavar="SECONDS", min=0, help="Longest time to try for one answer.")
    ] = 600.0,
    rules: cli_options.Rules = None,
    examples: cli_options.Examples = None,
    letter_date: Annotated[
        str | None, typer.Option("--letter-date", metavar="DATE", help="The day of the letters (today).")
    ] = None,
    fail_under: FailUnder = None,
    fail_over: FailOver = None,
    no_worse_than: NoWorse = None,
    margin: Margin = 0.02,
    junit: Junit = None,
    report: Report = None,
    format: As = "text",
) -> None:
    """Draft every gold incident, its own example kept out of the prompt, and score the letters.

    Exit code 0: the run is made, and meets every condition given; 1: it does not; 2: bad input or usage;
    3: no letter could be drafted; 130: interrupted (the same command goes on). With a condition, every letter must be
    drafted besides: choose how many with --fail-under drafted=0.9.
    """
    if context.invoked_subcommand is not None:
        return
    # Imported here, not above: `amends --help` must not wait for them.
    import asyncio

    from amends.drafting import Drafter
    from amends.errors import ModelError, UsageError
    from amends.evaluation.gold import chosen, default_gold, load_gold
    from amends.evaluation.recording import Recording
    from amends.evaluation.result import save
    from amends.evaluation.run import at_once
    from amends.evaluation.run import evaluate as run_all
    from amends.evaluation.view import show_run
    from amends.usage import OFFLINE

    if out is None:
        raise UsageError("-o FILE is missing (the run is kept there, and the model's answers beside it)")
    if recording is not None and recording.resolve() == out.resolve():
        raise UsageError(f"{out}: is the recording (name another file for the run)")
    page = None if report is None else Page(report, force=force, besides=out)
    conditions = Conditions(fail_under, fail_over, no_worse_than, margin, junit)
    written = cli_io.read_date(letter_date)
    cli_io.refuse_existing(out, force=force)
    letters = chosen(
        load_gold(gold or default_gold()),
        {tag.split("-")[0].lower() for tag in language or []}, scenario or [], limit,
    )  # fmt: skip
    replayed = Recording(recording) if recording is not None and model is None else None
    drafter = Drafter(
        replayed.for_letter("") if replayed else model, base_url=base_url, attempts=attempts, candidates=candidates,
        max_tokens=max_tokens, temperature=temperature, timeout=timeout, deadline=deadline, rules=rules,
        examples=examples, letter_date=written,
    )  # fmt: skip
    # The offline writer is quicker than the reading of what it wrote.
    beside = None if drafter.model.name == OFFLINE else out.with_suffix(".answers.txt")
    answers = replayed or Recording(recording or beside, drafter.model)

    async def work() -> Run:
        async with drafter:
            return await run_all(
                drafter, letters, answers, repeat=repeat, parallel=parallel or at_once(drafter.model), tell=_progress,
                scenarios=scenario or (), letter_date=written,
            )  # fmt: skip

    try:
        run = asyncio.run(work())
    except (KeyboardInterrupt, asyncio.CancelledError):
        _clear()
        cli_io.say(f"interrupted; run the same command again to go on{_kept(answers)}")
        raise typer.Exit(130) from None
    _clear()
    save(run, out)
    cli_io.say(f"wrote {out}{_kept(answers)}")
    if page is not None:
        page.write(run)
    if not any(case.drafted for case in run.cases):
        cli_io.emit(show_run(run, format))
        raise ModelError(f"no letter could be drafted: {run.cases[0].problem}")
    finish(run, format, conditions)


@app.command(short_help="Show the figures of a run.")
def show(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="What amends eval -o wrote.")],
    fail_under: FailUnder = None,
    fail_over: FailOver = None,
    no_worse_than: NoWorse = None,
    margin: Margin = 0.02,
    junit: Junit = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write to a .html, .md, .json or .txt file.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Let -o write over an existing file.")] = False,
    format: Annotated[
        ShowFormat | None, typer.Option("--format", help="How to print (text), or to write in spite of -o's ending.")
    ] = None,
) -> None:
    """Show the figures of a run that was made before, with or without conditions.

    As html it is one page for a browser, with plots, filters, and each letter beside its gold letter.

    Exit code 0: it meets every condition given; 1: it does not; 2: bad input or usage.
    """
    from amends.evaluation.result import load

    page = None if out is None else Page(out, force=force, besides=run, format=format)
    conditions = Conditions(fail_under, fail_over, no_worse_than, margin, junit)
    loaded = load(run)
    if page is not None:
        page.write(loaded)
    finish(loaded, None if page is not None else format or "text", conditions)


@app.command(short_help="Compare two runs.")
def diff(
    before: Annotated[Path, typer.Argument(metavar="BEFORE", help="The earlier run.")],
    after: Annotated[Path, typer.Argument(metavar="AFTER", help="The later run.")],
    margin: Margin = 0.02,
    format: As = "text",
) -> None:
    """Compare two runs over the same incidents: differences with intervals, and the letters that changed.

    Exit code 0: no share (drafted, pass_rate, elements, supported, facts_stated) fell by more than the margin;
    1: one did; 2: bad input or usage.
    """
    from amends.evaluation.compare import compare
    from amends.evaluation.result import load
    from amends.evaluation.view import show_comparison

    comparison = compare(load(before), load(after))
    cli_io.emit(show_comparison(comparison, format))
    fallen = comparison.regressions(margin)
    for difference in fallen:
        cli_io.say(f"worse: {difference.metric}: {difference.before:.3f} before, {difference.after:.3f} after")
    raise typer.Exit(1 if fallen else 0)


def _kept(answers: Recording) -> str:
    """Say what was there already, and what was asked for."""
    kept = "" if answers.path is None else f"{answers.hits} were in {answers.path}, "
    return f"; answers: {kept}{answers.asked} asked for"


def _progress(progress: Progress) -> None:
    """Show how far it is, on a terminal only."""
    if sys.stderr.isatty():
        line = f"{progress.done} of {progress.total} · {progress.passed} passed · {progress.undrafted} not drafted"
        print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)


def _clear() -> None:
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
