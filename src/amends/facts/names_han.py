"""Find Chinese names that the record does not hold: before a title, in the frame, or with one sign wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

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


def in_signs(letter: Letter, sentence: Sentence, record: Record, lex: Lexicon) -> Iterator[Told]:
    """Yield the Chinese names of a sentence: those before a title, and those like a recorded one."""
    people = {f.written: f.path for f in record.fields if f.path in PEOPLE or f.path == "company.name"}
    if record.incident.recipient.group:  # "尊敬的乘客" names nobody
        people = {name: path for name, path in people.items() if path != "recipient.address_as"}
    if sentence.part in FRAME or _is_greeting(sentence):
        yield from _signed(sentence, letter, "\n".join(f.written for f in record.fields), lex)
    text = "\n".join(f.written for f in record.fields)
    written = letter.clean.text[sentence.start : sentence.end]
    for match in _titled(lex.code, sentence.part in FRAME).finditer(written):
        name = match[1]
        if not _in_text(name, match[2], text):
            yield _told(sentence, match, None)
        elif name[0] in lex.get("names", "surnames", default="") and name in text:
            path = next((p for n, p in people.items() if name in n), "facts")
            yield _told(sentence, match, path)
    for name, path in people.items():
        for run in _RUN.findall(name):
            if _HAN.search(run):
                yield from _like(run, path, sentence, written, text, tuple(lex.get("names", "titles", default=[])))


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


def _like(name: str, path: str, sentence: Sentence, written: str, text: str, titles: tuple[str, ...]) -> Iterator[Told]:
    """Yield what is *name* of three signs and more, or *name* with one sign wrong."""
    size = len(name)
    if size < _SHORTEST or name.endswith(titles):
        return
    for start in range(len(written) - size + 1):
        stretch = written[start : start + size]
        if stretch.endswith(titles):  # 梁先生 is no misspelt 梁春生
            continue
        wrong = sum(a != b for a, b in zip(stretch, name, strict=True))
        if wrong == 0 or (wrong == 1 and stretch not in text and _RUN.fullmatch(stretch)):
            at = sentence.start + start
            yield Told("name", at, at + size, stretch, None if wrong else path)


def _told(sentence: Sentence, match: re.Match[str], source: str | None) -> Told:
    return Told("name", sentence.start + match.start(), sentence.start + match.end(), match[0], source)
