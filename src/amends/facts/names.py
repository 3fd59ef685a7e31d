"""Find names of people and firms that the record does not hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from amends.facts.lexicon import Lexicon, lexicon
from amends.facts.meanings import Told
from amends.facts.record import Record
from amends.letter import Letter, Sentence
from amends.text import clean, fold

_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_PEOPLE = ("recipient.name", "recipient.address_as", "sender.name", "contact.person")
_SHORTEST = 3  # letters of a name that are worth comparing
_INITIAL = re.compile(r"[^\w\s,'’&)]\s*$|^\s*$")
_FRAME = ("salutation", "signature")
_ARTICLE = "ال"
_HAN = re.compile(r"[\u4e00-\u9fff]+")


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
    for sentence in letter.sentences:
        if lex.spaced:
            yield from _in_words(letter, sentence, known, lex, taken, foreign=foreign)
        else:
            yield from _in_signs(letter, sentence, record, lex)


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
            begun.setdefault(fold(word)[:_SHORTEST], []).append(fold(word))
    people = frozenset(w for f in record.fields if f.path in _PEOPLE for w in _WORD.findall(f.folded))
    people -= titles | frames
    firm = frozenset(w for f in record.fields if f.path == "company.name" for w in _WORD.findall(f.folded))
    return Names(
        people,
        firm,
        frozenset(paths) | set(" ".join(record.keys).split()),
        paths,
        _WORD.findall(fold(clean(record.incident.recipient.name).text)),
        begun,
    )


@cache
def _lists(code: str) -> tuple[frozenset[str], frozenset[str], tuple[str, ...], frozenset[str], tuple[str, ...]]:
    lex = lexicon(code)
    titles = frozenset(fold(t).strip(".") for t in lex.get("names", "titles", default=[]))
    frames = frozenset(fold(f) for f in lex.get("names", "frames", default=[]))
    capitals = [fold(c) for c in lex.get("names", "capitals", default=[])]
    whole = frozenset(c for c in capitals if not c.endswith("*"))
    begun = tuple(c[:-1] for c in capitals if c.endswith("*"))
    return titles, frames, tuple(sorted(map(fold, lex.get("names", "endings", default=[""])), key=len)), whole, begun


def _in_words(
    letter: Letter, sentence: Sentence, known: Names, lex: Lexicon, taken: bytearray, *, foreign: bool
) -> Iterator[Told]:
    titles, frames, _, capitals, begun = _lists(lex.code)
    caseless = lex.get("names", "caseless", default=False)
    written = letter.clean.text[sentence.start : sentence.end]
    row = list(_WORD.finditer(written))
    folded = [fold(m[0]) for m in row]
    for index, match in enumerate(row):
        word = folded[index]
        before = folded[index - 1] if index and _joined(written, row[index - 1], match) else ""
        titled = before in titles
        if len(word) < _SHORTEST or taken[sentence.start + match.start()] or _in_brackets(written, match):
            continue
        if not match[0][0].isupper() and not (caseless and (titled or sentence.part in _FRAME)):
            continue
        source = _source(word, known, lex.code)
        if source:
            if word in known.people or titled:
                yield _told(sentence, match, source)
            continue
        if _is_ordinary(word, frames | titles, capitals, begun):
            continue
        # After a first name stands a last name, whatever else the word means: "Mel Than" for Mel Tran.
        named = _person(before, known, lex.code) or (sentence.part == "signature" and before in known.firm)
        last = named and written[row[index - 1].end()] != "\n"
        if last and sentence.part in _FRAME:
            yield _told(sentence, match, None)
            continue
        if word in letter.language.common_words or lex.months.name(word) or lex.weekdays.name(word):
            continue
        if foreign:
            if match[0][0].isupper() and _resembles(word, known.people, 2):
                yield _told(sentence, match, None)
            continue
        after = folded[index + 1] if index + 1 < len(row) and _joined(written, match, row[index + 1]) else ""
        beside = last or (index > 0 and _person(after, known, lex.code))
        if _is_wrong(word, titled, beside, sentence, written, match, known, lex):
            yield _told(sentence, match, None)


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
        return not word.startswith(_ARTICLE) if titled else _resembles(word, known.people | known.firm, 1)
    names = known.people if sentence.part == "salutation" else known.people | known.firm
    if titled or beside or _resembles(word, names, 2):
        return not _is_pet_name(word, known)
    if sentence.part == "salutation":
        return bool(known.recipient) and not any(_person(w, known, lex.code) for w in _WORD.findall(fold(written)))
    before = written[: match.start()]
    initial = bool(_INITIAL.search(before)) or before.rstrip(" .").isupper()
    return sentence.part == "body" and not initial and not match[0].isupper() and _own_script(word, lex)


def _is_pet_name(word: str, known: Names) -> bool:
    return any(word[:4] == name[:4] for name in known.recipient[:1] if len(word) > 4)


def _own_script(word: str, lex: Lexicon) -> bool:
    latin = "a" <= word[0] <= "z"
    return latin == (lex.code in ("en", "pl"))


def _joined(written: str, first: re.Match[str], second: re.Match[str]) -> bool:
    """Whether two words stand side by side, as parts of a name do."""
    return written[first.end() : second.start()] in (" ", ". ", "\n")


def _person(word: str, known: Names, code: str) -> bool:
    return len(word) >= _SHORTEST and any(_same(word, name, code) for name in known.people)


def _source(word: str, known: Names, code: str) -> str | None:
    """Return the field that holds the name *word*, inflected or shortened."""
    for form in (word, *re.split(r"[-'’]", word)[:1], *_bare(word, code)):
        if form in known.paths:
            return known.paths[form]
        if form in known.words:
            return "facts"
    for name in known.begun.get(word[:_SHORTEST], ()):
        if _same(word, name, code):
            return known.paths[name]
    return None


def _bare(word: str, code: str) -> list[str]:
    particles = lexicon(code).get("particles", default=[])
    return [word[len(p) :] for p in particles if word.startswith(p) and len(word) - len(p) > 1]


def _same(word: str, name: str, code: str) -> bool:
    if word == name:
        return True
    if code == "en":  # Gwen for Gwendolyn, and a possessive or plural
        return len(word) > 2 and (name.startswith(word) or word in (name + "s", name + "es"))
    return bool(_stems(word, code) & _stems(name, code))


@cache
def _stems_of(word: str, endings: tuple[str, ...]) -> frozenset[str]:
    stems = {word[: len(word) - len(e)] for e in endings if word.endswith(e) and len(word) - len(e) >= _SHORTEST}
    # Polish drops the "e" of Marek and Wilczek where an ending follows.
    stems |= {s[:-2] + s[-1] for s in stems if len(s) > 3 and s[-2] == "e"}
    return frozenset(stems)


def _stems(word: str, code: str) -> frozenset[str]:
    return _stems_of(word, _lists(code)[2])


def _resembles(word: str, names: frozenset[str], most: int) -> bool:
    """Whether *word* is a name of the record with a letter or two wrong."""
    return any(
        len(word) >= 4
        and len(name) >= 4
        and abs(len(word) - len(name)) < 2
        and _distance(word, name) <= (1 if len(name) < 7 else most)
        for name in names
    )


def _distance(first: str, second: str) -> int:
    """Return how many letters differ, at most 3 counted."""
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, 1):
        previous, row[0] = row[0], i
        for j, b in enumerate(second, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (a != b))
        if min(row) > 2:
            return 3
    return row[-1]


def _told(sentence: Sentence, match: re.Match[str], source: str | None) -> Told:
    return Told("name", sentence.start + match.start(), sentence.start + match.end(), match[0], source)


def _in_signs(letter: Letter, sentence: Sentence, record: Record, lex: Lexicon) -> Iterator[Told]:
    """Yield the Chinese names of a sentence: those before a title, and those like a recorded one."""
    people = {f.written: f.path for f in record.fields if f.path in _PEOPLE or f.path == "company.name"}
    if sentence.part in _FRAME:
        yield from _signed(sentence, letter, "\n".join(f.written for f in record.fields), lex)
    text = "\n".join(f.written for f in record.fields)
    written = letter.clean.text[sentence.start : sentence.end]
    for match in _titled(lex.code).finditer(written):
        name = match[1]
        if not any(name[i:] + tail in text for i in range(len(name)) for tail in ("", match[2]) if name[i:]):
            yield _told(sentence, match, None)
        elif name[0] in lex.get("names", "surnames", default="") and name in text:
            path = next((p for n, p in people.items() if name in n), "facts")
            yield _told(sentence, match, path)
    for name, path in people.items():
        for run in _HAN.findall(name):
            yield from _like(run, path, sentence, written, text, tuple(lex.get("names", "titles", default=[])))


def _signed(sentence: Sentence, letter: Letter, text: str, lex: Lexicon) -> Iterator[Told]:
    """Yield who signs or is addressed, where the last signs of a run are a name that the record does not hold."""
    written = letter.clean.text[sentence.start : sentence.end]
    surnames, roles = lex.get("names", "surnames", default=""), tuple(lex.get("names", "roles", default=[]))
    for match in _HAN.finditer(written):
        run = match[0]
        for size in (3, 2):
            head, name = run[:-size], run[-size:]
            stands = not head or head in text or head.endswith(roles)
            if len(name) == size and stands and name[0] in surnames and name not in text and not name.endswith(roles):
                at = sentence.start + match.end() - size
                yield Told("name", at, at + size, name, None)
                break


@cache
def _titled(code: str) -> re.Pattern[str]:
    lex = lexicon(code)
    titles = "|".join(lex.get("names", "titles", default=[]))
    surnames = lex.get("names", "surnames", default="")
    return re.compile(rf"(?<![\u4e00-\u9fff])([{surnames}][\u4e00-\u9fff]{{0,2}}?)({titles})(?!们)")


def _like(name: str, path: str, sentence: Sentence, written: str, text: str, titles: tuple[str, ...]) -> Iterator[Told]:
    """Yield what is *name* of three signs and more, or *name* with one sign wrong."""
    size = len(name)
    if size < _SHORTEST or name.endswith(titles):
        return
    for start in range(len(written) - size + 1):
        stretch = written[start : start + size]
        wrong = sum(a != b for a, b in zip(stretch, name, strict=True))
        if wrong == 0 or (wrong == 1 and stretch not in text and _HAN.fullmatch(stretch)):
            at = sentence.start + start
            yield Told("name", at, at + size, stretch, None if wrong else path)
