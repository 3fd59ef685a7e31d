"""Change a figure, a date, an address or a sign of a letter."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date
from random import Random

from amends import Incident
from evals.changes import Change, Made, data, holds, is_frame, replaced, text_of
from evals.labelled import Labelled

AMOUNT = re.compile(
    r"(?:[£$€¥]|\bUSD |\bEUR |\bPLN )\d[\d.,]*|\d[\d.,]*\s?(?:zł|PLN|€|ευρώ|EUR|元|块|ريال|دينار|جنيه|درهم|USD|GBP)"
)
NUMBER = re.compile(r"(?<![\w.,:/+@-])\d{2,3}(?![\w:/@-]|[.,]\d)")
TIME = re.compile(r"\b\d{1,2}:\d\d\b")
PERCENT = re.compile(r"\d{1,2}(?= ?%)")
MARK = re.compile(r"\b[A-Z]{1,5}[-/]?\d[\w/-]{2,}\b|(?<![\w.,+-])\d{5,}(?![\w.,-])")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w")
LINK = re.compile(r"https?://[\w./-]*\w")
PHONE = re.compile(r"\+?\d[\d -]{6,}\d")
_TRIES = 8


def digit(pattern: re.Pattern[str]) -> Change:
    """Return a change of one digit in a stretch that *pattern* finds."""

    def change(case: Labelled, _: list[Incident], random: Random) -> Made:
        places = list(pattern.finditer(case.letter))
        random.shuffle(places)
        for match in places[:_TRIES]:
            place = random.choice([i for i, c in enumerate(match[0]) if c.isdecimal()])
            old = match[0][place]
            new = random.choice([d for d in ("23456789" if old.isascii() else "٢٣٤٥٦٧٨٩") if d != old])
            after = match[0][:place] + new + match[0][place + 1 :]
            if not holds(case.incident, after) and not is_frame(case.letter, match):
                return replaced(case.letter, match.start(), match.end(), after)
        return None

    return change


def letter(pattern: re.Pattern[str]) -> Change:
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
        return replaced(case.letter, match.start(), match.end(), match[0][:place] + new + match[0][place + 1 :])

    return change


def lookalike(case: Labelled, _: list[Incident], __: Random) -> Made:
    """Put a Cyrillic letter for a Latin one into an address."""
    match = EMAIL.search(case.letter)
    place = next((i for i, c in enumerate(match[0]) if c in "aeo"), None) if match else None
    if match is None or place is None:
        return None
    after = match[0][:place] + {"a": "а", "e": "е", "o": "о"}[match[0][place]] + match[0][place + 1 :]
    return replaced(case.letter, match.start(), match.end(), after)


def day(case: Labelled, _: list[Incident], random: Random) -> Made:
    """Shift a day of a month by two days and more."""
    for pattern in data(case.language)["date"]:
        places = [m for m in re.finditer(pattern, case.letter) if not is_frame(case.letter, m)]
        if places:
            match = random.choice(places)
            held = {int(d) for d in re.findall(r"\d+", text_of(case.incident))}
            free = [d for d in range(2, 29) if d not in held and abs(d - int(match[1])) > 1]
            return replaced(case.letter, match.start(1), match.end(1), str(random.choice(free))) if free else None
    return None


def weekday(case: Labelled, _: list[Incident], random: Random) -> Made:
    """Put a weekday that no date of the record falls on."""
    days = data(case.language)["weekdays"]
    held = {moment.weekday() for _, moment in case.incident.leaves() if isinstance(moment, date)}
    told = re.findall(r"(20\d\d)\D{1,2}(\d{1,2})\D(\d{1,2})", text_of(case.incident))
    year = next((m.year for _, m in case.incident.leaves() if isinstance(m, date)), 2026)
    told += [(year, m, d) for m, d in re.findall(r"(\d{1,2})月(\d{1,2})日", text_of(case.incident))]
    for parts in told:
        with suppress(ValueError):  # "2026-07-36" is a number, and no date
            held.add(date(*map(int, parts)).weekday())
    wrong = [day for index, day in enumerate(days) if index not in held and day not in text_of(case.incident)]
    edges = ("", "(?![至到])") if case.language == "zh" else (r"(?<!\w)", r"(?!\w)")
    for day in days:
        match = re.search(edges[0] + day + edges[1], case.letter)
        others = [d for d in wrong if d != day]
        if match and others and not is_frame(case.letter, match):
            return replaced(case.letter, match.start(), match.end(), random.choice(others))
    return None


def swap(key: str) -> Change:
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
            if match and not holds(case.incident, new):
                return replaced(case.letter, match.start(), match.end(), new)
        return None

    return change


def inflated(case: Labelled, _: list[Incident], __: Random) -> Made:
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
                    return replaced(case.letter, place, place + len(shape), new)
    return None
