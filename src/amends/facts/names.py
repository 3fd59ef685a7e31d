"""Find names of people and firms that the record does not hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from amends.facts.lexicon import Lexicon, lexicon
from amends.facts.likeness import SHORTEST, is_person, resembles, same, without_particles
from amends.facts.meanings import Told
from amends.facts.names_han import FRAME, PEOPLE, held_names, in_signs
from amends.facts.record import Record
from amends.letter import Letter, Sentence
from amends.text import bare, fold, fold_pattern

_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_BEGUN = 2  # letters by which names are looked up
_INITIAL = re.compile(r"[^\w\s,'’&)]\s*$|^\s*$|\n\s*$")


class Names(NamedTuple):
    """The names of a record: words of people's names, of the firm, and every word it holds."""

    people: frozenset[str]
    firm: frozenset[str]
    words: frozenset[str]
    paths: dict[str, str]
    recipient: list[str]
    begun: dict[str, list[str]]  # the words by their first letters


def names(letter: Letter, record: Record, taken: bytearray, *, foreign: bool) -> Iterator[Told]:
    """Yield the names that the letter tells in its salutation, its text and its signature.

    Nothing where *taken* marks a date or another fact. In a letter in another language than its record (*foreign*)
    names change their letters, and other words have capitals: only what is like a recorded name is told there.
    """
    lex = lexicon(letter.language.code)
    known = _known(record, lex)
    foreign = foreign or lex.code != record.code
    own = lexicon(record.code)
    held = None if own.spaced else held_names(record, own)
    for sentence in letter.sentences:
        if sentence.part == "closing" and not _signs(sentence, known):
            continue
        if lex.spaced:
            yield from _in_words(letter, sentence, known, lex, taken, foreign=foreign)
        if held:
            yield from in_signs(letter, sentence, held, own)


def _signs(sentence: Sentence, known: Names) -> bool:
    """Whether a closing line ends in a name: "Your sister Dalal"."""
    return any(word in known.people for word in _WORD.findall(sentence.folded))


def _known(record: Record, lex: Lexicon) -> Names:
    titles, frames, *_ = _lists(lex.code)
    caseless = lex.get("names", "caseless", default=False)
    paths: dict[str, str] = {}
    for field in record.fields:
        for word in _WORD.findall(field.folded):
            paths.setdefault(word, field.path)
            for part in re.split(r"[-'’]", word):
                paths.setdefault(part, field.path)
    begun: dict[str, list[str]] = {}
    for word in dict.fromkeys(w for f in record.fields for w in _WORD.findall(f.written)):
        if word[0].isupper() or caseless:  # only names are told shortened or inflected
            begun.setdefault(fold(word)[:_BEGUN], []).append(fold(word))
    people = frozenset(w for f in record.fields if f.path in PEOPLE for w in _WORD.findall(f.folded))
    people -= titles | frames
    firm = frozenset(w for f in record.fields if f.path == "company.name" for w in _WORD.findall(f.folded))
    return Names(
        people,
        firm,
        frozenset(paths) | set(" ".join(record.keys).split()),
        paths,
        _WORD.findall(fold(bare(record.incident.recipient.name))),
        begun,
    )


@cache
def _lists(code: str) -> tuple[frozenset[str], frozenset[str], frozenset[str], tuple[str, ...]]:
    lex = lexicon(code)
    titles = frozenset(fold(t).strip(".") for t in lex.get("names", "titles", default=[]))
    frames = frozenset(fold(f) for f in lex.get("names", "frames", default=[]))
    capitals = [fold(c) for c in lex.get("names", "capitals", default=[])]
    whole = frozenset(c for c in capitals if not c.endswith("*"))
    begun = tuple(c[:-1] for c in capitals if c.endswith("*"))
    return titles, frames, whole, begun


def _in_words(
    letter: Letter, sentence: Sentence, known: Names, lex: Lexicon, taken: bytearray, *, foreign: bool
) -> Iterator[Told]:
    titles, frames, capitals, begun = _lists(lex.code)
    caseless = lex.get("names", "caseless", default=False)
    written = letter.clean.text[sentence.start : sentence.end]
    row = list(_WORD.finditer(written))
    folded = [fold(m[0]) for m in row]
    framed = sentence.part in FRAME or sentence.part == "closing"
    for index, match in enumerate(row):
        word = folded[index]
        before = folded[index - 1] if index and _joined(written, row[index - 1], match) else ""
        titled = before in titles and not _marks_item(letter, sentence, row[index - 1], written, lex)
        if len(word) < SHORTEST or taken[sentence.start + match.start()] or _in_brackets(written, match):
            continue
        if not match[0][0].isupper() and not (caseless and (titled or framed)):
            continue
        source = _source(word, known, lex.code)
        if source:
            if word in known.people or titled:
                yield _told(sentence, match, source)
            continue
        if _is_ordinary(word, frames | titles, capitals, begun):
            continue
        # After a first name stands a last name, whatever else the word means: "Mel Than" for Mel Tran.
        first = folded[index - 2] if before in known.people and len(before) < SHORTEST and index > 1 else before
        named = is_person(first, known.people, lex.code) or (sentence.part == "signature" and before in known.firm)
        last = named and written[row[index - 1].end()] != "\n"
        if last and framed:
            yield _told(sentence, match, None)
            continue
        if word in letter.language.common_words or lex.months.name(word) or lex.weekdays.name(word):
            continue
        if foreign:
            if match[0][0].isupper() and resembles(word, known.people, 2):
                yield _told(sentence, match, None)
            continue
        after = folded[index + 1] if index + 1 < len(row) and _joined(written, match, row[index + 1]) else ""
        beside = last or (index > 0 and is_person(after, known.people, lex.code))
        beside = beside or (sentence.part == "signature" and after in known.firm and len(known.firm) > 1)
        if _is_wrong(word, titled, beside, sentence, written, match, known, lex):
            yield _told(sentence, match, None)


