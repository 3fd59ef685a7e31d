"""The help pages in docs/cli.md are those that the command prints; `python tests/test_cli_docs.py` writes them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from typer.main import get_command
from typer.testing import CliRunner

from amends.cli import app

DOCS = Path(__file__).parents[1] / "docs" / "cli.md"
# As wide as the terminals it is read on; no colour whatever the machine says.
FIXED = {"COLUMNS": "100", "TERMINAL_WIDTH": "100", "NO_COLOR": "1", "TERM": "dumb"}
INTRO = """\
# The command line

What `amends` and each of its commands print with `--help`. Data goes to stdout, everything else to stderr.
"""


def pages() -> str:
    """Return the text of docs/cli.md."""
    sections = [INTRO]
    for words in _commands(get_command(app), ()):
        page = CliRunner().invoke(app, [*words, "--help"], env=FIXED, prog_name="amends")
        assert page.exit_code == 0, page.output
        sections.append(f"## {' '.join(('amends', *words))}\n\n```text\n{page.stdout.rstrip()}\n```\n")
    return "\n".join(sections)


def _commands(command: object, words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    yield words
    for name, child in getattr(command, "commands", {}).items():
        yield from _commands(child, (*words, name))


def test_help_pages_are_those_in_the_docs() -> None:
    """Every page of --help, of commands added later too, stands in docs/cli.md as it is printed."""
    assert pages() == DOCS.read_text(encoding="utf-8")


if __name__ == "__main__":
    DOCS.write_text(pages(), encoding="utf-8")
