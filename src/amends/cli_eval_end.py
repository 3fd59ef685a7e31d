"""How `amends eval` ends: the figures printed or written, the conditions judged, and the exit code."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import typer

from amends import cli_io
from amends.errors import UsageError

if TYPE_CHECKING:
    from amends.evaluation.result import Run

ShowFormat = Literal["text", "md", "json", "html"]


class Page:
    """A file for the figures, its place and its format known to be good before anything is spent."""

    def __init__(self, path: Path, *, force: bool, besides: Path | None, format: ShowFormat | None = None) -> None:
        from amends.evaluation.formats import format_of

        if besides is not None and path.resolve() == besides.resolve():
            raise UsageError(f"{path}: holds the run or its answers (name another file for the figures)")
        self.path, self.force, self.format = path, force, format or format_of(path)
        cli_io.refuse_existing(path, force=force)

    def write(self, run: Run) -> None:
        """Write the figures of *run*."""
        from amends.evaluation.formats import FORMATS

        cli_io.write_file(self.path, FORMATS[self.format](run).encode("utf-8", "replace"), force=self.force)
        cli_io.say(f"wrote {self.path}")


class Conditions:
    """The conditions of a command line, read before anything is spent."""

    def __init__(
        self,
        under: list[str] | None,
        over: list[str] | None,
        no_worse_than: Path | None,
        margin: float,
        junit: Path | None,
    ) -> None:
        from amends.evaluation.gates import bound
        from amends.evaluation.result import load

        self.bounds = [bound(text, least=True) for text in under or []]
        self.bounds += [bound(text, least=False) for text in over or []]
        self.before = None if no_worse_than is None else load(no_worse_than)
        self.margin, self.junit = margin, junit
        if junit is not None:
            cli_io.refuse_existing(junit, force=True)

    @property
    def given(self) -> bool:
        """Whether there is any."""
        return bool(self.bounds or self.before or self.junit)


def finish(run: Run, format: ShowFormat | None, conditions: Conditions) -> None:
    """Print the figures unless *format* is None, judge them, and end with the exit code."""
    from amends.evaluation.compare import compare
    from amends.evaluation.formats import FORMATS
    from amends.evaluation.gates import judge, junit

    if format is not None:
        cli_io.emit(FORMATS[format](run))
    if not conditions.given:
        raise typer.Exit(0)
    comparison = None if conditions.before is None else compare(conditions.before, run)
    verdicts = judge(run, conditions.bounds, comparison, conditions.margin)
    if conditions.junit is not None:
        cli_io.write_file(conditions.junit, junit(run, verdicts).encode("utf-8"), force=True)
    for verdict in verdicts:
        cli_io.say(f"{'met' if verdict.met else 'NOT MET'}: {verdict.condition}: {verdict.found}")
    raise typer.Exit(0 if all(verdict.met for verdict in verdicts) else 1)
