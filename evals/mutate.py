"""Change one fact of a letter at a time, each into something its record does not hold."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from amends import Incident
from evals.labelled import Labelled

_FOLDER = Path(__file__).parent / "mutations"
_AMOUNT = re.compile(
    r"(?:[£$€¥]|\bUSD |\bEUR |\bPLN )\d[\d.,]*|\d[\d.,]*\s?(?:zł|PLN|€|ευρώ|EUR|元|块|ريال|دينار|جنيه|درهم|USD|GBP)"
)
_NUMBER = re.compile(r"(?<![\w.,:/+@-])\d{2,3}(?![\w:/@-]|[.,]\d)")
_TIME = re.compile(r"\b\d{1,2}:\d\d\b")
_PERCENT = re.compile(r"\d{1,2}(?= ?%)")
_MARK = re.compile(r"\b[A-Z]{1,5}[-/]?\d[\w/-]{2,}\b|(?<![\w.,+-])\d{5,}(?![\w.,-])")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w")
_LINK = re.compile(r"https?://[\w./-]*\w")
_PHONE = re.compile(r"\+?\d[\d -]{6,}\d")
_TRIES = 8


class Mutant(NamedTuple):
    """A letter with one fact changed: what kind of fact, what was there, what is there instead, and its record."""

    kind: str
    letter: str
    incident: Incident
    before: str
    after: str


@cache
def data(language: str) -> dict[str, Any]:
    """Return what is put into letters of *language*."""
    return tomllib.loads((_FOLDER / f"{language}.toml").read_text(encoding="utf-8"))


def mutants(case: Labelled, others: list[Incident], random: Random) -> Iterator[Mutant]:
    """Yield the letter of *case* once for every kind of fact that it holds and that can be changed."""
    for kind, change in CHANGES.items():
        made = change(case, others, random)
        if made:
            yield Mutant(kind, made[0], made[3] if len(made) > 3 else case.incident, made[1], made[2])


Made = tuple[Any, ...] | None


def _digit(pattern: re.Pattern[str]) -> Callable[[Labelled, list[Incident], Random], Made]:
    """Return a change of one digit in a stretch that *pattern* finds."""

    def change(case: Labelled, _: list[Incident], random: Random) -> Made:
        places = list(pattern.finditer(case.letter))
        random.shuffle(places)
        for match in places[:_TRIES]:
            place = random.choice([i for i, c in enumerate(match[0]) if c.isdecimal()])
            old = match[0][place]
            new = random.choice([d for d in ("23456789" if old.isascii() else "٢٣٤٥٦٧٨٩") if d != old])
            after = match[0][:place] + new + match[0][place + 1 :]
            if not _holds(case.incident, after) and not _is_frame(case.letter, match):
                return _replaced(case.letter, match.start(), match.end(), after)
        return None

    return change


def _is_frame(letter: str, match: re.Match[str]) -> bool:
    """Whether a match stands in quoted mail or in a line that only dates the letter: no claim about the case."""
    start, end = letter.rfind("\n", 0, match.start()) + 1, letter.find("\n", match.end())
    line = letter[start : end if end >= 0 else len(letter)]
    return line.startswith(">") or (len(line) < 40 and line[:1] not in "-•*" and not set(line) & set("：:"))


def _letter(pattern: re.Pattern[str]) -> Callable[[Labelled, list[Incident], Random], Made]:
    """Return a change of one letter in an address that *pattern* finds."""

    def change(case: Labelled, _: list[Incident], random: Random) -> Made:
        places = list(pattern.finditer(case.letter))
        if not places:
            return None
        match = random.choice(places)
        letters = [i for i, c in enumerate(match[0]) if c.isascii() and c.isalpha() and i > 8]
        if not letters:
            return None
        place = random.choice(letters)
        new = random.choice([c for c in "abcdegiklmnoprstuz" if c != match[0][place]])
        return _replaced(case.letter, match.start(), match.end(), match[0][:place] + new + match[0][place + 1 :])

    return change


def _lookalike(case: Labelled, _: list[Incident], __: Random) -> Made:
    """Put a Cyrillic letter for a Latin one into an address."""
    match = _EMAIL.search(case.letter)
    place = next((i for i, c in enumerate(match[0]) if c in "aeo"), None) if match else None
    if match is None or place is None:
        return None
    after = match[0][:place] + {"a": "а", "e": "е", "o": "о"}[match[0][place]] + match[0][place + 1 :]
    return _replaced(case.letter, match.start(), match.end(), after)


def _date(case: Labelled, _: list[Incident], random: Random) -> Made:
    """Shift a day of a month by two days and more."""
    for pattern in data(case.language)["date"]:
        places = [m for m in re.finditer(pattern, case.letter) if not _is_frame(case.letter, m)]
        if places:
            match = random.choice(places)
            held = {int(d) for d in re.findall(r"\d+", _text(case.incident))}
            free = [d for d in range(2, 29) if d not in held and abs(d - int(match[1])) > 1]
            return _replaced(case.letter, match.start(1), match.end(1), str(random.choice(free))) if free else None
    return None


def _weekday(case: Labelled, _: list[Incident], random: Random) -> Made:
    """Put a weekday that no date of the record falls on."""
    days = data(case.language)["weekdays"]
    held = {moment.weekday() for _, moment in case.incident.leaves() if isinstance(moment, date)}
    told = [
        date(int(y), int(m), int(d))
        for y, m, d in re.findall(r"(20\d\d)\D{1,2}(\d{1,2})\D(\d{1,2})", _text(case.incident))
    ]
    held |= {moment.weekday() for moment in told}
    year = next((m.year for _, m in case.incident.leaves() if isinstance(m, date)), 2026)
    held |= {
        date(year, int(m), int(d)).weekday() for m, d in re.findall(r"(\d{1,2})月(\d{1,2})日", _text(case.incident))
    }
    wrong = [day for index, day in enumerate(days) if index not in held and day not in _text(case.incident)]
    edges = ("", "(?![至到])") if case.language == "zh" else (r"(?<!\w)", r"(?!\w)")
    for day in days:
        match = re.search(edges[0] + day + edges[1], case.letter)
        others = [d for d in wrong if d != day]
        if match and others and not _is_frame(case.letter, match):
            return _replaced(case.letter, match.start(), match.end(), random.choice(others))
    return None


def _swap(key: str) -> Callable[[Labelled, list[Incident], Random], Made]:
    """Return a change of one sign or word of a list of pairs."""

    def change(case: Labelled, _: list[Incident], __: Random) -> Made:
        for old, new in data(case.language)[key]:
            match = re.search(
                rf"(?<![^\W\d]){re.escape(old)}(?![^\W\d])"
                if old.isalpha() and case.language != "zh"
                else rf"(?<=\d){old}"
                if case.language == "zh" and len(old) == 1 and old.isalpha()
                else re.escape(old),
                case.letter,
            )
            if match and not _holds(case.incident, new):
                return _replaced(case.letter, match.start(), match.end(), new)
        return None

    return change


def _name(case: Labelled, _: list[Incident], random: Random) -> Made:
    """Change a letter of the recipient's or sender's last name."""
    for name in random.sample([case.incident.recipient.name, case.incident.sender.name], 2):
        last = _last_name(name, case.language)
        place = case.letter.split("\n>")[0].rfind(last) if last else -1
        at = random.randrange(1, len(last) - (case.language != "zh")) if last else 0
        hurried = case.language in ("en", "pl") and not last[at : at + 1].isascii()  # "e" for "ę" is no other name
        if place >= 0 and not hurried:
            new = random.choice([c for c in _ALPHABETS[case.language] if c != last[at].lower()])
            return _replaced(case.letter, place, place + len(last), last[:at] + new + last[at + 1 :])
    return None


def _other_name(case: Labelled, others: list[Incident], random: Random) -> Made:
    """Put another customer's or colleague's last name for the recorded one."""
    for name in (case.incident.sender.name, case.incident.recipient.name):
        last = _last_name(name, case.language)
        place = case.letter.split("\n>")[0].rfind(last) if last else -1
        names = [new for o in others if (new := _last_name(o.sender.name, case.language))]
        if place >= 0 and names:
            new = random.choice(names)
            if not _holds(case.incident, new):
                return _replaced(case.letter, place, place + len(last), new)
    return None


def _last_name(name: str, language: str) -> str:
    """Return the last word of a person's name, "" where it is a team's, a title or too short to be told from a word."""
    if language == "zh":
        return "" if len(name) != 3 or name.endswith(_ZH_TITLES) else name
    last = name.split()[-1] if name else ""
    return last if len(last) > 3 and (language == "ar" or last[0].isupper()) and len(name.split()) > 1 else ""


def _other_mark(case: Labelled, others: list[Incident], random: Random) -> Made:
    """Put another customer's order number for the recorded one."""
    match = _MARK.search(case.letter)
    marks = [
        m[0] for o in others for v in o.facts.values() if (m := _MARK.search(v)) and not _holds(case.incident, m[0])
    ]
    return _replaced(case.letter, match.start(), match.end(), random.choice(marks)) if match and marks else None


