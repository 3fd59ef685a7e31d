"""Match one stated fact to the record: the path of the field that holds it, or None and what is nearest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from difflib import SequenceMatcher
from itertools import combinations, permutations
from typing import NamedTuple

from amends.facts.contacts import same_phone
from amends.facts.found import Clock, Count, Day, Fact, Money, Span, plain
from amends.facts.record import Held, Record

LETTER_DATE = "letter_date"
_ROUNDED = Decimal("0.15")  # how far a figure that says it is rounded may be off
_DERIVED = Decimal("0.05")  # how far a duration computed from two times may be
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "night": 86400, "week": 604800}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_DAYS = {"day": 1, "week": 7, "month": 30, "quarter": 90, "year": 365}  # as terms are counted: 60 days are two months
_HEDGED_MINUTES = 15
_DAY_MINUTES = 24 * 60 + 1
_NEAR_DAYS = 60


class Today(NamedTuple):
    """The day that "yesterday" counts from, and whether it is known or only assumed."""

    day: date
    known: bool


Source = str | None


def amount(fact: Fact, record: Record, _: Today) -> Source:
    """A sum is supported by the same sum, a total, a difference or a multiple, in the same currency."""
    money: Money = fact.value
    for held in record.of("amount"):
        if set(held.fact.value.values) & set(money.values) and held.fact.value.currencies & money.currencies:
            return held.path
    for held in record.of("count"):
        if set(held.fact.value.values) & set(money.values):
            return held.path
    for value, path in _sums(record, money.currencies):
        if value in money.values:
            return path
    for held in record.of("amount"):
        if held.fact.value.currencies & money.currencies and _near(held.fact.value.values, money.values, fact.hedged):
            return held.path
    return None


def _sums(record: Record, currencies: frozenset[str]) -> Iterator[tuple[Decimal, str]]:
    """Yield what can be computed from the record's sums: totals, differences and multiples."""
    sums = [(h.fact.value.values[0], h.path) for h in record.of("amount") if h.fact.value.currencies & currencies]
    sums = list(dict.fromkeys(sums))[:12]
    for (first, path), (second, other) in combinations(sums, 2):
        yield first + second, f"{path} + {other}"
        yield abs(first - second), f"{path} - {other}"
    promised = [s for s in sums if s[1].startswith("remedies[")]
    if len(promised) > 2:
        yield sum((v for v, _ in promised), Decimal(0)), " + ".join(p for _, p in promised)
    for held in record.of("count"):
        for value, path in sums:
            if 1 < held.fact.value.values[0] <= 1000:
                yield held.fact.value.values[0] * value, f"{held.path} x {path}"


def percent(fact: Fact, record: Record, _: Today) -> Source:
    """A percentage is supported by the same percentage, or a bare number in the record."""
    for kind in ("percent", "count"):
        for held in record.of(kind):
            values = getattr(held.fact.value, "values", held.fact.value)
            if set(values) & set(fact.value) or (_near(values, fact.value, fact.hedged)):
                return held.path
    sums = [(h.fact.value.values[0], h.path) for h in record.of("amount")][:12]
    for (first, path), (second, other) in permutations(sums, 2):
        if second and abs(first * 100 / second - fact.value[0]) < Decimal("0.05"):
            return f"{path} / {other}"
    return None


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
    return None


def duration(fact: Fact, record: Record, today: Today) -> Source:
    """A duration is supported by the record's words, or by the time between two of its dates."""
    span: Span = fact.value
    for held in record.of("duration"):
        if _same_length(span, held.fact.value, fact.hedged):
            return held.path
    for held in record.of("count"):
        if set(held.fact.value.values) & set(span.values):
            return held.path
    between = _between(span, record, today, fact.hedged)
    if between or span.unit not in _SECONDS:
        return between
    return None


def _same_length(claimed: Span, recorded: Span, hedged: str) -> bool:
    for family in (_SECONDS, _MONTHS):
        if claimed.unit in family and recorded.unit in family:
            theirs = tuple(v * family[recorded.unit] / family[claimed.unit] for v in recorded.values)
            return bool(set(claimed.values) & set(theirs)) or (_near(theirs, claimed.values, hedged))
    if claimed.unit in _DAYS and recorded.unit in _DAYS:
        ours = tuple(v * _DAYS[claimed.unit] for v in claimed.values)
        return bool(set(ours) & {v * _DAYS[recorded.unit] for v in recorded.values})
    return claimed.unit == recorded.unit and bool(set(claimed.values) & set(recorded.values))


def _between(span: Span, record: Record, today: Today, hedged: str) -> Source:
    moments = [*record.moments, (today.day, LETTER_DATE)] if today.known else record.moments
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
    if not exact and unit != "hour":
        return False
    stated = value * _SECONDS[unit]
    return stated > 0 and abs(seconds - stated) <= stated * (_ROUNDED if hedged else _DERIVED)


def _naive(moment: date) -> datetime:
    return (
        moment.replace(tzinfo=None) if isinstance(moment, datetime) else datetime(moment.year, moment.month, moment.day)
    )


