"""Find identifiers: order and invoice numbers, codes, versions and other marks with digits in them."""

from __future__ import annotations

import re

from amends.facts.found import Fact, Text

_L = "[^\\W_\u2e80-\u9fff\u0600-\u06ff]"  # Chinese and Arabic words run into a mark
_MARK = re.compile(rf"(?<![A-Za-z0-9/.-]){_L}+(?:[-_/.–]{_L}+)*(?![A-Za-z0-9])")
_ASCII_MARK = re.compile(r"(?<![A-Za-z0-9/._-])[A-Za-z0-9]+(?:[-_/.–][A-Za-z0-9]+)*(?![A-Za-z0-9])")
_DIGIT = re.compile(r"\d")
_LONG = 5  # digits in a row that no one reads as a quantity
_MEASURE = re.compile(
    r"\d[\d.,]*(?:st|nd|rd|th|am|pm|h|min|s|ms|kg|g|mg|km|m|cm|mm|l|ml|gb|mb|tb|kb|kwh|w|k|x|p|°c|c|zl|usd|eur)",
    re.IGNORECASE,
)
_MEASURED = re.compile(r"\d{1,3}-[^\W\d]+", re.IGNORECASE)  # 3-day, 24-hour


def identifiers(text: Text, *, spaced: bool) -> list[Fact]:
    """Return the marks of *text* that hold digits and are no plain number."""
    found = []
    for match in (_MARK if spaced else _ASCII_MARK).finditer(text.folded):
        mark = match[0]
        if _DIGIT.search(mark) and _is_identifier(mark) and text.free(*match.span()):
            text.take(*match.span())
            found.append(Fact("identifier", match.start(), match.end(), identifier(mark)))
    return found


def _is_identifier(mark: str) -> bool:
    digits = sum(c.isdigit() for c in mark)
    if digits == len(mark):
        return False  # a number, until nothing says what it counts
    letters = any(c.isalpha() for c in mark)
    if not letters:
        # 2026/17 and 30-1187 are marks; 1.188, 12.50 and 17.20 are numbers, 2025-2026 a range.
        parts = re.split(r"[-_/–]", mark)
        return len(parts) > 1 and digits >= _LONG and not all(re.fullmatch(r"(?:19|20)\d\d", p) for p in parts)
    if _MEASURE.fullmatch(mark) or _MEASURED.fullmatch(mark):
        return False
    return digits >= 2 or (digits == 1 and len(mark) >= 3 and not mark.isalpha())


def identifier(mark: str) -> str:
    """Return a mark in the form that two spellings of it share."""
    return mark.casefold().replace("–", "-").strip("#.-/")
