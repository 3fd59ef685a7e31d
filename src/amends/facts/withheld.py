"""Find what a letter states although its record withholds it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from amends.facts.lexicon import Lexicon, lexicon
from amends.facts.meanings import Told
from amends.facts.record import Field, Record
from amends.facts.status import stems
from amends.letter import Letter

_SHORT = 80  # characters of a value that is looked for word by word
_MOST = 0.6  # share of a longer text's own words that a sentence tells when it tells the text


def stated(letter: Letter, record: Record, folded: str) -> Iterator[Told]:
    """Yield the stretches of *letter* that tell a withheld field and nothing that another field holds."""
    lex = lexicon(letter.language.code)
    open_stems = (
        frozenset[str]().union(*(stems(f.folded, lex) for f in record.fields)) if record.withheld else frozenset()
    )
    for field in record.withheld:
        if any(field.folded in other.folded for other in record.fields):
            continue
        yield from _word_by_word(field, folded, lex) or _in_other_words(letter, field, open_stems, lex)


def _word_by_word(field: Field, folded: str, lex: Lexicon) -> list[Told]:
    if not 2 <= len(field.folded) <= _SHORT:
        return []
    edge = (rf"(?<!\w){lex.prefix}", r"(?!\w)") if lex.spaced else ("", "")
    found = re.finditer(edge[0] + r"\s+".join(map(re.escape, field.folded.split())) + edge[1], folded)
    return [_told(m.start(), m.end(), field) for m in found]


def _in_other_words(letter: Letter, field: Field, open_stems: frozenset[str], lex: Lexicon) -> list[Told]:
    """Return the sentences that hold what only the withheld text says."""
    own = stems(field.folded, lex) - open_stems
    if not own:
        return []
    return [
        _told(s.start, s.end, field)
        for s in letter.sentences
        if len(own & stems(s.folded, lex)) >= max(1, _MOST * len(own))
    ]


def _told(start: int, end: int, field: Field) -> Told:
    return Told("withheld", start, end, field.path, None)
