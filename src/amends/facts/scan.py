"""Find every fact that a text states in figures, dates, addresses and marks."""

from __future__ import annotations

import re
from functools import cache

from amends.facts.contacts import addresses, phones
from amends.facts.dates import dates
from amends.facts.found import Fact, Text
from amends.facts.identifiers import identifiers
from amends.facts.lexicon import Lexicon
from amends.facts.numbers import number_of
from amends.facts.quantities import quantities
from amends.facts.times import times

_LIST_MARK = re.compile(
    r"(?:^|\n)[ \t]*[(（]?(?:(\d{1,2}|[٠-٩]{1,2})(?:[.)、:）:](?=\D)|．)|([一二三四五六七八九十]{1,3})[、）)．])"
)
_LAST_WORD = re.compile(r"([^\W\d_]+)([^\w]*)$")
_TENS = 20
_ROUNDED = ("amount", "percent", "duration", "count", "time", "ratio")


def scan(text: Text, lexicon: Lexicon, region: str = "") -> list[Fact]:
    """Return the facts of *text* in the order they stand in; each stretch of the text belongs to one."""
    text = text._replace(folded=_parted(text))
    found = addresses(text)
    for mark in _LIST_MARK.finditer(text.written):
        text.take(*mark.span(mark.lastindex or 0))
    for idiom in lexicon.idioms.finditer(text.folded):
        if not _cuts(text.folded, idiom.start(), lexicon):
            text.take(*idiom.span())
    found += dates(text, lexicon, region)
    found += times(text, lexicon)
    found += phones(text)
    found += identifiers(text, spaced=lexicon.spaced)
    found += quantities(text, lexicon)
    return [f._replace(hedged=_hedged(text, f, lexicon)) for f in sorted(found, key=lambda f: (f.start, f.end))]


def _cuts(folded: str, start: int, lexicon: Lexicon) -> bool:
    """Whether an idiom would begin inside a number in words: the "one of" in "forty-one of them"."""
    if not lexicon.spaced:
        return folded[start - 1 : start] in lexicon.scales and folded[start] in lexicon.numbers
    before = _LAST_WORD.search(folded, max(0, start - 24), start)
    value = number_of(before[1], lexicon) if before else None
    return value is not None and value >= _TENS and bool(before and lexicon.joiner.fullmatch(before[2]))


def _parted(text: Text) -> str:
    """Return the folded text with a full-width comma between digits kept: it parts two figures, and no thousands."""
    if "，" not in text.written:
        return text.folded
    return "".join(
        "，" if written == "，" and _between_digits(text.folded, place) else folded
        for place, (written, folded) in enumerate(zip(text.written, text.folded, strict=True))
    )


def _between_digits(folded: str, place: int) -> bool:
    return folded[place - 1 : place].isdigit() and folded[place + 1 : place + 2].isdigit()


def _hedged(text: Text, fact: Fact, lexicon: Lexicon) -> str:
    """Return how a figure says that it is rounded, and whether a weekday says that it is every one."""
    if fact.kind == "weekday":
        return "every" if lexicon.every.search(text.folded, max(0, fact.start - 16), fact.start) else ""
    if fact.kind not in _ROUNDED:
        return ""
    digits = _figure(lexicon.signs).match(text.folded, fact.start)
    hedge = (
        lexicon.hedge_before.search(text.folded, max(0, fact.start - 40), fact.start)
        or (digits and digits.end() < fact.end and lexicon.hedge_after.match(text.folded, digits.end(), fact.end))
        or lexicon.hedge_after.match(text.folded, fact.end)
    )
    if not hedge:
        return ""
    over = lexicon.over.search(hedge[0])
    if lexicon.bounds.search(hedge[0]) and not lexicon.near.search(hedge[0]):
        return "above" if over else "below"
    return "over" if over else "under" if lexicon.under.search(hedge[0]) else "about"


@cache
def _figure(signs: str) -> re.Pattern[str]:
    return re.compile(r"[\d.,]+" + (signs and f"|{signs}+"))