def _added(key: str) -> Callable[[Labelled, list[Incident], Random], Made]:
    """Return the addition of a sentence that tells what the record does not hold."""

    def change(case: Labelled, _: list[Incident], random: Random) -> Made:
        sentence = random.choice(data(case.language)[key])
        blocks = case.letter.split("\n\n")
        if len(blocks) < 4:
            return None
        place = len(blocks) // 2
        blocks[place] += ("" if case.language == "zh" else " ") + sentence
        return "\n\n".join(blocks), "", sentence

    return change


def _inflated(case: Labelled, _: list[Incident], __: Random) -> Made:
    """Double the amount of a remedy."""
    for remedy in case.incident.remedies:
        if remedy.amount:
            for shape in (
                f"{remedy.amount.value:.2f}",
                str(remedy.amount.value),
                f"{remedy.amount.value:.2f}".replace(".", ","),
            ):
                place = case.letter.find(shape)
                if place >= 0:
                    new = str(remedy.amount.value * 2 + 1)
                    return _replaced(case.letter, place, place + len(shape), new)
    return None


def _done(case: Labelled, _: list[Incident], __: Random) -> Made:
    """Tell a promised remedy as done."""
    if not any(r.status == "promised" for r in case.incident.remedies):
        return None
    for pattern, new in data(case.language)["status"]:
        match = re.search(pattern, case.letter)
        if match:
            return _replaced(case.letter, match.start(), match.end(), match.expand(new))
    return None


