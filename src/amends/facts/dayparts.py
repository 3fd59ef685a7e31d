"""Tell parts of the day beside a day: "on Monday evening" is a claim as 18:00 is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from amends.facts.found import Fact
from amends.facts.lexicon import lexicon
from amends.facts.meanings import Told
from amends.facts.record import Record
from amends.text import fold_pattern

_BESIDE = 3  # characters between a day and its part
_PARTS = {
    "morning": (240, 750),
    "noon": (660, 900),
    "afternoon": (720, 1140),
    "evening": (1020, 1440),
    "night": (1200, 1800),
}
_DAYS = ("date", "weekday")


def dayparts(folded: str, facts: list[Fact], record: Record, code: str) -> Iterator[Told]:
    """Yield the parts of the day that stand beside a date or weekday, where the record tells of the time of day."""
    pattern = _pattern(code)
    days = [f for f in facts if f.kind in _DAYS]
    if not days or not pattern:
        return
    held: dict[str, str] | None = None
    for match in pattern.finditer(folded):
        if not any(0 <= match.start() - f.end <= _BESIDE or 0 <= f.start - match.end() <= _BESIDE for f in days):
            continue
        held = _held(record) if held is None else held
        if held:
            part = match.lastgroup or ""
            yield Told("time", match.start(), match.end(), part, held.get(part))


def _held(record: Record) -> dict[str, str]:
    """Return the parts of the day that the record tells of, in words or by the clock, each with its field."""
    held: dict[str, str] = {}
    pattern = _pattern(record.code)
    for field in record.fields:
        for match in pattern.finditer(field.folded) if pattern else ():
            held.setdefault(match.lastgroup or "", field.path)
    for time in record.of("time"):
        for minute in time.fact.value.minutes:
            for part, (start, end) in _PARTS.items():
                if start <= minute < end or start <= minute + 1440 < end:
                    held.setdefault(part, time.path)
    return held


@cache
def _pattern(code: str) -> re.Pattern[str] | None:
    parts = lexicon(code).get("dayparts", default={})
    bodies = [f"(?P<{part}>{'|'.join(fold_pattern(form) for form in forms)})" for part, forms in parts.items()]
    return re.compile("|".join(bodies)) if bodies else None
