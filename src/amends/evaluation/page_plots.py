"""What the page plots: means with their intervals as places on a scale, and how many attempts letters took."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import ceil, floor, log10
from typing import NamedTuple

from amends import files
from amends.evaluation.figures import Figure, Group
from amends.evaluation.metrics import METRICS
from amends.evaluation.result import Run
from amends.evaluation.view import number
from amends.language import language

_EDGE = 2.0  # percent of the width that the scale keeps free on both sides, so that no dot is cut
_KINDS = ("all", "language", "scenario")
PLOTTED = ("pass_rate", "attempts", "cost", "latency")


class Row(NamedTuple):
    """A mean and its interval: in words, and as percentages of the plot's width (None where there is no interval)."""

    name: str
    letters: int
    mean: str
    interval: str
    at: float | None
    low: float | None
    high: float | None


class Plot(NamedTuple):
    """A metric of all letters, by language and by scenario; `ticks` are places on the scale and what stands there."""

    metric: str
    ticks: Sequence[tuple[float, str]]
    rows: dict[str, list[Row]]


class Bar(NamedTuple):
    """Letters that took as many attempts: their shares of the longest bar in percent, passed and not."""

    attempts: int
    passed: int
    failed: int
    passed_width: float
    failed_width: float


def plots(run: Run, groups: Sequence[Group]) -> dict[str, Plot]:
    """Return a plot for each of PLOTTED that says something: not where every letter costs, or took, nothing."""
    found = {name: groups[0].figures[name] for name in PLOTTED}
    return {name: _plot(name, groups) for name, figure in found.items() if _says(figure)}


def histogram(run: Run) -> list[Bar]:
    """Return a bar for each number of attempts from 1 to the highest."""
    passed = Counter(len(case.attempts) for case in run.cases if case.passed)
    failed = Counter(len(case.attempts) for case in run.cases if case.drafted and not case.passed)
    highest = max((*passed, *failed), default=0)
    longest = max((passed[n] + failed[n] for n in range(highest + 1)), default=0) or 1
    return [
        Bar(n, passed[n], failed[n], 100 * passed[n] / longest, 100 * failed[n] / longest)
        for n in range(1, highest + 1)
    ]


def _says(figure: Figure) -> bool:
    return figure.mean is not None and number(figure.metric, figure.mean).strip("0.") != ""


def title(group: Group) -> str:
    """Return what *group* is called on the page: the name of a language, the id of a scenario."""
    known = group.kind == "language" and group.name in files.languages()
    return language(group.name).name if known else group.name


def _plot(metric: str, groups: Sequence[Group]) -> Plot:
    step = 0.25 if METRICS[metric].unit == "yes" else _step(_end(metric, groups))
    top = step * ceil(max(_end(metric, groups) / step - 1e-9, 1))
    ticks = [(_place(n * step, top), _tick(metric, n * step)) for n in range(round(top / step) + 1)]
    rows = {kind: [_row(g, g.figures[metric], top) for g in groups if g.kind == kind] for kind in _KINDS}
    return Plot(metric, ticks, rows)


def _step(end: float) -> float:
    """Return a round step of which four or fewer reach *end*."""
    power = 10.0 ** floor(log10(end / 4))
    return next(power * round_ for round_ in (1, 2, 2.5, 5, 10) if power * round_ >= end / 4 - 1e-12)


def _end(metric: str, groups: Sequence[Group]) -> float:
    """Return the highest end of an interval, 1 for what is a share of letters."""
    if METRICS[metric].unit == "yes":
        return 1.0
    ends = [figure.interval.high if figure.interval else figure.mean for g in groups if (figure := g.figures[metric])]
    return max((end for end in ends if end), default=1.0)


def _row(group: Group, figure: Figure, top: float) -> Row:
    if figure.mean is None:
        return Row(title(group), figure.cases, "–", "", None, None, None)
    low, high = figure.interval or (None, None)
    return Row(
        title(group),
        figure.cases,
        _value(figure.metric, figure.mean),
        "" if low is None or high is None else f"{_value(figure.metric, low)} – {_value(figure.metric, high)}",
        _place(figure.mean, top),
        None if low is None else _place(low, top),
        None if high is None else _place(high, top),
    )


def _place(value: float, top: float) -> float:
    return round(_EDGE + (100 - 2 * _EDGE) * value / top, 2)


def _value(metric: str, value: float) -> str:
    # A share of yes is read as a percentage.
    return percent(value) if METRICS[metric].unit == "yes" else number(metric, value)


def _tick(metric: str, value: float) -> str:
    return percent(value) if METRICS[metric].unit == "yes" else f"{value:g}"


def percent(share: float) -> str:
    """Return *share* in percent; what is not all of them is never shown as 100 %, what is not none never as 0 %."""
    shown = f"{100 * share:.0f}"
    return f"{100 * share:.1f} %" if (shown == "100" and share < 1) or (shown == "0" and share > 0) else f"{shown} %"
