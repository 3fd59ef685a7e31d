"""The command `amends`: arguments in, one library call, text out."""

from __future__ import annotations

import gc
import io
import os
import sys
from typing import Annotated

import typer

from amends import cli_batch, cli_check, cli_draft, cli_eval, cli_io, cli_merge, cli_show
from amends.errors import AmendsError, ModelError

# Plain help pages: a terminal shows them as the docs do, and rich stays out of the start-up.
app = typer.Typer(name="amends", rich_markup_mode=None, pretty_exceptions_enable=False, no_args_is_help=True)

# A command is a function and its line here; a group of commands is app.add_typer(cli_x.app, name="x").
app.command("draft", short_help="Draft one letter, or repair one.", epilog=cli_draft.EXAMPLES)(cli_draft.draft)
app.command("check", short_help="Check a letter against the rubric.", epilog=cli_check.EXAMPLES)(cli_check.check)
app.command("batch", short_help="Draft many letters, and go on where it stopped.", epilog=cli_batch.EXAMPLES)(
    cli_batch.batch
)
app.command("merge", short_help="Fill one letter for many recipients.", epilog=cli_merge.EXAMPLES)(cli_merge.merge)
app.add_typer(cli_eval.app, name="eval", short_help="Score drafts against gold letters.")
app.command("new", short_help="Print a record to fill in.", epilog=cli_show.NEW_EXAMPLES)(cli_show.new)
app.command("prompt", short_help="Print what a model would be sent.", epilog=cli_show.PROMPT_EXAMPLES)(cli_show.prompt)
app.command("rubric", short_help="Print what is checked.", epilog=cli_show.RUBRIC_EXAMPLES)(cli_show.rubric)
app.command("scenarios", short_help="Print the kinds of incident.", epilog=cli_show.SCENARIOS_EXAMPLES)(
    cli_show.scenarios
)


# What the libraries below do at start-up and a command has no use for: together a fifth of a check.
SETTINGS = {
    "PYDANTIC_DISABLE_PLUGINS": "__all__",  # looking for plugins reads the metadata of every installed package
    "OPENBLAS_NUM_THREADS": "1",  # numpy starts its threads on import; ours are small matrices
}


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version as version_of  # takes a tenth of the start-up

        cli_io.emit(f"amends {version_of('amends')}\n")
        raise typer.Exit


@app.callback(
    epilog="Exit codes: 0 passes, 1 does not, 2 bad input or usage, 3 no answer from the model, 130 interrupted."
)
def amends(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Customer apology letters with proof: drafts them, checks every element, and ledgers every claim."""


def main() -> None:
    """Run the command line. A problem is lines on stderr and an exit code, never a traceback."""
    # Start-up makes many objects that stay: the default looks through them again and again, for a twentieth of a check.
    gc.set_threshold(50_000)
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Letters are UTF-8 wherever they go; a lone surrogate of a JSON record becomes a question mark.
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    try:
        app()
    except AmendsError as error:
        cli_io.complain(str(error))
        sys.exit(3 if isinstance(error, ModelError) else 2)
    except OSError as error:
        cli_io.hush()
        cli_io.complain(f"{error.filename or 'output'}: {(error.strerror or type(error).__name__).lower()}")
        sys.exit(2)
