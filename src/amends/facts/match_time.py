"""Match dates, weekdays, times and durations to the record."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import combinations
from typing import NamedTuple

from amends.facts.found import Clock, Day, Fact, Span
from amends.facts.lexicon import lexicon
from amends.facts.record import Record
from amends.facts.rounding import ROUNDED, is_bound, is_rounded

LETTER_DATE = "letter_date"
_DERIVED = Decimal("0.05")  # how far a duration computed from two times may be
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "night": 86400, "week": 604800}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_DAYS = {"day": 1, "week": 7, "month": 30, "quarter": 90, "year": 365}  # as terms are counted: 60 days are two months
_HEDGED_MINUTES = 15
_ROUND_MINUTES = 150  # seconds by which "105 minutes", which says no seconds, may be off
_DAY_MINUTES = 24 * 60 + 1
_NEAR_DAYS = 60
_TIMES = 10  # times of day that are compared with each other


class Today(NamedTuple):
    """The day that "yesterday" counts from, and whether it is known or only assumed."""

    day: date
    known: bool


Source = str | None


def day(fact: Fact, record: Record, today: Today) -> Source:
    """A date is supported where every part that it tells is the record's."""
    years = {d.year for h in record.of("date") for d in h.fact.value if d.year}
    for claimed in fact.value:
        for held in record.of("date"):
            if any(_agrees(claimed, recorded, years) for recorded in held.fact.value):
                return held.path
    if (
        any(_agrees(claimed, Day(today.day.year, today.day.month, today.day.day), set()) for claimed in fact.value)
        and today.known
    ):
        return LETTER_DATE
    named = (_month_named(claimed, record) or _not_a_day(claimed, record) for claimed in fact.value)
    return next(filter(None, named), None)


def _not_a_day(claimed: Day, record: Record) -> Source:
    """Return the field that supports another reading of a day without a month: 三日 is three days, "till 5" an hour."""
    if claimed.day is None or claimed.month is not None:
        return None
    value = Decimal(claimed.day)
    for held in record.of("duration"):
        if held.fact.value.unit == "day" and value in held.fact.value.values:
            return held.path
    for held in record.of("count"):
        if value in held.fact.value.values:
            return held.path
    hours = (h for h in record.of("time") if {claimed.day * 60, claimed.day * 60 + 720} & set(h.fact.value.minutes))
    return next((h.path for h in hours), None)


def _month_named(claimed: Day, record: Record) -> Source:
    """Return the field that names a month, of which the letter tells no more."""
    if claimed.month is None or claimed.day is not None or claimed.year is not None:
        return None
    months = lexicon(record.code).months
    for field in record.fields:
        if any(months.name(m[0]) == str(claimed.month) for m in re.finditer(months.pattern, field.folded)):
            return field.path
    return None


def _agrees(claimed: Day, recorded: Day, years: set[int | None]) -> bool:
    if claimed.month is not None and claimed.month != recorded.month:
        return False
    if claimed.day is not None and claimed.day != recorded.day:
        return False
    if claimed.year is not None and recorded.year is None:
        return claimed.year in years and (recorded.month is not None)
    return claimed.year is None or claimed.year == recorded.year


def weekday(fact: Fact, record: Record, _: Today) -> Source:
    """A weekday without a date is supported by the record's words or by a date that falls on it."""
    for held in record.of("weekday"):
        if held.fact.value == fact.value:
            return held.path
    if fact.hedged:  # "every Monday" is a habit, and no date of the record tells one
        return None
    return next((path for recorded, path in calendar(record) if recorded.weekday() == fact.value), None)


def calendar(record: Record) -> list[tuple[date, str]]:
    """Return the record's dates; one without a year is in each year that the record names."""
    years = {d.year for h in record.of("date") for d in h.fact.value if d.year and d.month and d.month <= 12}
    found = []
    for held in record.of("date"):
        for told in held.fact.value:
            for year in [told.year] if told.year else years:
                full = told._replace(year=year).full
                if full:
                    found.append((full, held.path))
    return found


def relative(fact: Fact, record: Record, today: Today) -> Source:
    """ "Yesterday" is supported where the day before the letter's date is in the record."""
    if fact.value == 0:
        return LETTER_DATE
    full = calendar(record)
    target = today.day + timedelta(days=fact.value)
    for recorded, path in full:
        if recorded == target:
            return path
    for held in record.of("relative"):
        if held.fact.value == fact.value:
            return held.path
    # Far from all of the record's dates, the day that is assumed is not the letter's: nobody knows what "yesterday" is.
    unknown = not any(abs((d - today.day).days) <= _NEAR_DAYS for d, _ in full)
    return LETTER_DATE if unknown else None


