"""Intervals that cover the truth as often as they say, and the exact test."""

from __future__ import annotations

import numpy as np
import pytest

from amends.evaluation import intervals
from amends.evaluation.intervals import Interval, mcnemar, mean_interval

ROUNDS = 400


@pytest.fixture(autouse=True)
def _fewer_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intervals, "ROUNDS", 600)


@pytest.mark.parametrize("truth", [0.5, 0.8, 0.95])
@pytest.mark.parametrize(("incidents", "repeats", "alike"), [(23, 1, 0.0), (115, 1, 0.0), (40, 4, 0.5)])
def test_pass_rates_are_covered(truth: float, incidents: int, repeats: int, alike: float) -> None:
    """19 of 20 intervals of a pass rate hold the true rate, also where repeats of an incident are alike."""
    chance = np.random.default_rng(int(1000 * truth) + incidents)
    covered = widths = 0.0
    clusters = [incident for incident in range(incidents) for _ in range(repeats)]
    for _ in range(ROUNDS):
        rates = np.full(incidents, truth)
        if alike:
            spread = (1 - alike) / alike
            rates = chance.beta(truth * spread, (1 - truth) * spread, size=incidents)
        passes = (chance.random((incidents, repeats)) < rates[:, None]).astype(float).ravel().tolist()
        low, high = mean_interval(passes, clusters, yes_or_no=True) or Interval(0, 1)
        covered += low <= truth <= high
        widths += high - low
    assert 0.92 <= covered / ROUNDS <= 0.985
    assert widths / ROUNDS < 0.45  # an interval of everything would cover the truth as well


def test_repeats_that_are_taken_for_incidents_are_not_covered() -> None:
    """What the clusters are for: without them the same simulation falls short, so that the test above can fail."""
    chance = np.random.default_rng(7)
    covered = 0.0
    for _ in range(ROUNDS):
        rates = chance.beta(0.8, 0.2, size=40)
        passes = (chance.random((40, 4)) < rates[:, None]).astype(float).ravel().tolist()
        low, high = mean_interval(passes, range(160), yes_or_no=True) or Interval(0, 1)
        covered += low <= 0.8 <= high
    assert covered / ROUNDS < 0.9


@pytest.mark.parametrize("truth", [0.0, -0.05])
def test_paired_differences_are_covered(truth: float) -> None:
    """19 of 20 intervals of a paired difference hold the true one."""
    chance = np.random.default_rng(3)
    covered = 0.0
    for _ in range(ROUNDS):
        differences = (truth + chance.normal(0, 0.1, size=115)).tolist()
        low, high = mean_interval(differences, range(115)) or Interval(0, 1)
        covered += low <= truth <= high
    assert 0.92 <= covered / ROUNDS <= 0.985


def test_all_passes_are_no_certainty() -> None:
    """23 passes of 23 leave room for a lower rate, near Jeffreys' interval (0.90 to 1)."""
    found = mean_interval([1.0] * 23, range(23), yes_or_no=True)
    assert found is not None
    assert found.low == pytest.approx(0.90, abs=0.02)
    assert found.high == 1.0


def test_one_incident_has_no_interval() -> None:
    """Repeats of one incident say nothing of others."""
    assert mean_interval([1.0, 0.0, 1.0], ["α"] * 3, yes_or_no=True) is None
    assert mean_interval([], []) is None


def test_the_same_run_has_the_same_interval() -> None:
    """Nothing depends on when it is computed."""
    assert mean_interval([1.0, 0.0, 0.5], range(3)) == mean_interval([1.0, 0.0, 0.5], range(3))


@pytest.mark.parametrize(
    ("better", "worse", "p"),
    [(0, 0, 1.0), (0, 1, 1.0), (0, 6, 0.03125), (6, 0, 0.03125), (3, 3, 1.0), (1, 9, 0.021484375)],
)
def test_mcnemar(better: int, worse: int, p: float) -> None:
    """The exact test is the two-sided binomial one on the pairs that changed."""
    assert mcnemar(better, worse) == p
