"""Tell what each number of a text is: a sum, a percentage, a duration, or a bare count."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache

from amends.facts.found import Count, Fact, Money, Span, Text
from amends.facts.lexicon import Lexicon, Named, lexicon, named, words
from amends.facts.numbers import Numeral, numerals
from amends.facts.ratios import ratios
from amends.text import fold_pattern

_NOUN = re.compile(r"[ \n-]?([^\W\d_]+)")
_HALF = Decimal("0.5")
_LONG = 5  # digits in a row that no one reads as a quantity
_SIZES = {
    ("minute", "second"): 60, ("hour", "minute"): 60, ("day", "hour"): 24, ("week", "day"): 7, ("year", "month"): 12,
}  # fmt: skip


def quantities(text: Text, lex: Lexicon) -> list[Fact]:
    """Return the sums, percentages, durations and counts of *text*."""
    duals = _duals(text, lex)
    shares, row = ratios(text, numerals(text, lex), lex)
    found: list[Fact] = []
    following: tuple[int, str, tuple[str, ...]] | None = None
    # Backwards: in "1 to 3 working days" and "5 or 10 EUR" the last number says what all of them are.
    for numeral in reversed(row):
        kind = _kind(text, numeral, lex, following)
        found.append(kind)
        value = kind.value
        following = None
        if kind.kind == "duration":
            following = (numeral.start, value.unit, ())
        elif kind.kind == "amount":
            following = (numeral.start, "", (value.likeliest, *sorted(value.currencies)))
        elif kind.kind == "percent":
            following = (numeral.start, "%", ())
    found.reverse()
    found = _joined(text, _apart(found + duals + shares), lex)
    return [_as_word(f) if f.kind == "count" and _is_list_mark(text, f, lex) else f for f in found]


def _apart(found: list[Fact]) -> list[Fact]:
    """Return the facts in order without those that lie within another: the 百 of 两个百分点."""
    apart: list[Fact] = []
    for fact in sorted(found, key=lambda f: (f.start, -f.end)):
        if not apart or fact.start >= apart[-1].end:
            apart.append(fact)
    return apart


def _joined(text: Text, found: list[Fact], lex: Lexicon) -> list[Fact]:
    """Return *found* with a duration told in two units as one: "1 hour and 45 minutes" is 105 minutes."""
    joined: list[Fact] = []
    for fact in found:
        last = joined[-1] if joined else None
        if last and last.kind == fact.kind == "duration" and last.value.unit != fact.value.unit:
            size = _SIZES.get((last.value.unit, fact.value.unit))
            if size and _together(lex.code).fullmatch(text.folded, last.end, fact.start):
                values = tuple(v * size + w for v in last.value.values for w in fact.value.values)
                joined[-1] = last._replace(end=fact.end, value=Span(values, fact.value.unit))
                continue
        if fact.kind == "duration" and fact.value.unit == "minute":
            fact = _after_an_hour(text, fact, lex)
        joined.append(fact)
    return joined


def _after_an_hour(text: Text, fact: Fact, lex: Lexicon) -> Fact:
    """Return minutes with the hour before them that goes without a number: "an hour and 45 minutes" is 105."""
    hour = _bare_hour(lex.code).search(text.folded, max(0, fact.start - 24), fact.start)
    if not hour or not text.free(*hour.span()):
        return fact
    return fact._replace(start=hour.start(), value=Span(tuple(v + 60 for v in fact.value.values), "minute"))


@cache
def _bare_hour(code: str) -> re.Pattern[str]:
    lex = lexicon(code)
    unit = "|".join(fold_pattern(form) for form in lex.get("units", "hour", default=["(?!)"]))
    head = r"(?<![\w\d]) ?" if lex.spaced else "(?!)"
    return re.compile(rf"{head}(?<!\d )(?:{lex.get('one', default='')})(?:{unit}){_together(code).pattern}$")


@cache
def _together(code: str) -> re.Pattern[str]:
    return re.compile(lexicon(code).get("together", default=" ?"))


def _kind(text: Text, numeral: Numeral, lex: Lexicon, following: tuple[int, str, tuple[str, ...]] | None) -> Fact:
    fact = _amount(text, numeral, lex) or _percent(text, numeral, lex) or _duration(text, numeral, lex)
    if not fact and following and lex.range.fullmatch(text.folded, numeral.end, following[0]):
        fact = _shared(numeral, following)
    if not fact:
        fact = Fact(
            "count", numeral.start, numeral.end, Count(numeral.values, _noun(text, numeral, lex), numeral.digits)
        )
        written = text.folded[numeral.start : numeral.end]
        if numeral.digits and written.isdecimal() and len(written) >= _LONG:
            return Fact("identifier", numeral.start, numeral.end, written)
    return fact


def _duals(text: Text, lex: Lexicon) -> list[Fact]:
    """Return the durations that one word tells: Arabic has a form for two."""
    found = []
    for unit, forms in lex.get("duals", default={}).items():
        for match in _dual(tuple(forms), lex.prefix).finditer(text.folded):
            if text.free(*match.span()):
                text.take(*match.span())
                found.append(Fact("duration", match.start(), match.end(), Span((Decimal(2),), unit)))
    return found


@cache
def _dual(forms: tuple[str, ...], prefix: str) -> re.Pattern[str]:
    return words(forms, prefix, spaced=True)


def _shared(numeral: Numeral, following: tuple[int, str, tuple[str, ...]]) -> Fact:
    """Return the fact of a number whose unit stands with the next one."""
    _, unit, currencies = following
    if currencies:
        return Fact("amount", numeral.start, numeral.end, _money(numeral.values, "-".join(currencies)))
    if unit == "%":
        return Fact("percent", numeral.start, numeral.end, numeral.values)
    return Fact("duration", numeral.start, numeral.end, Span(numeral.values, unit))


def _amount(text: Text, numeral: Numeral, lex: Lexicon) -> Fact | None:
    after = lex.money_after.match(text.folded, numeral.end)
    if after:
        name = lex.money_names.name(after["money"]) or ""
        if after["money"] in lex.get("money_units", default=()):  # 港币2600元
            ahead = lex.money_before.search(text.folded, max(0, numeral.start - 16), numeral.start)
            name = (ahead and _before_names(lex.code).name(ahead["money"])) or name
        values, end = _with_subunits(text, numeral.values, after.end(), lex)
        return Fact("amount", numeral.start, end, _money(values, name))
    before = lex.money_before.search(text.folded, max(0, numeral.start - 16), numeral.start) if numeral.digits else None
    if before:
        name = _before_names(lex.code).name(before["money"]) or lex.money_names.name(before["money"]) or ""
        return Fact("amount", before.start(), numeral.end, _money(numeral.values, name))
    return None


@cache
def _before_names(code: str) -> Named:
    """Return the words for money that stand before a figure."""
    return named(lexicon(code).get("currencies_before", default={}))


def _money(values: tuple[Decimal, ...], codes: str) -> Money:
    """Return a sum in the currency that *codes* names, the likeliest first: "USD-CAD-AUD"."""
    names = codes.split("-")
    return Money(values, frozenset(names), names[0])


def _with_subunits(text: Text, values: tuple[Decimal, ...], end: int, lex: Lexicon) -> tuple[tuple[Decimal, ...], int]:
    """Add the tenths that Chinese tells after the unit: 十二元五角 is 12.5."""
    tenth = lex.get("subunits", "tenth")
    match = re.compile(rf"(\d|{lex.signs})(?:{tenth})").match(text.folded, end) if tenth else None
    if not match:
        return values, end
    digit = lex.numbers.get(match[1], Decimal(match[1]) if match[1].isdecimal() else Decimal(0))
    text.take(match.start(1), match.end(1))
    return tuple(v + digit / 10 for v in values), match.end()


def _percent(text: Text, numeral: Numeral, lex: Lexicon) -> Fact | None:
    after = lex.percent.match(text.folded, numeral.end)
    if after:
        return Fact("percent", numeral.start, after.end(), numeral.values)
    before = lex.percent_before.search(text.folded, max(0, numeral.start - 8), numeral.start)
    return Fact("percent", before.start(), numeral.end, numeral.values) if before else None


def _duration(text: Text, numeral: Numeral, lex: Lexicon) -> Fact | None:
    halves = lex.get("halves", default={})
    half = re.compile(halves["and"]).match(text.folded, numeral.end) if "and" in halves else None
    end = half.end() if half else numeral.end
    unit = lex.unit.match(text.folded, end)
    if not unit and half:
        half, unit = None, lex.unit.match(text.folded, numeral.end)
    if not unit:
        return _definite(text, numeral, lex)
    name = lex.unit_names.name(unit["unit"]) or ""
    end = unit.end()
    after = re.compile(halves["after"]).match(text.folded, end) if "after" in halves else None
    extra = _HALF if half or after else Decimal(0)
    return Fact(
        "duration", numeral.start, after.end() if after else end, Span(tuple(v + extra for v in numeral.values), name)
    )


def _definite(text: Text, numeral: Numeral, lex: Lexicon) -> Fact | None:
    """Return the duration of a number that follows its noun, as in Arabic: "the minutes, the forty-two"."""
    before = lex.get("definite", "before")
    match = re.search(before, text.folded[max(0, numeral.start - 16) : numeral.start]) if before else None
    name = lex.unit_names.name(match["unit"]) if match else None
    return Fact("duration", numeral.start, numeral.end, Span(numeral.values, name)) if name else None


def _noun(text: Text, numeral: Numeral, lex: Lexicon) -> str:
    """Return the beginning of the word that a number counts, "" where none follows."""
    if not lex.spaced:
        skip = lex.get("measures", default="")
        match = re.compile(rf"[{skip}]?([\u4e00-\u9fff]{{2}})" if skip else r"([\u4e00-\u9fff]{2})").match(
            text.folded, numeral.end
        )
        return match[1] if match else ""
    position = numeral.end
    for _ in range(3):
        match = _NOUN.match(text.folded, position)
        if not match:
            return ""
        if match[1] not in lex.get("skip_after_number", default=[]):
            return match[1][:5]
        position = match.end()
    return ""


def _as_word(fact: Fact) -> Fact:
    """Return a count that weighs no more than a word would."""
    return fact._replace(value=fact.value._replace(noun="", digits=False))


def _is_list_mark(text: Text, fact: Fact, lex: Lexicon) -> bool:
    """Whether a number only names a step."""
    before, after = text.folded[max(0, fact.start - 12) : fact.start], text.folded[fact.end : fact.end + 2]
    if fact.value.values[0] > 20:
        return False
    marks = lex.get("list_marks")
    return bool(marks and re.search(rf"(?:{marks})$", before)) or (before.endswith("(") and after.startswith(")"))