def count(fact: Fact, record: Record, today: Today) -> Source:
    """A bare number is supported by any number of the record that it can stand for."""
    value: Count = fact.value
    for kind in ("count", "duration", "percent", "amount"):
        for held in record.of(kind):
            values = getattr(held.fact.value, "values", held.fact.value)
            if set(values) & set(value.values) or (_near(values, value.values, fact.hedged)):
                return held.path
    digits = plain(value.values[0])
    for held in record.of("date"):
        if any(str(d.year) == digits for d in held.fact.value):
            return held.path
    if digits == str(today.day.year) and today.known:
        return LETTER_DATE
    for held in [*record.of("identifier"), *record.of("phone")]:
        if digits in _segments(held.fact.value):
            return held.path
    for held in record.of("time"):
        if any(_told(m, value.values[0]) for m in held.fact.value.minutes):
            return held.path
    return next((path for size, path in record.sizes.items() if value.values[0] == size), None)


def _told(minutes: int, number: Decimal) -> bool:
    """Whether a bare number is a time: 17, or 17.20 for 17:20."""
    return minutes // 60 == int(number) and minutes % 60 == int(number % 1 * 100)


def _segments(mark: str) -> list[str]:
    return [p for p in "".join(c if c.isalnum() else " " for c in mark).split() if p]


def identifier(fact: Fact, record: Record, today: Today) -> Source:
    """An identifier is supported by the same one, or by one of which it is a whole part."""
    claimed = str(fact.value)
    joined = "".join(_segments(claimed))
    for held in [*record.of("identifier"), *record.of("phone")]:
        mark = str(held.fact.value)
        segments = _segments(mark)
        if claimed == mark or joined == "".join(segments) or (len(joined) >= 4 and claimed in segments):
            return held.path
        if len(joined) >= 4 and mark.endswith(claimed) and not mark[-len(claimed) - 1].isalnum():
            return held.path
    if claimed.isdecimal():
        return _as_number(Decimal(claimed), record)
    return next((f.path for f in record.fields if claimed in _marks(f.folded)), None)


def _marks(folded: str) -> set[str]:
    return {w.strip(".,;:!?()\"'") for w in folded.split()}


def _as_number(value: Decimal, record: Record) -> Source:
    for kind in ("count", "amount"):
        for held in record.of(kind):
            if value in held.fact.value.values:
                return held.path
    return None


def phone(fact: Fact, record: Record, _: Today) -> Source:
    """A phone number is supported by the same digits, with or without the country's code."""
    for held in record.of("phone"):
        if same_phone(fact.value, held.fact.value):
            return held.path
    for field in record.fields:
        digits = "".join(c for c in field.folded if c.isdigit())
        if digits and field.path.startswith(("contact.", "facts.")):
            whole = f"+{digits}" if field.folded.startswith("+") else digits
            if same_phone(fact.value, whole):
                return field.path
    return None


def email(fact: Fact, record: Record, _: Today) -> Source:
    """An address is supported by the same address, letter for letter."""
    return next((h.path for h in record.of("email") if h.fact.value == fact.value), None)


def link(fact: Fact, record: Record, _: Today) -> Source:
    """A link is supported by the same link, or by one to a page of the same host where it names only the host."""
    for held in record.of("link"):
        if held.fact.value == fact.value or held.fact.value.startswith(f"{fact.value}/"):
            return held.path
    return None


def _near(recorded: tuple[Decimal, ...], claimed: tuple[Decimal, ...], hedged: str) -> bool:
    """Whether a figure that says it is rounded is the recorded one rounded: 2300 for 2317, not 2400."""
    return bool(hedged) and any(_rounds(r, c, hedged) for r in recorded for c in claimed)


def _rounds(recorded: Decimal, claimed: Decimal, hedged: str) -> bool:
    if _digits(claimed) >= _digits(recorded) or abs(recorded - claimed) > abs(recorded) * _ROUNDED:
        return False
    unit = _last_digit(claimed)
    return {
        "over": 0 <= recorded - claimed < unit,
        "under": 0 <= claimed - recorded < unit,
        "about": abs(recorded - claimed) <= unit / 2,
    }[hedged]


def _last_digit(value: Decimal) -> Decimal:
    """Return what the last digit that *value* tells is worth: 100 in 2300."""
    text = plain(value)
    zeros = len(text) - len(text.rstrip("0")) if "." not in text else 0
    decimals = len(text.partition(".")[2])
    return Decimal(10) ** (zeros - decimals)


def _digits(value: Decimal) -> int:
    """Return how many digits *value* tells: 2300 tells two."""
    return len(plain(value).replace(".", "").strip("0")) or 1


MATCHES: dict[str, Callable[[Fact, Record, Today], Source]] = {
    "amount": amount, "percent": percent, "date": day, "weekday": weekday, "relative": relative, "time": clock,
    "duration": duration, "count": count, "identifier": identifier, "phone": phone, "email": email, "link": link,
}  # fmt: skip


def nearest(fact: Fact, record: Record) -> Held | None:
    """Return the fact of the record that a writer most likely meant."""
    candidates = record.of(fact.kind)
    if not candidates:
        return None
    told = show(fact)
    return max(candidates, key=lambda h: SequenceMatcher(None, told, show(h.fact)).ratio())


def show(fact: Fact) -> str:
    """Return the value of *fact* in its canonical form."""
    value = fact.value
    if fact.kind == "date":
        return " or ".join(dict.fromkeys(str(d) for d in value))
    if fact.kind == "percent":
        return f"{plain(value[0])}%"
    return str(value)
