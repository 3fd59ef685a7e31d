"""Draft every gold incident, and keep what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from amends.draft import Draft
from amends.drafting import Drafter
from amends.errors import AmendsError, DataError
from amends.evaluation.labels import interval
from amends.examples import Example, read_example


class Outcome(NamedTuple):
    """What came of one gold incident: a draft, or the problem that kept it from being drafted."""

    gold: Example
    draft: Draft | None
    problem: str = ""

    @property
    def passed(self) -> bool:
        """Whether a letter was drafted that passes."""
        return self.draft is not None and self.draft.passed


def load_gold(folder: str | Path) -> list[Example]:
    """Return the gold letters of *folder* and its language folders. Raises DataError with every problem."""
    paths = sorted(Path(folder).rglob("*.toml"))
    if not paths:
        raise DataError(str(folder), ["holds no .toml file with a gold letter"])
    gold: list[Example] = []
    problems: list[str] = []
    for path in paths:
        try:
            gold.append(read_example(path))
        except DataError as error:
            problems += str(error).split("\n")
    if problems:
        raise DataError("", problems)
    return gold


def run(drafter: Drafter, gold: Sequence[Example], *, parallel: int = 4) -> Iterator[Outcome]:
    """Yield the outcome of each of *gold*, in its order, *parallel* at once.

    A prompt never holds the incident's own example: amends.examples.choose keeps it out by its id.
    """
    with ThreadPoolExecutor(parallel) as pool:
        yield from pool.map(lambda one: _outcome(drafter, one), gold)


def pass_rate(outcomes: Sequence[Outcome]) -> tuple[float, tuple[float, float]]:
    """Return the share of drafted letters that pass, with its 95 % interval, incidents resampled whole.

    Letters that could not be drafted are not in it: count them beside it. It says what the check says, no more.
    """
    drafted = [outcome for outcome in outcomes if outcome.draft is not None]
    return _share(drafted), interval(drafted, lambda outcome: outcome.gold.id, _share)


def _share(outcomes: Sequence[Outcome]) -> float:
    return sum(outcome.passed for outcome in outcomes) / len(outcomes) if outcomes else 0.0


def _outcome(drafter: Drafter, gold: Example) -> Outcome:
    try:
        return Outcome(gold, drafter.draft(gold.incident))
    except AmendsError as error:
        return Outcome(gold, None, str(error))
