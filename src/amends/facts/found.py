"""What is found in a text that states facts: a kind, a place and a value that can be compared."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple


class Day(NamedTuple):
    """A date as far as it is told: any part may be missing. Months above 100 are Hijri."""

    year: int | None = None
    month: int | None = None
    day: int | None = None

    def __str__(self) -> str:
        parts = [f"{self.year:04}" if self.year else "", f"{self.month:02}" if self.month else ""]
        return "-".join(p for p in [*parts, f"{self.day:02}" if self.day else ""] if p)

    @property
    def full(self) -> date | None:
        """The calendar date, where all its parts are told."""
        if not (self.year and self.month and self.day) or self.month > 12:
            return None
        try:
            return date(self.year, self.month, self.day)
        except ValueError:
            return None


class Money(NamedTuple):
    """A sum: its possible readings, and the currencies its sign can stand for."""

    values: tuple[Decimal, ...]
    currencies: frozenset[str]
    likeliest: str  # the currency that the sign most often stands for

    def __str__(self) -> str:
        return f"{plain(self.values[0])} {self.likeliest}"


class Span(NamedTuple):
    """A stretch of time: how many of which unit."""

    values: tuple[Decimal, ...]
    unit: str

    def __str__(self) -> str:
        return f"{plain(self.values[0])} {self.unit}"


class Count(NamedTuple):
    """A bare number with the beginning of the word that it counts."""

    values: tuple[Decimal, ...]
    noun: str
    digits: bool

    def __str__(self) -> str:
        return plain(self.values[0])


class Ratio(NamedTuple):
    """A share told as one number of another: "two in a hundred"."""

    part: Decimal
    whole: Decimal
    of_things: bool = False  # a word stands between the numbers: "two pages in ten languages" is no share

    def __str__(self) -> str:
        return f"{plain(self.part)} in {plain(self.whole)}"

    @property
    def percent(self) -> Decimal:
        """How many in a hundred these are."""
        return self.part * 100 / self.whole


class Clock(NamedTuple):
    """A time of day: the minutes of the day that it can mean, and minutes ahead of UTC where a zone is told."""

    minutes: tuple[int, ...]
    zone: int | None = None

    def __str__(self) -> str:
        zone = "" if self.zone is None else f" UTC{self.zone / 60:+g}"
        return f"{self.minutes[0] // 60:02}:{self.minutes[0] % 60:02}{zone}"


class Fact(NamedTuple):
    """One stated fact: offsets into the text that was scanned."""

    kind: str
    start: int
    end: int
    value: Any
    hedged: str = ""  # of a figure that says it is rounded: "about", "over", "above"; of a weekday: "every"


class Text(NamedTuple):
    """A text under the eyes of the scanners: as written, folded, and what is already taken."""

    written: str
    folded: str
    taken: bytearray

    def free(self, start: int, end: int) -> bool:
        """Whether no fact has been found in *start* to *end*."""
        return self.taken.find(1, start, end) < 0

    def left(self) -> str:
        """Return the folded text with what is taken blotted out."""
        pieces, place = [], 0
        while (start := self.taken.find(1, place)) >= 0:
            end = self.taken.find(0, start)
            end = len(self.taken) if end < 0 else end
            pieces += [self.folded[place:start], "\0" * (end - start)]
            place = end
        return "".join([*pieces, self.folded[place:]])

    def take(self, start: int, end: int) -> None:
        """Mark *start* to *end* as told by a fact."""
        self.taken[start:end] = b"\x01" * (end - start)


def plain(value: Decimal) -> str:
    """Return *value* without an exponent and without trailing zeros."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
