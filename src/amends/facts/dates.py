"""Find dates, months, weekdays and relative days."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from amends.facts.found import Day, Fact, Text
from amends.facts.lexicon import Lexicon, Named, lexicon, named
from amends.facts.numbers import spelled
from amends.text import fold_pattern

_NUMERIC = re.compile(
    r"(?<![\w/.-])(?:(?P<a>(?:19|20|14)\d\d)([-/.])(?P<b>\d{1,2})\2(?P<c>\d{1,2})"
    r"|(?P<p>\d{1,2})([-/.])(?P<q>\d{1,2})\6(?P<r>(?:19|20|14)\d\d|\d\d)"
    r"|(?P<s>\d{1,2})/(?P<t>\d{1,2}))(?:(?=t\d\d:)|(?![\w/-]|\.\d))"
)
_BEFORE_MONTH, _AFTER_MONTH = 40, 30  # characters that a date can have beside its month
_TWO_DIGIT_YEARS = 2000
_MONTH_FIRST_REGIONS = ("US",)
_EITHER_REGIONS = ("CA", "PH")


def dates(text: Text, lex: Lexicon, region: str = "") -> list[Fact]:
    """Return the dates of *text*; an all-numeric one holds every reading that *region* allows."""
    found = list(_numeric(text, lex, region))
    with_month, without, alone, weekday = _patterns(lex.code)
    windows = _windows(text, lex)
    for pattern in with_month:
        for start, end in windows:
            for match in pattern.finditer(text.folded, start, end):
                found += _named(text, match, lex)
    for pattern in without:
        for match in pattern.finditer(text.folded):
            found += _named(text, match, lex)
    for start, end in windows:
        for match in alone.finditer(text.folded, start, end):
            found += _alone(text, match, lex)
    for match in weekday.finditer(text.folded):
        found += _alone(text, match, lex)
    found += _relative(text, lex)
    return found


def _windows(text: Text, lex: Lexicon) -> list[tuple[int, int]]:
    """Return the stretches around the names of months: looking for dates elsewhere costs more than all the rest."""
    spans: list[tuple[int, int]] = []
    for match in _month(lex.code).finditer(text.folded):
        start, end = max(0, match.start() - _BEFORE_MONTH), match.end() + _AFTER_MONTH
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


@cache
def _month(code: str) -> re.Pattern[str]:
    lex = lexicon(code)
    return re.compile(rf"(?<!\w)[^\W\d]?(?:{lex.months.pattern})" if lex.spaced else lex.months.pattern)


def _numeric(text: Text, lex: Lexicon, region: str) -> Iterator[Fact]:
    for match in _NUMERIC.finditer(text.folded):
        if not text.free(*match.span()):
            continue
        if match["a"]:
            readings = [Day(int(match["a"]), int(match["b"]), int(match["c"]))]
        elif match["p"]:
            year = int(match["r"]) + (_TWO_DIGIT_YEARS if len(match["r"]) == 2 else 0)
            readings = [Day(year, month, day) for day, month in _orders(match["p"], match["q"], lex, region)]
        else:
            readings = [Day(None, month, day) for day, month in _orders(match["s"], match["t"], lex, region)]
        readings = [d for d in readings if 1 <= (d.month or 0) <= 12 and 1 <= (d.day or 0) <= 31]
        if readings:
            text.take(*match.span())
            yield Fact("date", match.start(), match.end(), tuple(readings))


def _orders(first: str, second: str, lex: Lexicon, region: str) -> list[tuple[int, int]]:
    """Return the (day, month) readings of "03/04" that the region allows."""
    day_first, month_first = (int(first), int(second)), (int(second), int(first))
    if region in _EITHER_REGIONS:
        return [day_first, month_first]
    if region:
        return [month_first] if region in _MONTH_FIRST_REGIONS or lex.get("date_order") == "ymd" else [day_first]
    return [month_first, day_first] if lex.get("date_order") in ("mdy", "ymd") else [day_first]


@cache
def _patterns(code: str) -> tuple[list[re.Pattern[str]], list[re.Pattern[str]], re.Pattern[str], re.Pattern[str]]:
    lex = lexicon(code)
    days = "|".join(fold_pattern(f) for forms in lex.get("days", default={}).values() for f in forms)
    signs = lex.signs and lex.signs + "{1,3}"
    slots = {
        "{o}": f"(?P<d>{'|'.join(_ordinals(lex)) or '(?!)'})",
        "{d}": r"(?P<d>\d{1,2}" + "".join(f"|{body}" for body in (days, signs) if body) + ")",
        "{M}": f"(?P<M>{lex.months.pattern})",
        "{y}": r"(?P<y>(?:19|20|14)\d\d" + (lex.signs and "|" + lex.signs + "{4}") + ")",
        "{W}": f"(?P<W>{lex.weekdays.pattern})",
    }

    def ready(pattern: str) -> re.Pattern[str]:
        for slot, body in slots.items():
            pattern = pattern.replace(slot, body)
        return re.compile(fold_pattern(pattern))

    table = lex.get("dates")
    return (
        [ready(p) for p in table["patterns"] if "{M}" in p],
        [ready(p) for p in table["patterns"] if "{M}" not in p],
        ready(table.get("month_alone", "(?!)")),
        ready(table.get("weekday", "(?!)")),
    )


def _named(text: Text, match: re.Match[str], lex: Lexicon) -> Iterator[Fact]:
    groups = match.groupdict()
    start, end = match.span()
    if not text.free(start, end) or not _capital(text, match, lex):
        return
    month = int(lex.months.name(groups["M"]) or 0) if groups.get("M") else None
    year = _number(groups["y"], lex) if groups.get("y") else None
    day = _day(groups["d"], lex) if groups.get("d") else None
    text.take(start, end)
    yield Fact("date", start, end, (Day(year, month, day),))
    if month is None or day is None:
        return
    if match.start("d") < match.start("M"):
        yield from _days_before(text, start, Day(year, month), lex)
    elif year is None or match.start("y") < match.start("d"):
        yield from _days_after(text, end, Day(year, month), lex)


def _days_before(text: Text, start: int, rest: Day, lex: Lexicon) -> Iterator[Fact]:
    """Yield the days that share the month that follows: "2 and 3 March"."""
    ordinal, also = lex.get("ordinal", default=""), lex.get("also", default=" - ")
    # An Arabic "and" is written in front of the figure: "3 و4 و5 مارس".
    pattern = re.compile(rf"(?:(?<![\w.,/:])|(?<![\w.,/:]و)(?<=و))(?<![a-z]-)(\d{{1,2}}){ordinal}{also}$")
    for _ in range(4):
        match = pattern.search(text.folded, max(0, start - 24), start)
        if not match or not text.free(*match.span(1)) or not 1 <= int(match[1]) <= 31:
            return
        start = match.start()
        text.take(*match.span(1))
        yield Fact("date", *match.span(1), (rest._replace(day=int(match[1])),))


def _days_after(text: Text, end: int, rest: Day, lex: Lexicon) -> Iterator[Fact]:
    """Yield the days that share the month before them: "March 2 and 3"."""
    ordinal = lex.get("ordinal", default="")
    pattern = re.compile(rf"{lex.get('also', default=' - ')}(\d{{1,2}}){ordinal}(?![\d:/%]|[.,]\d|[ \n-]?\w)")
    for _ in range(4):
        match = pattern.match(text.folded, end)
        if not match or not text.free(*match.span(1)) or not 1 <= int(match[1]) <= 31:
            return
        end = match.end()
        text.take(*match.span(1))
        yield Fact("date", *match.span(1), (rest._replace(day=int(match[1])),))


def _alone(text: Text, match: re.Match[str], lex: Lexicon) -> Iterator[Fact]:
    groups = match.groupdict()
    name = "M" if groups.get("M") else "W"
    start, end = match.span(name)
    if not text.free(start, end) or not _capital(text, match, lex):
        return
    text.take(start, end)
    if name == "M":
        yield Fact("date", start, end, (Day(None, int(lex.months.name(groups["M"]) or 0)),))
    else:
        yield Fact("weekday", start, end, int(lex.weekdays.name(groups["W"]) or 0))


def _capital(text: Text, match: re.Match[str], lex: Lexicon) -> bool:
    """Whether the name is written as the language writes it: English "may" is a verb."""
    groups = match.groupdict()
    if not lex.get("month_case") or not groups.get("M"):
        return True
    after_day = groups.get("d") and match.start("d") < match.start("M")
    return bool(after_day) or text.written[match.start("M")].isupper()


def _relative(text: Text, lex: Lexicon) -> Iterator[Fact]:
    pattern, names = _relatives(lex.code)
    for match in pattern.finditer(text.folded):
        if text.free(*match.span("relative")):
            text.take(*match.span("relative"))
            yield Fact("relative", *match.span("relative"), int(names.name(match["relative"]) or 0))


@cache
def _relatives(code: str) -> tuple[re.Pattern[str], Named]:
    lex = lexicon(code)
    names = named(lex.get("relative", default={}))
    edge = (r"(?<!\w)" + lex.prefix, r"(?!\w)") if lex.spaced else ("", "")
    return re.compile(f"{edge[0]}(?P<relative>{names.pattern}){edge[1]}"), names


def _day(written: str, lex: Lexicon) -> int:
    if not written.isdecimal():
        for value, pattern in _days_in_words(lex.code):
            if pattern.fullmatch(written):
                return value
    return _number(written, lex)


@cache
def _days_in_words(code: str) -> list[tuple[int, re.Pattern[str]]]:
    lex = lexicon(code)
    tables = [lex.get("days", default={}), lex.get("ordinals", default={})]
    return [
        (int(day), re.compile("|".join(fold_pattern(f) for f in forms)))
        for table in tables
        for day, forms in table.items()
    ]


def _ordinals(lex: Lexicon) -> list[str]:
    """Return the words for days that are dates only where a month or a preposition says so, the longest first."""
    forms = (fold_pattern(f) for forms in lex.get("ordinals", default={}).values() for f in forms)
    return sorted(forms, key=len, reverse=True)


def _number(written: str, lex: Lexicon) -> int:
    if written.isdecimal():
        return int(written)
    value = None if lex.spaced else spelled(written, lex)
    return int(value) if value is not None else 0
