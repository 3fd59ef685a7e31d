"""Change one fact of a letter at a time, each into something its record does not hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from amends import Incident
from evals import changes_name as name
from evals import changes_stretch as stretch
from evals.changes import Change, Made, data, replaced
from evals.labelled import Labelled


class Mutant(NamedTuple):
    """A letter with one fact changed: what kind of fact, what was there, what is there instead, and its record."""

    kind: str
    letter: str
    incident: Incident
    before: str
    after: str


def mutants(case: Labelled, others: list[Incident], random: Random) -> Iterator[Mutant]:
    """Yield the letter of *case* once for every kind of fact that it holds and that can be changed."""
    for kind, change in CHANGES.items():
        made = change(case, others, random)
        if made:
            yield Mutant(kind, made[0], made[3] if len(made) > 3 else case.incident, made[1], made[2])


def _added(key: str) -> Change:
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


def _done(case: Labelled, _: list[Incident], __: Random) -> Made:
    """Tell a promised remedy as done."""
    if not any(r.status == "promised" for r in case.incident.remedies):
        return None
    for pattern, new in data(case.language)["status"]:
        match = re.search(pattern, case.letter)
        if match:
            return replaced(case.letter, match.start(), match.end(), match.expand(new))
    return None


def _withheld(case: Labelled, _: list[Incident], __: Random) -> Made:
    """Withhold a fact that the letter states and no other field holds."""
    for key, value in case.incident.facts.items():
        elsewhere = [v for p, v in case.incident.leaves() if p != f"facts.{key}" and value in str(v)]
        if len(value) > 3 and value in case.letter and not elsewhere and any(c.isdigit() for c in value):
            record = case.incident.model_copy(update={"withhold": [*case.incident.withhold, f"facts.{key}"]})
            return case.letter, value, value, record
    return None


CHANGES: dict[str, Change] = {
    "figure: amount": stretch.digit(stretch.AMOUNT),
    "figure: number": stretch.digit(stretch.NUMBER),
    "figure: time": stretch.digit(stretch.TIME),
    "figure: percentage": stretch.digit(stretch.PERCENT),
    "figure: currency": stretch.swap("currencies"),
    "figure: inflated": stretch.inflated,
    "date: shifted": stretch.day,
    "date: weekday": stretch.weekday,
    "date: zone": stretch.swap("zones"),
    "identifier: digit": stretch.digit(stretch.MARK),
    "identifier: another's": name.other_mark,
    "identifier: withheld": _withheld,
    "address: e-mail": stretch.letter(stretch.EMAIL),
    "address: look-alike": stretch.lookalike,
    "address: link": stretch.letter(stretch.LINK),
    "address: phone": stretch.digit(stretch.PHONE),
    "name: letter": name.letter,
    "name: another's": name.other_name,
    "meaning: remedy": _added("remedies"),
    "meaning: cause": _added("causes"),
    "meaning: scope": _added("scopes"),
    "meaning: admission": _added("admissions"),
    "meaning: status": _done,
}