def _withheld(case: Labelled, _: list[Incident], __: Random) -> Made:
    """Withhold a fact that the letter states and no other field holds."""
    for key, value in case.incident.facts.items():
        elsewhere = [v for p, v in case.incident.leaves() if p != f"facts.{key}" and value in str(v)]
        if len(value) > 3 and value in case.letter and not elsewhere and any(c.isdigit() for c in value):
            record = case.incident.model_copy(update={"withhold": [*case.incident.withhold, f"facts.{key}"]})
            return case.letter, value, value, record
    return None


def _replaced(letter: str, start: int, end: int, after: str) -> Made:
    return letter[:start] + after + letter[end:], letter[start:end], after


def _text(incident: Incident) -> str:
    return "\n".join(f"{path} {value}" for path, value in incident.leaves())


def _holds(incident: Incident, value: str) -> bool:
    """Whether the record holds *value* somewhere, so that stating it would be no fault."""
    value, text = _western(value), _western(_text(incident))
    digits = re.sub(r"\D", "", value)
    return value in text or (bool(digits) and digits in re.sub(r"[^\d\n]", "", text))


def _western(text: str) -> str:
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)


_ZH_TITLES = ("教练", "医生", "师傅", "妈妈", "老师")
_ALPHABETS = {
    "en": "abdefghiklmnoprstuw", "pl": "abdefghiklmnoprstuw", "el": "αβγδεζηικλμνοπρσ", "ar": "بتجحدرزسعفقكلمن",
    "zh": "明华文丽强军平东海春",
}  # fmt: skip

CHANGES: dict[str, Callable[[Labelled, list[Incident], Random], Made]] = {
    "figure: amount": _digit(_AMOUNT),
    "figure: number": _digit(_NUMBER),
    "figure: time": _digit(_TIME),
    "figure: percentage": _digit(_PERCENT),
    "figure: currency": _swap("currencies"),
    "figure: inflated": _inflated,
    "date: shifted": _date,
    "date: weekday": _weekday,
    "date: zone": _swap("zones"),
    "identifier: digit": _digit(_MARK),
    "identifier: another's": _other_mark,
    "identifier: withheld": _withheld,
    "address: e-mail": _letter(_EMAIL),
    "address: look-alike": _lookalike,
    "address: link": _letter(_LINK),
    "address: phone": _digit(_PHONE),
    "name: letter": _name,
    "name: another's": _other_name,
    "meaning: remedy": _added("remedies"),
    "meaning: cause": _added("causes"),
    "meaning: scope": _added("scopes"),
    "meaning: admission": _added("admissions"),
    "meaning: status": _done,
}
