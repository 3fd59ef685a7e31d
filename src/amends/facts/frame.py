"""Tell what of a letter is not its own claim: quoted mail and the date it bears."""

from __future__ import annotations

import re
from datetime import date

from amends.facts.found import Fact
from amends.letter import Letter

_COMMON = 0.12  # share of common words below which a letter is in a language we do not read
_EDGE = 4  # lines at either end among which the letter's own date stands
_PLACE = 8  # signs of a place in a script without capitals
_LITTLE = 40  # characters that may stand beside it: a place
_ENDS = re.compile(r"[。！？!?]")  # no place ends as a sentence does
_SAYS_MORE = re.compile(r"[.!?。][ \n]*\S|[:：]")


def is_foreign(letter: Letter, folded: str) -> bool:
    """Whether too few of the letter's words are common ones of the language it is read in."""
    words = [w.strip(".,;:!?") for w in folded.split()]
    common = letter.language.common_words
    return bool(common) and len(words) > 20 and sum(w in common for w in words) < _COMMON * len(words)


def unread(letter: Letter, folded: str) -> bytearray:
    """Return the stretches of the letter that are not its own words: quoted mail below its first line."""
    taken = bytearray(len(folded))
    position = 0
    for number, line in enumerate(folded.split("\n")):
        stripped = line.strip()
        if number and letter.language.quote_intro.match(stripped):
            taken[position:] = b"\x01" * (len(folded) - position)
            break
        if stripped.startswith(">"):
            taken[position : position + len(line)] = b"\x01" * len(line)
        position += len(line) + 1
    return taken


def own_date(facts: list[Fact], letter: Letter, folded: str) -> tuple[date | None, list[Fact]]:
    """Return the letter's own date, if a line at either end holds little more than a date, and the other facts."""
    head = _nth_line(folded, _EDGE)
    tail = len(folded) - _nth_line(folded[::-1], _EDGE)
    for index, fact in enumerate(facts):
        at_edge = fact.start < head or fact.end > tail
        if not at_edge or fact.kind != "date" or not any(d.month and d.day for d in fact.value):
            continue
        start, end = folded.rfind("\n", 0, fact.start) + 1, folded.find("\n", fact.end)
        written = letter.clean.text
        rest = (written[start : fact.start] + written[fact.end : end if end >= 0 else len(written)]).strip(" ,.")
        if len(rest) < _LITTLE and not _SAYS_MORE.search(rest) and _is_place(rest):
            return next((d.full for d in fact.value if d.full), None), [*facts[:index], *facts[index + 1 :]]
    return None, facts


def _is_place(rest: str) -> bool:
    """Whether what stands beside a date can be where the letter was written, and no sentence."""
    if _ENDS.search(rest):
        return False
    words = [w for w in rest.split() if len(w) > 2]
    if any(w[0].isupper() for w in words):
        return all(w[0].isupper() for w in words)
    return len(words) <= 2 and len(rest) <= _PLACE and not any(c.islower() for w in words for c in w)


def _nth_line(text: str, count: int) -> int:
    """Return where the first *count* lines of *text* end."""
    position = -1
    for _ in range(count):
        position = text.find("\n", position + 1)
        if position < 0:
            return len(text)
    return position
