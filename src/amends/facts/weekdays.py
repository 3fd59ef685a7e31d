"""Tell whether a letter promises something for a weekday on which the record promises nothing."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import cache

from amends.facts.found import Fact
from amends.facts.lexicon import lexicon
from amends.facts.record import Record
from amends.text import fold_pattern

_BESIDE = 6  # characters between a weekday and its date
_BEFORE, _AFTER = 90, 12  # characters beside a weekday that say that it is promised
_PAST = ("what_happened", "impact", "cause")  # fields whose days are over
_ANNOUNCED = ("cancelled_service", "product_change", "delay", "missed_deadline")  # what happens there is to come


def unpromised(fact: Fact, around: list[Fact], folded: str, record: Record, code: str) -> bool:
    """Whether *fact* is a weekday, told as that of a promise, and the record's promises are all for other ones.

    A date among the facts *around* it says which day is meant: that one is looked at.
    """
    if fact.kind != "weekday" or record.incident.scenario in _ANNOUNCED:
        return False
    if any(f.kind == "date" and max(f.start - fact.end, fact.start - f.end) <= _BESIDE for f in around):
        return False
    before, after = folded[max(0, fact.start - _BEFORE) : fact.start], folded[fact.end : fact.end + _AFTER]
    if not _promise(code).search(f"{before}@{after}"):
        return False
    days = _promised(record)
    return bool(days) and fact.value not in days


def _promised(record: Record) -> set[int]:
    """Return the weekdays of the record's promises, an empty set where no promise has a day."""
    typed = {_day(moment) for moment, path in record.moments if path.endswith("].by") or path == "next_update"}
    if not typed:
        return set()
    told = {h.fact.value for h in record.of("weekday") if h.path not in _PAST}
    dates = {d.full for h in record.of("date") if h.path.split(".")[0] not in (*_PAST, *_TYPED) for d in h.fact.value}
    return told | {day.weekday() for day in {*typed, *dates} if day}


_TYPED = ("when", "reported", "earlier_contact")


def _day(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


@cache
def _promise(code: str) -> re.Pattern[str]:
    """Return what makes a weekday, which is told as @, the day of a promise."""
    return re.compile(fold_pattern(lexicon(code).get("dates", "promise", default="(?!)")))
