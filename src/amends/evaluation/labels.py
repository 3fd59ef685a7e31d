"""Figures for verdicts against a reader's labels: precision, recall, F1, kappa, and intervals by resampling."""

from __future__ import annotations

import random
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import NamedTuple, TypeVar

T = TypeVar("T")


class Counts(NamedTuple):
    """How often a verdict was found rightly, falsely, missed, and rightly not found."""

    found: int = 0
    false: int = 0
    missed: int = 0
    right: int = 0

    @property
    def precision(self) -> float:
        """Share of those found that are there; 1.0 where none was found."""
        return self.found / (self.found + self.false) if self.found + self.false else 1.0

    @property
    def recall(self) -> float:
        """Share of those there that were found; 1.0 where there is none."""
        return self.found / (self.found + self.missed) if self.found + self.missed else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 1.0 where there was nothing to find and nothing was found."""
        total = 2 * self.found + self.false + self.missed
        return 2 * self.found / total if total else 1.0

    @property
    def kappa(self) -> float:
        """Cohen's kappa: agreement beyond chance; 1.0 where both always say the same one thing."""
        n = sum(self)
        if not n:
            return 1.0
        agreed = (self.found + self.right) / n
        yes = (self.found + self.false) / n * (self.found + self.missed) / n
        chance = yes + (self.right + self.missed) / n * (self.right + self.false) / n
        return 1.0 if chance == 1 else (agreed - chance) / (1 - chance)


def count(truth: Sequence[bool], found: Sequence[bool]) -> Counts:
    """Return the counts of *found* against *truth*."""
    pairs = list(zip(truth, found, strict=True))
    return Counts(
        sum(t and f for t, f in pairs),
        sum(f and not t for t, f in pairs),
        sum(t and not f for t, f in pairs),
        sum(not t and not f for t, f in pairs),
    )


def label_table(of: str, counts: Mapping[str, Counts]) -> str:
    """Return *counts* as a Markdown table: a row for each label, with precision, recall, F1 and kappa."""
    rows = [f"| {of} | found | false | missed | precision | recall | F1 | kappa |", "|---" * 8 + "|"]
    for label, c in counts.items():
        rows.append(
            f"| {label} | {c.found} | {c.false} | {c.missed} "
            f"| {c.precision:.2f} | {c.recall:.2f} | {c.f1:.2f} | {c.kappa:.2f} |"
        )
    return "\n".join(rows) + "\n"


def interval(
    cases: Sequence[T], cluster: Callable[[T], Hashable], figure: Callable[[Sequence[T]], float], rounds: int = 1000
) -> tuple[float, float]:
    """Return the 95 % interval of *figure*: clusters (cases of one incident) are resampled whole, with a fixed seed."""
    groups: dict[Hashable, list[T]] = {}
    for case in cases:
        groups.setdefault(cluster(case), []).append(case)
    members, chance = list(groups.values()), random.Random(1)
    if not members:
        return 0.0, 1.0
    figures = sorted(figure([c for g in chance.choices(members, k=len(members)) for c in g]) for _ in range(rounds))
    return figures[int(0.025 * rounds)], figures[min(rounds - 1, int(0.975 * rounds))]
