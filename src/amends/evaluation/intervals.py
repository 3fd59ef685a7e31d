"""How sure a figure is: intervals by resampling whole incidents, and an exact test of pairs."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from math import comb
from typing import Any, NamedTuple

import numpy as np

ROUNDS = 2000
LEVEL = 0.95
_SEED = 1  # the same run has the same interval


class Interval(NamedTuple):
    """Where the figure lies with 95 % confidence."""

    low: float
    high: float


def mean_interval(values: Sequence[float], clusters: Sequence[Hashable], *, yes_or_no: bool = False) -> Interval | None:
    """Return the interval of the mean of *values* by the Bayesian bootstrap (source: Rubin 1981).

    Values of one cluster (an incident) are weighted together: repeats of an incident are not independent. *yes_or_no*
    says that the values are 0 or 1: half an incident of each kind is then resampled with the others, which without
    repeats is Jeffreys' interval; resampling alone takes 23 passes of 23 for certainty. None where there are fewer
    than two incidents: one shows nothing of how much they differ.
    """
    sums, counts = _by_cluster(values, clusters)
    if len(sums) < 2:
        return None
    weights = np.ones(len(sums))
    if yes_or_no:
        size = counts.mean()
        sums, counts = np.concatenate([sums, [size, 0.0]]), np.concatenate([counts, [size, size]])
        weights = np.concatenate([weights, [0.5, 0.5]])
    drawn = np.random.default_rng(_SEED).gamma(weights, size=(ROUNDS, len(weights)))
    low, high = np.quantile(drawn @ sums / (drawn @ counts), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    mean = sum(values) / len(values)
    # Where all are alike the figure itself is the end of its interval.
    return Interval(min(float(low), mean), max(float(high), mean))


def mcnemar(better: int, worse: int) -> float:
    """Return the two-sided p of McNemar's exact test: *better* and *worse* are the pairs that changed."""
    changed = better + worse
    tail: float = sum(comb(changed, k) for k in range(min(better, worse) + 1)) / 2**changed
    return min(1.0, 2 * tail)


def _by_cluster(values: Sequence[float], clusters: Sequence[Hashable]) -> tuple[Any, Any]:
    place: dict[Hashable, int] = {}
    index = [place.setdefault(cluster, len(place)) for cluster in clusters]
    sums, counts = np.zeros(len(place)), np.zeros(len(place))
    np.add.at(sums, index, np.asarray(values, dtype=float))
    np.add.at(counts, index, 1.0)
    return sums, counts
