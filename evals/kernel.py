"""Fit the encoder's probe: labelled sentences are kept as points, and a sentence is judged by those it is like.

A kernel ridge regression on a subset of the sentences (Nystroem's method), solved exactly: same data, same weights.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from amends.report import FAULTS
from amends.rubric import semantic
from amends.rubric.reading import BY_MEANING

OTHERS = 2000  # kept sentences without a fault; of those with one all are kept
RIDGE, JITTER = 0.3, 1e-4
SCALE = 8.0  # makes the scores, of 0 to 1, as large as the other features of the combining model


class Probe(NamedTuple):
    """The kept sentences' vectors, and the weight of each for each verdict."""

    points: np.ndarray
    weights: np.ndarray


def fit(vectors: np.ndarray, targets: np.ndarray, folds: np.ndarray) -> tuple[Probe, np.ndarray]:
    """Return the probe of all rows, and each row's scores by a probe that did not learn from its fold."""
    points = _points(vectors, targets)
    ridge = RIDGE * semantic.likeness(points, points).astype(np.float64) + JITTER * np.eye(len(points))
    numbers = sorted(set(folds.tolist()))
    parts = []
    for number in numbers:
        rows = semantic.likeness(vectors[folds == number], points).astype(np.float64)
        parts.append((rows.T @ rows, rows.T @ targets[folds == number]))
    both = [sum(part[n] for part in parts) for n in (0, 1)]
    unseen = np.zeros(targets.shape, dtype=np.float32)
    for number, (own, aim) in zip(numbers, parts, strict=True):
        weights = _solved(both[0] - own + ridge, both[1] - aim)
        unseen[folds == number] = semantic.scores(vectors[folds == number], {"points": points, "weights": weights})
    return Probe(points, _solved(both[0] + ridge, both[1])), unseen


def _points(vectors: np.ndarray, targets: np.ndarray) -> np.ndarray:
    faulty = targets[:, [name in FAULTS for name in BY_MEANING]].any(axis=1)
    others = np.random.default_rng(0).permutation(np.flatnonzero(~faulty))[:OTHERS]
    return vectors[np.concatenate([np.flatnonzero(faulty), np.sort(others)])]


def _solved(square: np.ndarray, aim: np.ndarray) -> np.ndarray:
    return (SCALE * cho_solve(cho_factor(square), aim)).astype(np.float32)
