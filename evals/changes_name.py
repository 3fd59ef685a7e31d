"""Change a name of a letter, or put another customer's name or number for the recorded one."""

from __future__ import annotations

from random import Random

from amends import Incident
from evals.changes import Made, holds, replaced
from evals.changes_stretch import MARK
from evals.labelled import Labelled

_ZH_TITLES = ("教练", "医生", "师傅", "妈妈", "老师")
_ALPHABETS = {
    "en": "abdefghiklmnoprstuw", "pl": "abdefghiklmnoprstuw", "el": "αβγδεζηικλμνοπρσ", "ar": "بتجحدرزسعفقكلمن",
    "zh": "明华文丽强军平东海春",
}  # fmt: skip


def letter(case: Labelled, _: list[Incident], random: Random) -> Made:
    """Change a letter of the recipient's or sender's last name."""
    for name in random.sample([case.incident.recipient.name, case.incident.sender.name], 2):
        last = _last_name(name, case.language)
        place = case.letter.split("\n>")[0].rfind(last) if last else -1
        at = random.randrange(1, len(last) - (case.language != "zh")) if last else 0
        hurried = case.language in ("en", "pl") and not last[at : at + 1].isascii()  # "e" for "ę" is no other name
        if place >= 0 and not hurried:
            new = random.choice([c for c in _ALPHABETS[case.language] if c != last[at].lower()])
            return replaced(case.letter, place, place + len(last), last[:at] + new + last[at + 1 :])
    return None


def other_name(case: Labelled, others: list[Incident], random: Random) -> Made:
    """Put another customer's or colleague's last name for the recorded one."""
    for name in (case.incident.sender.name, case.incident.recipient.name):
        last = _last_name(name, case.language)
        place = case.letter.split("\n>")[0].rfind(last) if last else -1
        names = [new for o in others if (new := _last_name(o.sender.name, case.language))]
        if place >= 0 and names:
            new = random.choice(names)
            if not holds(case.incident, new):
                return replaced(case.letter, place, place + len(last), new)
    return None


def other_mark(case: Labelled, others: list[Incident], random: Random) -> Made:
    """Put another customer's order number for the recorded one."""
    match = MARK.search(case.letter)
    marks = [m[0] for o in others for v in o.facts.values() if (m := MARK.search(v)) and not holds(case.incident, m[0])]
    return replaced(case.letter, match.start(), match.end(), random.choice(marks)) if match and marks else None


def _last_name(name: str, language: str) -> str:
    """Return the last word of a person's name, "" where it is a team's, a title or too short to be told from a word."""
    if language == "zh":
        return "" if len(name) != 3 or name.endswith(_ZH_TITLES) else name
    last = name.split()[-1] if name else ""
    return last if len(last) > 3 and (language == "ar" or last[0].isupper()) and len(name.split()) > 1 else ""
