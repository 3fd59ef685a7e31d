"""Find the numbers of a text, in digits and in words."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache, lru_cache
from typing import NamedTuple

from amends.facts.found import Text
from amends.facts.lexicon import Lexicon
from amends.facts.lexicon import lexicon as lexicon_of

_DIGITS = re.compile(r"\d{1,3}(?:[.,' ]\d{3})+(?:[.,]\d{1,2})?(?!\d)(?![.,]\d)|\d+(?:[.,]\d+)?|[½¼¾]", re.ASCII)
_FRACTIONS = {"½": Decimal("0.5"), "¼": Decimal("0.25"), "¾": Decimal("0.75")}
_WORD = re.compile(r"[^\W\d_]+")


class Numeral(NamedTuple):
    """A number and where it stands; several values where its separators can be read in more than one way."""

    start: int
    end: int
    values: tuple[Decimal, ...]
    digits: bool


def numerals(text: Text, lexicon: Lexicon) -> list[Numeral]:
    """Return the numbers of *text* in order, those that are already taken left out."""
    found = _in_digits(text, lexicon)
    within = {place for n in found for place in range(n.start, n.end)}
    in_words = _in_words(text, lexicon) if lexicon.spaced else _in_signs(text, lexicon)
    found += [n for n in in_words if n.start not in within and text.free(n.start, n.end)]
    found.sort()
    return found


def _in_digits(text: Text, lexicon: Lexicon) -> list[Numeral]:
    found = []
    position = 0
    while match := _DIGITS.search(text.folded, position):
        start, end = match.span()
        position = end
        if not text.free(start, end):
            position = start + 1
            continue
        values = readings(match[0], lexicon)
        scale, end = _scale(text, end, lexicon)
        found.append(Numeral(start, end, tuple(v * scale for v in values), True))
    return found


def _scale(text: Text, end: int, lexicon: Lexicon) -> tuple[Decimal, int]:
    """Return the factor that follows a number in digits ("3 million", "2,5 tys.", "3万"), and where it ends."""
    match = _scale_after(lexicon).match(text.folded, end)
    return (lexicon.scales[match[1]], match.end()) if match else (Decimal(1), end)


@cache
def _scale_cache(code: str, forms: tuple[str, ...], spaced: bool) -> re.Pattern[str]:
    body = "|".join(re.escape(f) for f in sorted(forms, key=len, reverse=True)) or "(?!)"
    return re.compile(rf"[ \n]?({body})(?!\w)" if spaced else f"[ ]?({body})")


def _scale_after(lexicon: Lexicon) -> re.Pattern[str]:
    return _scale_cache(lexicon.code, tuple(lexicon.scales), lexicon.spaced)


def readings(digits: str, lexicon: Lexicon) -> tuple[Decimal, ...]:
    """Return what a number in digits can mean: "1.188" is 1188 or 1.188, by the language's habit first."""
    if digits in _FRACTIONS:
        return (_FRACTIONS[digits],)
    bare = digits.replace(" ", "").replace("'", "")
    marks = [c for c in bare if c in ".,"]
    if not marks:
        return (Decimal(bare),)
    if len(set(marks)) == 2:
        return (Decimal(bare.replace(marks[0], "").replace(marks[-1], ".")),)
    mark = marks[0]
    head, _, tail = bare.rpartition(mark)
    if len(marks) > 1:
        return (Decimal(bare.replace(mark, "")),)
    as_decimal = Decimal(f"{head}.{tail}")
    as_grouped = Decimal(head + tail)
    if len(tail) != 3 or head in ("", "0"):
        return (as_decimal,)
    if mark in lexicon.get("decimals") and mark not in lexicon.get("thousands"):
        return (as_decimal,)
    if mark in lexicon.get("thousands") and mark not in lexicon.get("decimals"):
        return (as_grouped,)
    return (as_grouped, as_decimal)


def _in_words(text: Text, lexicon: Lexicon) -> list[Numeral]:
    found: list[Numeral] = []
    run: list[tuple[int, int, Decimal, bool]] = []
    ranks: set[int] = set()
    for match in _WORD.finditer(text.folded):
        value, scale = _word(match[0], lexicon.code)
        rank = ordinal_unit(match[0], lexicon.code) if value is None else None
        if rank is not None:
            value = rank
            ranks.add(match.end())
        if value is None:
            continue
        if run and (rank is not None or not _joins(text, run[-1][1], match, ranks, lexicon)):
            found += _composed(run)
            run = []
        run.append((match.start(), match.end(), value, scale))
    return [n for n in found + _composed(run) if n.end not in ranks]  # alone it only ranks: "the third floor"


