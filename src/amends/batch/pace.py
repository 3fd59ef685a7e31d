"""How many requests run at once, and how fast they begin."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Concurrency:
    """How many requests run at once: doubles while all is well, shrinks on 429 unless shrinking does not help.

    Decides once per window of as many outcomes as requests may run. Where the share of 429 stays the same at half the
    requests, the load is not its cause (another client's is, or the server's mood): that share is taken as given.
    """

    most: int
    limit: float = 16.0
    _fast: bool = True
    _given: float = 0.0
    _before: tuple[float, float] | None = None  # limit and share when shrinking began
    _seen: int = 0
    _refused: int = 0

    def __post_init__(self) -> None:
        self.limit = min(self.limit, float(self.most))

    def saw(self, refused: bool) -> None:
        """Take one outcome into account."""
        self._seen += 1
        self._refused += refused
        if self._seen < max(4, int(self.limit)):
            return
        share, self._seen, self._refused = self._refused / self._seen, 0, 0
        if share > self._given + 0.1:
            self._shrink(share)
        else:
            self._before, self._given = None, self._given * 0.95
            self.limit = min(self.most, self.limit * (2.0 if self._fast else 1.1) + (0 if self._fast else 1))

    def _shrink(self, share: float) -> None:
        self._fast = False
        if self._before is None:
            self._before = (self.limit, share)
        started, then = self._before
        if self.limit <= started / 2 and share > then * 0.75:
            self._given, self._before = share, None
            return
        self.limit = max(1.0, self.limit * 0.7)


@dataclass
class Rate:
    """So much a minute: what is asked for must have trickled in before."""

    a_minute: float | None
    clock: Callable[[], float]
    _left: float = field(init=False)
    _at: float = field(init=False)

    def __post_init__(self) -> None:
        # A tenth of a minute may burst: a full minute's worth at once would break the limit in the first minute.
        self._left = (self.a_minute or 0.0) / 10
        self._at = self.clock()

    def wait_for(self, amount: float) -> float:
        """Return the seconds until *amount* may be taken, 0.0 for now."""
        if self.a_minute is None:
            return 0.0
        now, burst = self.clock(), self.a_minute / 10
        self._left, self._at = min(burst, self._left + (now - self._at) * self.a_minute / 60), now
        # What is larger than the burst goes when the bucket is full, and leaves a debt.
        return max(0.0, (min(amount, burst) - self._left) * 60 / self.a_minute)

    def take(self, amount: float) -> None:
        """Take *amount*; give back with a negative one."""
        self._left -= amount


_PART = re.compile(r"([0-9.]+)(ms|s|m|h)")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def seconds_of(text: str) -> float:
    """Return the seconds of a duration as x-ratelimit-reset headers have it ("6ms", "1m30s"), 1.0 for none."""
    return sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text)) or 1.0
