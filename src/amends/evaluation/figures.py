"""The figures of a run: every metric over all cases, by language and by scenario, with intervals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from amends.evaluation.intervals import Interval, mean_interval
from amends.evaluation.metrics import METRICS, available
from amends.evaluation.result import Case, Run

Kind = Literal["all", "language", "scenario"]


class Figure(NamedTuple):
    """The mean of a metric over the `cases` it says something of; None where there are none."""

    metric: str
    mean: float | None
    interval: Interval | None
    cases: int


class Group(NamedTuple):
    """The figures of some of the cases. `undrafted` of them have no letter, and are in no mean of letters."""

    kind: Kind
    name: str
    cases: int
    undrafted: int
    figures: dict[str, Figure]


def figures(run: Run, names: Iterable[str] | None = None) -> list[Group]:
    """Return the figures of *run*: of all cases first, then of each language and each scenario.

    *names* are the metrics wanted: default all that can be computed here (see left_out).
    """
    wanted = [name for name in (METRICS if names is None else names) if available(name)]
    values = {name: [METRICS[name].value(case) for case in run.cases] for name in wanted}
    return [_group(kind, name, run.cases, places, values) for kind, name, places in _groups(run.cases)]


def left_out() -> dict[str, str]:
    """Return the metrics that cannot be computed here, each with the way to have it."""
    return {name: "pip install 'amends[evals]'" for name in METRICS if not available(name)}


def _groups(cases: Sequence[Case]) -> Iterable[tuple[Kind, str, list[int]]]:
    yield "all", "all", list(range(len(cases)))
    for language in sorted({case.language for case in cases}):
        yield "language", language, [n for n, case in enumerate(cases) if case.language == language]
    for scenario in sorted({case.scenario for case in cases}):
        yield "scenario", scenario, [n for n, case in enumerate(cases) if case.scenario == scenario]


def _group(
    kind: Kind, name: str, cases: Sequence[Case], places: Sequence[int], values: dict[str, list[float | None]]
) -> Group:
    found = {}
    for metric, all_values in values.items():
        told = [(value, cases[n].gold) for n in places if (value := all_values[n]) is not None]
        found[metric] = Figure(
            metric,
            sum(value for value, _ in told) / len(told) if told else None,
            mean_interval(
                [value for value, _ in told], [gold for _, gold in told], yes_or_no=METRICS[metric].unit == "yes"
            ),
            len(told),
        )
    return Group(kind, name, len(places), sum(not cases[n].drafted for n in places), found)