@lru_cache(maxsize=20_000)
def _word(word: str, code: str) -> tuple[Decimal | None, bool]:
    lexicon = lexicon_of(code)
    for form in [word, *_bare(word, lexicon)]:
        if form in lexicon.numbers:
            return lexicon.numbers[form], False
        if form in lexicon.scales and len(form) > 2:
            return lexicon.scales[form], True
    return None, False


def _joins(text: Text, end: int, match: re.Match[str], ranks: set[int], lexicon: Lexicon) -> bool:
    """Whether a number word goes on with the number before it, which ends at *end*."""
    if end in ranks and not re.fullmatch(lexicon.get("ordinal_tens", default=""), match[0]):
        return False
    return bool(lexicon.joiner.fullmatch(text.folded, end, match.start()))


@lru_cache(maxsize=20_000)
def ordinal_unit(word: str, code: str) -> Decimal | None:
    """Return what an Arabic word adds to the tens after it: "the fifth and twentieth" is 25."""
    lexicon = lexicon_of(code)
    table = lexicon.get("ordinal_units", default={})
    forms = [word, *_bare(word, lexicon)]
    return next((Decimal(value) for value, names in table.items() if any(form in names for form in forms)), None)


def number_of(word: str, lexicon: Lexicon) -> Decimal | None:
    """Return the number that one word is, None where it is none."""
    return _word(word, lexicon.code)[0]


def _bare(word: str, lexicon: Lexicon) -> list[str]:
    """Return *word* without the particles written in front of it (Arabic "and", "by", "the")."""
    return [
        word[len(p) :] for p in lexicon.get("particles", default=[]) if word.startswith(p) and len(word) > len(p) + 1
    ]


def _composed(run: list[tuple[int, int, Decimal, bool]]) -> list[Numeral]:
    """Return the numbers that a row of number words spells: "twenty", "four" is 24, "two", "three" are two."""
    found: list[Numeral] = []
    start = end = -1
    total = current = Decimal(0)
    last: Decimal | None = None
    for first, stop, value, scale in run:
        if last is None:
            start, total, current = first, Decimal(0), value
            if scale and value >= 1000:  # "a thousand and two hundred", in Arabic without a one
                total, current = value, Decimal(0)
        elif scale:
            current = max(current, Decimal(1)) * value
            if value >= 1000:
                total, current = total + current, Decimal(0)
        elif _adds(current, value, last):
            current += value
        else:
            found.append(Numeral(start, end, (total + current,), False))
            start, total, current = first, Decimal(0), value
        end, last = stop, value
    if last is not None:
        found.append(Numeral(start, end, (total + current,), False))
    return found


def _adds(current: Decimal, value: Decimal, last: Decimal) -> bool:
    if value >= last:  # Arabic says the units first: "five and twenty"
        return last < 10 <= value < 100 and value % 10 == 0
    if last >= 100 or current == 0:
        return True
    return last >= 20 and last % 10 == 0 and value < 10


@cache
def _signs(chars: str) -> re.Pattern[str]:
    return re.compile(f"[{chars}]+")


def _in_signs(text: Text, lexicon: Lexicon) -> list[Numeral]:
    pattern = _signs("".join([*lexicon.numbers, *lexicon.scales]))
    found = []
    for match in pattern.finditer(text.folded):
        value = spelled(match[0], lexicon)
        if value is not None:
            found.append(Numeral(match.start(), match.end(), (value,), False))
    return found


def spelled(signs: str, lexicon: Lexicon) -> Decimal | None:
    """Return the number that single signs spell: 十二 is 12, 二〇二六 is 2026, 三千五 is 3500."""
    if all(s in lexicon.numbers for s in signs):
        return Decimal("".join(str(lexicon.numbers[s]) for s in signs))
    total = section = Decimal(0)
    digit: Decimal | None = None
    last_scale = Decimal(1)
    for sign in signs:
        if sign in lexicon.numbers:
            digit = lexicon.numbers[sign]
            continue
        scale = lexicon.scales[sign]
        if scale >= 10_000:
            total += (section + (digit or 0)) * scale if section or digit else scale
            section = Decimal(0)
        else:
            section += (Decimal(1) if digit is None else digit) * scale
        digit, last_scale = None, scale
    if digit is not None:
        # A last digit without its scale counts the next lower one: 三千五 is 3500, but 三千零五 is 3005.
        low = last_scale >= 100 and not any(lexicon.numbers.get(sign) == 0 for sign in signs)
        section += digit * (last_scale / 10 if low else 1)
    return total + section
