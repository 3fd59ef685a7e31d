"""Whether probabilities mean what they say: of what gets 0.8, eight in ten should be so."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import NamedTuple

from amends.evaluation.intervals import Interval, mean_interval

BINS = 10


class Bin(NamedTuple):
    """Those with a probability from `low` to below `high` (1 included in the last): how many, and how often it held."""

    low: float
    high: float
    size: int
    mean: float
    observed: float
    interval: Interval | None


def reliability(
    probabilities: Sequence[float], truths: Sequence[bool], clusters: Sequence[Hashable], bins: int = BINS
) -> list[Bin]:
    """Return the bins that hold any of *probabilities*: their mean beside the share of *truths*, with its interval.

    Values of one cluster (an incident) are not independent, and are resampled together. It does not show how well the
    probabilities tell one from the other: a model that always says the average is perfectly reliable.
    """
    members: dict[int, list[int]] = {}
    for place, probability in enumerate(probabilities):
        members.setdefault(min(int(probability * bins), bins - 1), []).append(place)
    found = []
    for number, places in sorted(members.items()):
        held = [float(truths[place]) for place in places]
        found.append(
            Bin(
                number / bins,
                (number + 1) / bins,
                len(places),
                sum(probabilities[place] for place in places) / len(places),
                sum(held) / len(held),
                mean_interval(held, [clusters[place] for place in places], yes_or_no=True),
            )
        )
    return found


def calibration_error(bins: Sequence[Bin]) -> float:
    """Return how far mean probability and observed share lie apart on average, each bin by its size (ECE)."""
    total = sum(b.size for b in bins)
    return sum(b.size * abs(b.mean - b.observed) for b in bins) / total if total else 0.0


def brier(probabilities: Sequence[float], truths: Sequence[bool]) -> float:
    """Return the mean squared distance of *probabilities* from *truths*: 0 is perfect."""
    pairs = list(zip(probabilities, truths, strict=True))
    return sum((p - t) ** 2 for p, t in pairs) / len(pairs) if pairs else 0.0