def clock(fact: Fact, record: Record, _: Today) -> Source:
    """A time is supported by the same moment, in whichever zone it is told."""
    claimed: Clock = fact.value
    zones = {h.fact.value.zone for h in record.of("time")}
    for held in record.of("time"):
        recorded: Clock = held.fact.value
        for minute in claimed.minutes:
            for other in recorded.minutes:
                if claimed.zone is not None and recorded.zone is not None:
                    off = (minute - claimed.zone - other + recorded.zone) % 1440
                elif claimed.zone is not None and claimed.zone not in zones:
                    continue
                else:
                    off = (minute - other) % 1440
                rounded = fact.hedged and minute % 5 == 0 and (other % 5 != 0 or minute % 30 == 0)
                if minute < _DAY_MINUTES and min(off, 1440 - off) <= (_HEDGED_MINUTES if rounded else 0):
                    return held.path
    # "16.00" is a time only beside a word that says so: the record may do without one.
    told = {Decimal(m // 60) + Decimal(m % 60) / 100 for m in claimed.minutes if m < _DAY_MINUTES}
    return next(
        (
            h.path
            for h in record.of("count")
            if h.fact.value.digits
            and told & set(h.fact.value.values)
            and any(v.as_tuple().exponent == -2 for v in h.fact.value.values)
        ),
        None,
    )


def duration(fact: Fact, record: Record, today: Today) -> Source:
    """A duration is supported by the record's words, or by the time between two of its dates."""
    span: Span = fact.value
    for held in record.of("duration"):
        if _same_length(span, held.fact.value, fact.hedged):
            return held.path
    for held in record.of("count"):
        if set(held.fact.value.values) & set(span.values):
            return held.path
    return _between(span, record, today, fact.hedged) or _between_clocks(span, record, fact.hedged)


def _same_length(claimed: Span, recorded: Span, hedged: str) -> bool:
    for family in (_SECONDS, _MONTHS):
        if claimed.unit in family and recorded.unit in family:
            theirs = tuple(v * family[recorded.unit] / family[claimed.unit] for v in recorded.values)
            return bool(set(claimed.values) & set(theirs)) or (is_rounded(theirs, claimed.values, hedged))
    if claimed.unit in _DAYS and recorded.unit in _DAYS:
        ours = tuple(v * _DAYS[claimed.unit] for v in claimed.values)
        return bool(set(ours) & {v * _DAYS[recorded.unit] for v in recorded.values})
    return claimed.unit == recorded.unit and bool(set(claimed.values) & set(recorded.values))


def _between(span: Span, record: Record, today: Today, hedged: str) -> Source:
    told = [(day, path) for day, path in calendar(record) if day not in {_naive(m).date() for m, _ in record.moments}]
    moments = [*record.moments, *(told if span.unit in _DAYS or span.unit == "night" else [])]
    moments += [(today.day, LETTER_DATE)] if today.known else []
    for (first, path), (second, other) in combinations(moments[:14], 2):
        for value in span.values:
            if _fits(value, span.unit, first, second, hedged):
                return f"{path} to {other}"
    return None


def _fits(value: Decimal, unit: str, first: date, second: date, hedged: str) -> bool:
    early, late = sorted((_naive(first), _naive(second)))
    days = (late.date() - early.date()).days
    exact = first.__class__ is second.__class__ and hasattr(first, "hour")
    if unit in ("day", "night"):
        return value in (days, days + 1) if value else False
    if unit == "workday":
        inside = sum((early.date() + timedelta(days=i)).weekday() < 5 for i in range(min(days, 400) + 1))
        return value in (inside, inside - 1) and value > 0
    if unit in _MONTHS:
        months = Decimal(days) / Decimal("30.44") / _MONTHS[unit]
        return value > 0 and abs(months - value) <= max(value * _DERIVED, Decimal("0.1"))
    seconds = Decimal((late - early).total_seconds()) if exact else Decimal(days * 86400)
    if unit == "week" and not exact and value > 0 and days:
        return abs(Decimal(days) / 7 - value) <= (Decimal("0.5") if hedged else Decimal("0.15"))
    if unit not in _SECONDS or (not exact and unit != "hour"):
        return False  # a bare number between two times has no unit that could be computed
    return _is_stretch(value, unit, seconds, hedged)


def _between_clocks(span: Span, record: Record, hedged: str) -> Source:
    """Return the two times of day, wherever the record tells them, that lie as far apart as *span* says."""
    if span.unit not in ("minute", "hour"):
        return None
    held = [h for h in record.of("time") if h.fact.value.minutes[0] < _DAY_MINUTES][:_TIMES]
    for first, second in combinations(held, 2):
        for early in first.fact.value.minutes:
            for late in second.fact.value.minutes:
                # Past midnight only where one sentence tells both: "from 22:00 to 1:30".
                apart = (late - early) % 1440 if first.path == second.path else abs(late - early)
                if any(_is_stretch(value, span.unit, Decimal(apart * 60), hedged) for value in span.values):
                    return f"{first.path} to {second.path}"
    return None


def _is_stretch(value: Decimal, unit: str, seconds: Decimal, hedged: str) -> bool:
    """Whether *value* of *unit* tells a stretch of so many seconds."""
    stated = value * _SECONDS[unit]
    if hedged in ("above", "below"):
        if is_bound(seconds, stated, hedged):
            return True
        hedged = "over" if hedged == "above" else "under"
    if hedged in ("over", "under"):
        rest = seconds - stated if hedged == "over" else stated - seconds
        return stated > 0 and 0 <= rest < _SECONDS[unit]
    if unit == "minute" and not hedged:
        return stated > 0 and abs(seconds - stated) < (_ROUND_MINUTES if value % 5 == 0 else 60)
    return stated > 0 and abs(seconds - stated) <= stated * (ROUNDED if hedged else _DERIVED)


def _naive(moment: date) -> datetime:
    return (
        moment.replace(tzinfo=None) if isinstance(moment, datetime) else datetime(moment.year, moment.month, moment.day)
    )
