"""Find Chinese names that the record does not hold: before a title, in the frame, or with one sign wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from amends.facts.lexicon import Lexicon, lexicon
from amends.facts.meanings import Told
from amends.facts.record import Record
from amends.letter import Letter, Sentence

PEOPLE = ("recipient.name", "recipient.address_as", "sender.name", "contact.person")
FRAME = ("salutation", "signature")
_SHORTEST = 3  # signs of a name that are worth comparing
_GREETING = 5  # signs of "叶知秋:"
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_RUN = re.compile(r"[\u4e00-\u9fffA-Za-z0-9]+")  # a name that holds figures is compared whole: "K12路公交"


class Held(NamedTuple):
    """The names of a record: whole, with their fields, and the runs of signs in them that are worth comparing."""

    text: str  # all that the record says
    people: dict[str, str]
    runs: list[tuple[str, str]]  # each with its field
    titles: tuple[str, ...]
    function: str = ""  # signs that stand before a firm's name and in no name's first place


def held_names(record: Record, lex: Lexicon) -> Held:
    """Return the names that *record* holds."""
    people = {f.written: f.path for f in record.fields if f.path in PEOPLE or f.path == "company.name"}
    if record.incident.recipient.group:  # "尊敬的乘客" names nobody
        people = {name: path for name, path in people.items() if path != "recipient.address_as"}
    titles = tuple(lex.get("names", "titles", default=[]))
    runs = [
        (run, path)
        for name, path in people.items()
        for run in _RUN.findall(name)
        if _HAN.search(run) and len(run) >= _SHORTEST and not run.endswith(titles)
    ]
    function = lex.get("names", "function", default="")
    return Held("\n".join(f.written for f in record.fields), people, runs, titles, function)


def in_signs(letter: Letter, sentence: Sentence, held: Held, lex: Lexicon) -> Iterator[Told]:
    """Yield the Chinese names of a sentence: those before a title, and those like a recorded one."""
    text, people = held.text, held.people
    if sentence.part in FRAME or _is_greeting(sentence):
        yield from _signed(sentence, letter, text, lex)
    written = letter.clean.text[sentence.start : sentence.end]
    for match in _titled(lex.code, sentence.part in FRAME).finditer(written):
        name = match[1]
        if not _in_text(name, match[2], text):
            yield _told(sentence, match, None)
        elif name[0] in lex.get("names", "surnames", default="") and name in text:
            path = next((p for n, p in people.items() if name in n), "facts")
            yield _told(sentence, match, path)
    for run, path in held.runs:
        yield from _like(run, path, sentence, written, held)


def _is_greeting(sentence: Sentence) -> bool:
    """Whether a heading is no more than a name and a colon."""
    return sentence.part == "heading" and len(sentence.folded) <= _GREETING and sentence.folded.endswith(":")


def _in_text(name: str, title: str, text: str) -> bool:
    """Whether the record holds a name, or its last signs: one sign only with its title."""
    ends = [name[start:] for start in range(len(name))]
    return name in text or any(end + title in text or (len(end) > 1 and end in text) for end in ends)


def _signed(sentence: Sentence, letter: Letter, text: str, lex: Lexicon) -> Iterator[Told]:
    """Yield who signs or is addressed, where the last signs of a run are a name that the record does not hold."""
    written = letter.clean.text[sentence.start : sentence.end]
    surnames = lex.get("names", "surnames", default="") + lex.get("names", "surnames_in_frame", default="")
    roles = tuple(lex.get("names", "roles", default=[]))
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
def _titled(code: str, frame: bool) -> re.Pattern[str]:
    lex = lexicon(code)
    titles = "|".join(lex.get("names", "titles", default=[]))
    before = lex.get("names", "before", default="\0")
    words = lex.get("names", "words", default="\0")
    surnames, plural = lex.get("names", "surnames", default=""), lex.get("names", "plural", default="\0")
    if frame:  # where a name is expected, the rare surnames count, too
        surnames += lex.get("names", "surnames_in_frame", default="")
    return re.compile(
        rf"(?:(?<![\u4e00-\u9fff])|(?<=[{before}]))(?!{words}(?:{titles}))([{surnames}][\u4e00-\u9fff]{{0,2}}?)({titles})(?!{plural})"
    )


def _like(name: str, path: str, sentence: Sentence, written: str, held: Held) -> Iterator[Told]:
    """Yield what is *name*, or *name* with one sign wrong: one of its halves is right then."""
    size, middle = len(name), len(name) // 2
    places = {*_places(name[:middle], written), *(place - middle for place in _places(name[middle:], written))}
    for start in sorted(place for place in places if 0 <= place <= len(written) - size):
        stretch = written[start : start + size]
        if stretch.endswith(held.titles):  # 梁先生 is no misspelt 梁春生
            continue
        if path == "company.name" and stretch[0] != name[0] and stretch[0] in held.function:
            continue
        wrong = sum(a != b for a, b in zip(stretch, name, strict=True))
        if wrong == 0 or (wrong == 1 and stretch not in held.text and _RUN.fullmatch(stretch)):
            at = sentence.start + start
            yield Told("name", at, at + size, stretch, None if wrong else path)


def _places(part: str, written: str) -> Iterator[int]:
    """Yield where *part* begins in *written*."""
    place = written.find(part)
    while place >= 0:
        yield place
        place = written.find(part, place + 1)


def _told(sentence: Sentence, match: re.Match[str], source: str | None) -> Told:
    return Told("name", sentence.start + match.start(), sentence.start + match.end(), match[0], source)
