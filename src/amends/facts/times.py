"""Find times of day, with their half of the day and their time zone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from amends.facts.found import Clock, Fact, Text
from amends.facts.lexicon import Lexicon, lexicon
from amends.facts.numbers import number_of, ordinal_unit, spelled
from amends.text import fold_pattern

_NOON = 12 * 60
_DAY = 24 * 60
_LAST_HOUR, _LAST_MINUTE = 98, 98  # an impossible time is still a claim, which no record supports; 99 is no number
_OFFSET = re.compile(r" ?\(?(?:utc|gmt) ?([+-]) ?(\d{1,2})(?::?(\d\d))?\)?(?!\w)|(\+)(\d\d):(\d\d)(?!\d)")


def times(text: Text, lex: Lexicon) -> list[Fact]:
    """Return the times of day in *text*."""
    found: list[Fact] = []
    for pattern in _patterns(lex.code):
        for match in pattern.finditer(text.folded):
            if text.free(*match.span()):
                found += _time(text, match, lex)
            elif match.start() < (hour := match.start("h") if match.groupdict().get("h") else -1):
                # "今早7点05分": the day before the hour holds the part of the day
                alone = pattern.match(text.folded, hour)
                found += _time(text, alone, lex) if alone and text.free(*alone.span()) else ()
    found.sort()
    return _shared(text, found, lex)


def _shared(text: Text, found: list[Fact], lex: Lexicon) -> list[Fact]:
    """Give the first time of a range what only the second one says: "8 to 10 am", "13:40 to 17:05 UTC"."""
    shared: list[Fact] = []
    for fact in reversed(found):
        following = shared[-1] if shared else None
        if following and following.value.zone is not None and fact.value.zone is None:
            gap = text.folded[fact.end : following.start]
            if len(gap) <= 5 or lex.range.fullmatch(gap):
                fact = fact._replace(value=fact.value._replace(zone=following.value.zone))
        shared.append(fact)
        before = re.compile(rf"(?<![\w:.,])(\d{{1,2}}){lex.range.pattern}$").search(
            text.folded, max(0, fact.start - 12), fact.start
        )
        if before and text.free(*before.span(1)) and int(before[1]) <= 24:
            text.take(*before.span(1))
            shared.append(Fact("time", *before.span(1), Clock(_readings(int(before[1]) * 60, {}), fact.value.zone)))
    return shared[::-1]


@cache
def _patterns(code: str) -> list[re.Pattern[str]]:
    lex = lexicon(code)
    halves = lex.get("halfdays", default={})
    half = "|".join(f"(?P<{name}>{'|'.join(fold_pattern(f) for f in forms)})" for name, forms in halves.items())
    signs = lex.signs and lex.signs + "{1,3}"
    hours = "|".join(body for body in (r"\d{1,2}", lex.hours.pattern if lex.spaced else signs) if body)
    slots = {"{half}": f"(?:{half or '(?!)'})", "{H}": hours, "{N}": signs or _minutes(lex)}
    ready = []
    for pattern in lex.get("times", "patterns", default=[]):
        for slot, body in slots.items():
            pattern = pattern.replace(slot, body)
        ready.append(re.compile(fold_pattern(pattern)))
    return ready


def _minutes(lex: Lexicon) -> str:
    """Return a pattern for minutes in words, tens and units apart."""
    word = "|".join(sorted((form for form, value in lex.numbers.items() if 2 <= value < 60), key=len, reverse=True))
    ranks = "|".join(form for forms in lex.get("ordinal_units", default={}).values() for form in forms) or "(?!)"
    particle = "|".join(lex.get("particles", default=[])) or "(?!)"
    return rf"(?:{word}|{ranks})(?: (?:{particle})?(?:{word}))?(?!\w)"


@cache
def _zone(code: str) -> re.Pattern[str]:
    names = sorted(lexicon(code).zones, key=len, reverse=True)
    return re.compile(rf" ?\(?({'|'.join(map(re.escape, names))})\)?(?!\w)")


def _time(text: Text, match: re.Match[str], lex: Lexicon) -> Iterator[Fact]:
    groups = {name: value for name, value in match.groupdict().items() if value is not None}
    start, end = match.span()
    if "noon" in groups or "midnight" in groups:
        minutes: tuple[int, ...] = (_NOON,) if "noon" in groups else (0, _DAY - 1)
    else:
        hour, minute = _hour(groups["h"], lex), _minute(groups, lex)
        if hour > _LAST_HOUR or minute > _LAST_MINUTE:
            return
        told = hour * 60 - minute if "to" in groups else hour * 60 + minute
        minutes = _readings(told % _DAY if "to" in groups else told, groups)
    zone, end = _zone_after(text, end, lex)
    text.take(start, end)
    yield Fact("time", start, end, Clock(minutes, zone))


def _readings(minutes: int, groups: dict[str, str]) -> tuple[int, ...]:
    """Return what a clock time can mean: without a half of the day, "7:10" may be in the evening."""
    if "pm" in groups:
        return (minutes if minutes >= _NOON else minutes + _NOON,)
    if "am" in groups:
        return (minutes - _NOON if _NOON <= minutes < _NOON + 60 else minutes,)
    return (minutes, minutes + _NOON) if 60 <= minutes < _NOON else (minutes % _DAY if minutes <= _DAY else minutes,)


def _hour(written: str, lex: Lexicon) -> int:
    if written.isdecimal():
        return int(written)
    if lex.spaced:
        return int(lex.hours.name(written) or 99)
    value = spelled(written, lex)
    return 99 if value is None else int(value)


def _minute(groups: dict[str, str], lex: Lexicon) -> int:
    if "half_past" in groups:
        return 30
    if "quarter" in groups:
        return 15
    if "third" in groups:
        return 20
    written = groups.get("m", "0")
    if written.isdecimal():
        return int(written)
    if lex.spaced:
        return int(sum(number_of(word, lex) or ordinal_unit(word, lex.code) or 0 for word in written.split()))
    value = spelled(written, lex)
    return 99 if value is None else int(value)


def _zone_after(text: Text, end: int, lex: Lexicon) -> tuple[int | None, int]:
    """Return the zone that follows a time, in minutes ahead of UTC, and where it ends."""
    offset = _OFFSET.match(text.folded, end)
    if offset:
        sign, hours, minutes = (offset[1], offset[2], offset[3]) if offset[1] else (offset[4], offset[5], offset[6])
        ahead = int(hours) * 60 + int(minutes or 0)
        return (-ahead if sign == "-" else ahead), offset.end()
    name = _zone(lex.code).match(text.folded, end)
    return (lex.zones[name[1]], name.end()) if name else (None, end)
