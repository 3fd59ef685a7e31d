"""Find shares that are told as one number of another: "two in a hundred", "every tenth"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from itertools import pairwise

from amends.facts.found import Fact, Ratio, Text
from amends.facts.lexicon import Lexicon, Named, lexicon, named
from amends.facts.numbers import Numeral
from amends.text import fold_pattern

_MOST = 1000  # of more than so many nobody tells a share
_FEW = 10  # with a word between them, smaller numbers are "three pages in two languages"


def ratios(text: Text, row: list[Numeral], lex: Lexicon) -> tuple[list[Fact], list[Numeral]]:
    """Return the shares of *text*, and the numbers of *row* that belong to none."""
    found = list(_each(text, lex))
    between = _between(lex.code)
    if between is None:
        return found, row
    used: set[int] = set()
    two = _two(lex.code)
    for index, numeral in enumerate(row if two else []):
        match = two.search(text.folded, max(0, numeral.start - 40), numeral.start) if two else None
        if match and _FEW <= numeral.values[0] <= _MOST:
            used.add(index)
            found.append(Fact("ratio", match.start(), numeral.end, Ratio(Decimal(2), numeral.values[0])))
    for index, (first, second) in enumerate(pairwise(row)):
        if used & {index, index + 1} or not text.free(first.start, second.end):
            continue
        gap = between.fullmatch(text.folded, first.end, second.start)
        if not gap:
            continue
        part, whole = (second, first) if "whole_first" in gap.groupdict() else (first, second)
        if lex.unit.match(text.folded, first.end) or lex.money_after.match(text.folded, first.end):
            continue
        share = _share(part.values[0], whole.values[0], of_things=bool(gap["noun"]))
        measured = lex.unit.match(text.folded, second.end) or lex.money_after.match(text.folded, second.end)
        if share and not measured:
            used |= {index, index + 1}
            found.append(Fact("ratio", first.start, second.end, share))
    return found, [n for i, n in enumerate(row) if i not in used and text.free(n.start, n.end)]


def _share(part: Decimal, whole: Decimal, *, of_things: bool) -> Ratio | None:
    told = 0 < part < whole <= _MOST and part % 1 == whole % 1 == 0
    return Ratio(part, whole, of_things) if told and (whole >= _FEW or not of_things) else None


def _each(text: Text, lex: Lexicon) -> Iterator[Fact]:
    """Yield the shares that one ordinal tells: "every tenth" is one in ten."""
    names = _ordinals(lex.code)
    for match in re.finditer(names.pattern, text.folded):
        if text.free(*match.span()) and not lex.unit.match(text.folded, match.end()):
            text.take(*match.span())
            whole = Decimal(names.name(match[0]) or 0)
            yield Fact("ratio", match.start(), match.end(), Ratio(Decimal(1), whole))


@cache
def _between(code: str) -> re.Pattern[str] | None:
    """Return what stands between the two numbers; a group `whole_first` says that the second one is the part."""
    pattern = lexicon(code).get("ratios", "between")
    return re.compile(fold_pattern(pattern)) if pattern else None


@cache
def _two(code: str) -> re.Pattern[str] | None:
    """Return what stands before the whole where a dual tells the part."""
    pattern = lexicon(code).get("ratios", "two")
    return re.compile(fold_pattern(pattern)) if pattern else None


@cache
def _ordinals(code: str) -> Named:
    return named(lexicon(code).get("ratios", "each", default={}))