@cache
def _family(code: str) -> re.Pattern[str]:
    """Return what a family's name with an article looks like, where a title stands before it."""
    return re.compile(fold_pattern(lexicon(code).get("names", "family", default="(?!)")))


def _marks_item(letter: Letter, sentence: Sentence, title: re.Match[str], written: str, lex: Lexicon) -> bool:
    """Whether a title of one letter opens an item of a list: an Arabic "a." is also a Mr."""
    lettered = lex.get("names", "lettered")
    if not lettered or len(title[0]) > 1 or sentence.part != "body":
        return False
    opens = not written[: title.start()].rstrip(" ") or written[: title.start()].rstrip(" ").endswith("\n")
    return opens and bool(re.search(lettered, letter.clean.text))


def _in_brackets(written: str, match: re.Match[str]) -> bool:
    return written[: match.start()].count("[") > written[: match.start()].count("]")


def _is_ordinary(word: str, frames: frozenset[str], capitals: frozenset[str], begun: tuple[str, ...]) -> bool:
    """Whether a word is capital by custom: "I'm", "Internet", "Pani"."""
    first = re.split(r"[-'’]", word)[0]
    return (
        word in frames or first in frames or word in capitals or first in capitals or word.startswith(begun or ("\0",))
    )


def _is_wrong(
    word: str,
    titled: bool,
    beside: bool,
    sentence: Sentence,
    written: str,
    match: re.Match[str],
    known: Names,
    lex: Lexicon,
) -> bool:
    """Whether an unknown word stands for a person or firm that the record lacks."""
    if not match[0][0].isupper():  # Arabic has no capitals: only what stands where a name stands
        return (
            not word.startswith(lex.get("names", "article", default="\0"))
            or resembles(word, known.people, 1)
            or bool(_family(lex.code).fullmatch(word))
            if titled
            else resembles(word, known.people | known.firm, 1)
        )
    names = known.people if sentence.part == "salutation" else known.people | known.firm
    before = written[: match.start()]
    initial = bool(_INITIAL.search(before)) or before.rstrip(" .").isupper()
    if titled or beside or (resembles(word, names, 2) and not (initial and sentence.part == "body")):
        return not _is_pet_name(word, known)
    if sentence.part == "salutation":
        return bool(known.recipient) and not any(
            is_person(w, known.people, lex.code) for w in _WORD.findall(fold(written))
        )
    return sentence.part == "body" and not initial and not match[0].isupper() and _own_script(word, lex)


def _is_pet_name(word: str, known: Names) -> bool:
    return any(word[:4] == name[:4] for name in known.recipient[:1] if len(word) > 4)


def _own_script(word: str, lex: Lexicon) -> bool:
    latin = "a" <= word[0] <= "z"
    return latin == (lex.code in ("en", "pl"))


def _joined(written: str, first: re.Match[str], second: re.Match[str]) -> bool:
    """Whether two words stand side by side, as parts of a name do."""
    return written[first.end() : second.start()] in (" ", ". ", "\n", " & ")


def _source(word: str, known: Names, code: str) -> str | None:
    """Return the field that holds the name *word*, inflected or shortened."""
    for form in (word, *re.split(r"[-'’]", word)[:1], *without_particles(word, code)):
        if form in known.paths:
            return known.paths[form]
        if form in known.words:
            return "facts"
    for suffix in lexicon(code).get("suffixes", default=[]):
        if word.endswith(suffix) and word.removesuffix(suffix) in known.paths:
            return known.paths[word.removesuffix(suffix)]
    for name in known.begun.get(word[:_BEGUN], ()):
        if same(word, name, code):
            return known.paths[name]
    return None


def _told(sentence: Sentence, match: re.Match[str], source: str | None) -> Told:
    return Told("name", sentence.start + match.start(), sentence.start + match.end(), match[0], source)
