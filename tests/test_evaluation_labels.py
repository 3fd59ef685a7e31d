"""Verdicts beside a reader's labels, and the reliability of probabilities."""

from __future__ import annotations

import numpy as np
import pytest

from amends.evaluation.calibration import brier, calibration_error, reliability
from amends.evaluation.labels import Counts, count, interval


def test_counts_and_their_figures() -> None:
    """Precision, recall, F1 and kappa are those of the four counts."""
    counts = count([True, True, True, False, False, False], [True, True, False, True, False, False])
    assert counts == Counts(found=2, false=1, missed=1, right=2)
    assert counts.precision == counts.recall == counts.f1 == pytest.approx(2 / 3)
    assert counts.kappa == pytest.approx(1 / 3)


def test_nothing_to_find_and_nothing_found() -> None:
    """Where a label never occurs and is never found there is no error."""
    assert (Counts(right=5).precision, Counts(right=5).recall, Counts(right=5).f1, Counts(right=5).kappa) == (
        1,
        1,
        1,
        1,
    )


def test_kappa_of_chance_is_nothing() -> None:
    """Agreement that chance alone would give is a kappa of 0, whatever the accuracy."""
    assert Counts(found=1, false=9, missed=9, right=81).kappa == pytest.approx(0)


def test_an_interval_keeps_incidents_whole() -> None:
    """Letters of one incident are resampled together."""
    low, high = interval(
        [(0, 1.0), (0, 1.0), (1, 0.0), (1, 0.0)], lambda c: c[0], lambda cs: sum(v for _, v in cs) / len(cs)
    )
    assert (low, high) == (0.0, 1.0)


def test_honest_probabilities_are_reliable() -> None:
    """What happens as often as it was said to lies on the diagonal; what is overstated does not."""
    chance = np.random.default_rng(5)
    said = chance.random(4000)
    held = (chance.random(4000) < said).tolist()
    bins = reliability(said.tolist(), held, range(4000))
    assert len(bins) == 10
    assert sum(b.size for b in bins) == 4000
    assert calibration_error(bins) < 0.03
    assert sum(b.interval is not None and b.interval.low <= b.mean <= b.interval.high for b in bins) >= 8
    bold = reliability((said**0.25).tolist(), held, range(4000))
    assert calibration_error(bold) > 0.15
    assert brier(said.tolist(), held) < brier((said**0.25).tolist(), held)


def test_bins_hold_their_edges() -> None:
    """0 is in the first bin, 1 in the last, and an edge in the bin that begins with it."""
    bins = reliability([0.0, 0.5, 1.0], [False, True, True], ["a", "b", "c"], bins=2)
    assert [(b.low, b.high, b.size, b.observed) for b in bins] == [(0.0, 0.5, 1, 0.0), (0.5, 1.0, 2, 1.0)]


def test_no_probabilities() -> None:
    """Without probabilities there are no bins and no error."""
    assert reliability([], [], []) == []
    assert calibration_error([]) == brier([], []) == 0.0
