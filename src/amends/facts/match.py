"""Match one stated fact to the record: the path of the field that holds it, or None and what is nearest."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from difflib import SequenceMatcher
from itertools import combinations, permutations

from amends.facts.contacts import same_phone
from amends.facts.found import Count, Fact, Money, Ratio, plain
from amends.facts.lexicon import lexicon
from amends.facts.match_time import LETTER_DATE, Source, Today, clock, day, duration, relative, weekday
from amends.facts.numbers import number_of
from amends.facts.record import Held, Record
from amends.facts.rounding import is_rounded

_PAIR = 2  # two of something are named so often that half of any sum would pass
_SHARE = Decimal("0.05")  # how far a share of two counts may be off: 21 of 43 are one in two


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
        if held.fact.value.currencies & money.currencies and is_rounded(
            held.fact.value.values, money.values, fact.hedged
        ):
            return held.path
    return None


def _sums(record: Record, currencies: frozenset[str]) -> Iterator[tuple[Decimal, str]]:
    """Yield what can be computed from the record's sums: totals, differences, multiples and what one of several is."""
    sums = [(h.fact.value.values[0], h.path) for h in record.of("amount") if h.fact.value.currencies & currencies]
    sums = list(dict.fromkeys(sums))[:12]
    for (first, path), (second, other) in combinations(sums, 2):
        yield first + second, f"{path} + {other}"
        yield abs(first - second), f"{path} - {other}"
    promised = [s for s in sums if s[1].startswith("remedies[")]
    if len(promised) > 2:
        yield sum((v for v, _ in promised), Decimal(0)), " + ".join(p for _, p in promised)
    for held in [*record.of("count"), *record.of("duration")]:
        times = held.fact.value.values[0]
        for value, path in sums if 1 < times <= 1000 else ():
            if held.fact.kind == "count":
                yield times * value, f"{held.path} x {path}"
            each = value / times  # 612 for three nights are 204 a night
            if times > _PAIR and each >= 1 and each == round(each, 2):
                yield each, f"{path} / {held.path}"


def percent(fact: Fact, record: Record, _: Today) -> Source:
    """A percentage is supported by the same percentage, or a bare number in the record."""
    for kind in ("percent", "count"):
        for held in record.of(kind):
            values = getattr(held.fact.value, "values", held.fact.value)
            if set(values) & set(fact.value) or (is_rounded(values, fact.value, fact.hedged)):
                return held.path
    for held in record.of("ratio"):
        if held.fact.value.percent in fact.value:
            return held.path
    shares = [(h.fact.value[0], h.path) for h in record.of("percent")]
    plain_ones = [(h.fact.value.values[0], h.path) for h in record.of("count")]
    for first, path in shares[:12]:  # "19 percent instead of 21": two percentage points
        if any(path == other and abs(first - second) in fact.value for second, other in [*shares, *plain_ones]):
            return path
    sums = [(h.fact.value.values[0], h.path) for h in record.of("amount")][:12]
    for (first, path), (second, other) in permutations(sums, 2):
        if second and abs(first * 100 / second - fact.value[0]) < Decimal("0.05"):
            return f"{path} / {other}"
    return None


def ratio(fact: Fact, record: Record, _: Today) -> Source:
    """ "Two in a hundred" is supported by the same share or percentage, or by two counts that make it."""
    share: Ratio = fact.value
    for held in record.of("ratio"):
        if held.fact.value.percent == share.percent:
            return held.path
    for held in record.of("percent"):
        if share.percent in held.fact.value or is_rounded(held.fact.value, (share.percent,), fact.hedged):
            return held.path
    counts = [(h.fact.value.values[0], h.path) for h in record.of("count")][:12]
    for (part, path), (whole, other) in permutations(counts, 2):
        if 0 < part < whole and abs(part * 100 / whole - share.percent) <= share.percent * _SHARE:
            return f"{path} / {other}"
    parts = [path for value, path in counts if value == share.part]
    wholes = [path for value, path in counts if value == share.whole]
    if wholes and (parts or (share.part == 1 and share.of_things)):
        return wholes[0]
    return None


def count(fact: Fact, record: Record, today: Today) -> Source:
    """A bare number is supported by any number of the record that it can stand for."""
    value: Count = fact.value
    for kind in ("count", "duration", "percent", "amount"):
        for held in record.of(kind):
            values = getattr(held.fact.value, "values", held.fact.value)
            if set(values) & set(value.values) or (is_rounded(values, value.values, fact.hedged)):
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
    held_sizes = (path for size, path in record.sizes.items() if value.values[0] == size)
    return next(held_sizes, None) or _computed(value.values[0], record)


def _computed(claimed: Decimal, record: Record) -> Source:
    """Return the field from whose counts a number can be computed: the other 14 of 52, ten for nine and one."""
    if claimed < 2:
        return None
    by_field: dict[str, list[Decimal]] = {}
    for held in record.of("count"):
        by_field.setdefault(held.path, []).append(held.fact.value.values[0])
    for path, values in by_field.items():
        if any(claimed in (abs(first - second), first + second) for first, second in combinations(values, 2)):
            return path
    company = lexicon(record.code).get("company")
    for field in record.fields if company else ():
        for match in re.finditer(company, field.folded):
            others = Decimal(match[1]) if match[1].isdecimal() else number_of(match[1], lexicon(record.code))
            if others is not None and others + 1 == claimed:
                return field.path
    return None


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


MATCHES: dict[str, Callable[[Fact, Record, Today], Source]] = {
    "amount": amount, "percent": percent, "date": day, "weekday": weekday, "relative": relative, "time": clock,
    "ratio": ratio, "duration": duration, "count": count, "identifier": identifier, "phone": phone, "email": email,
    "link": link,
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
