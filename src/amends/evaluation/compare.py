"""Two runs side by side: the same incidents paired, and what changed for better and for worse."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from amends.errors import UsageError
from amends.evaluation.intervals import Interval, mcnemar, mean_interval
from amends.evaluation.metrics import METRICS, Metric, available
from amends.evaluation.result import Case, Run, Signature

GUARDED = ("drafted", "pass_rate", "elements", "supported", "facts_stated")  # shares that must not fall
MARGIN = 0.02  # how much they may


class Difference(NamedTuple):
    """How a metric differs over the `pairs` where both runs have it: after less before."""

    metric: str
    before: float
    after: float
    interval: Interval | None
    pairs: int

    @property
    def change(self) -> float:
        """After less before."""
        return self.after - self.before


class Change(NamedTuple):
    """A letter of which other verdicts fail than before."""

    gold: str
    repeat: int
    mended: list[str]
    broken: list[str]
    passed: bool  # before
    passes: bool  # after

    @property
    def better(self) -> bool:
        """Whether the change is for the better: by passing, else by the number of failed verdicts."""
        return (self.passes, len(self.mended)) > (self.passed, len(self.broken))

    @property
    def worse(self) -> bool:
        """Whether the change is for the worse."""
        return (self.passes, len(self.mended)) < (self.passed, len(self.broken))


class Comparison(NamedTuple):
    """Two runs over the same incidents. `better` and `worse` count incidents whose letters pass more or less often;
    `p` is McNemar's exact test on them. `notes` say what could not be paired."""

    before: Signature
    after: Signature
    pairs: int
    notes: list[str]
    differences: list[Difference]
    better: int
    worse: int
    p: float
    changes: list[Change]

    def regressions(self, margin: float = MARGIN) -> list[Difference]:
        """Return the guarded shares that fell by more than *margin*."""
        # A share of 0.95 that was 0.97 has not fallen by more than 0.02, whatever the last bit says.
        return [d for d in self.differences if d.metric in GUARDED and d.change < -margin - 1e-9]


def compare(before: Run, after: Run) -> Comparison:
    """Return *after* beside *before*, paired by gold letter and repeat. Raises UsageError where nothing can be paired.

    A letter that one of the two lacks is in `drafted`, and in no other difference of letters.
    """
    old, new = ({case.key: case for case in run.cases} for run in (before, after))
    pairs = [(case, new[key]) for key, case in old.items() if key in new and new[key].digest == case.digest]
    if not pairs:
        raise UsageError("the two runs have no gold letter in common (the same incidents are needed)")
    differences = [d for metric in METRICS.values() if (d := _difference(metric, pairs))]
    better, worse = _turned(pairs)
    changes = [change for old_case, new_case in pairs if (change := _change(old_case, new_case))]
    return Comparison(
        before.signature, after.signature, len(pairs), list(_notes(old, new)), differences, better, worse,
        mcnemar(better, worse), changes,
    )  # fmt: skip


def _difference(metric: Metric, pairs: Sequence[tuple[Case, Case]]) -> Difference | None:
    if not available(metric.name):
        return None
    told = [
        (first, second, old.gold)
        for old, new in pairs
        if (first := metric.value(old)) is not None and (second := metric.value(new)) is not None
    ]
    if not told:
        return None
    return Difference(
        metric.name,
        sum(first for first, _, _ in told) / len(told),
        sum(second for _, second, _ in told) / len(told),
        mean_interval([second - first for first, second, _ in told], [gold for *_, gold in told]),
        len(told),
    )


def _turned(pairs: Sequence[tuple[Case, Case]]) -> tuple[int, int]:
    """Return how many incidents pass more often than before, and less: repeats of one are not independent."""
    turned: dict[str, int] = defaultdict(int)
    for old, new in pairs:
        if old.drafted and new.drafted:
            turned[old.gold] += new.passed - old.passed
    return sum(by > 0 for by in turned.values()), sum(by < 0 for by in turned.values())


def _change(old: Case, new: Case) -> Change | None:
    if not (old.drafted and new.drafted) or old.failed == new.failed:
        return None
    mended = [name for name in old.failed if name not in new.failed]
    broken = [name for name in new.failed if name not in old.failed]
    return Change(old.gold, old.repeat, mended, broken, old.passed, new.passed)


def _notes(old: dict[tuple[str, int], Case], new: dict[tuple[str, int], Case]) -> list[str]:
    both = old.keys() & new.keys()
    counts = {
        "only in the first run": len(old.keys() - both),
        "only in the second run": len(new.keys() - both),
        "whose gold letter has changed": sum(old[key].digest != new[key].digest for key in both),
        "not drafted in the first run": sum(not old[key].drafted for key in both),
        "not drafted in the second run": sum(not new[key].drafted for key in both),
    }
    return [f"{count} {what}" for what, count in counts.items() if count]
