"""The facts of an incident record, each with the path of its field."""

from __future__ import annotations

import re
from bisect import bisect_right
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from amends.facts.found import Clock, Day, Fact, Money, Text
from amends.facts.lexicon import lexicon
from amends.facts.scan import scan
from amends.incident import Incident
from amends.language import language
from amends.text import bare, fold

UNSTATED = ("scenario", "language", "channel", "mode", "severity", "cause_status", "withhold")  # no letter states them
_LISTS = (
    "remedies", "preventions", "affected", "not_affected", "recipient_actions", "recommended_actions", "tried",
    "questions", "references", "complaint_points",
)  # fmt: skip
_NAMES = ("recipient.name", "sender.name", "sender.role", "contact.person")
_NOT_IN_NAMES = ("amount", "percent", "link", "email", "phone")  # else whoever chooses a name chooses what we pay
_GAP = "\n\n"
_SCRIPTS = {
    "el": re.compile("[α-ω]+"),
    "ar": re.compile("[\u0621-\u064a]+"),
    "zh": re.compile("[\u4e00-\u9fff]+"),
    "latin": re.compile("[a-z]+"),
}


class Held(NamedTuple):
    """A fact of the record and the path of its field."""

    fact: Fact
    path: str


class Field(NamedTuple):
    """A text of the record: its path, the words as written, and folded."""

    path: str
    written: str
    folded: str


class Record(NamedTuple):
    """What a letter may state."""

    incident: Incident
    code: str  # the language that the record's free text is in
    held: dict[str, list[Held]]
    fields: list[Field]
    withheld: list[Field]
    keys: list[str]  # the names of its facts, folded
    sizes: dict[int, str]  # how many entries a list has, and its path
    moments: list[tuple[date, str]]

    def of(self, kind: str) -> list[Held]:
        """Return the facts of *kind*."""
        return self.held.get(kind, [])


def read_record(incident: Incident, code: str) -> Record:
    """Return the facts of *incident*, its free text read in the letter's language *code* and in its own."""
    fields: list[Field] = []
    withheld: list[Field] = []
    typed: list[Held] = []
    moments: list[tuple[date, str]] = []
    for path, value in incident.leaves():
        if path.split("[")[0].split(".")[0] in UNSTATED or path == "complaint":
            continue
        if incident.withheld(path):
            withheld.append(_field(path, str(value)))
        elif isinstance(value, str):
            fields.append(_field(path, value))
        elif isinstance(value, date):
            moments.append((value, path))
            typed += _moment(value, path)
    typed += _amounts(incident)
    codes = _codes(fields, code)
    held = _scanned(fields, codes, region(incident.language))
    for item in typed:
        held.setdefault(item.fact.kind, []).insert(0, item)
    keys = [fold(bare(key)) for key in incident.facts if not incident.withheld(f"facts.{key}")]
    sizes = {len(getattr(incident, name)): name for name in reversed(_LISTS) if getattr(incident, name)}
    return Record(incident, codes[0], held, fields, withheld, keys, sizes, moments)


def _field(path: str, value: str) -> Field:
    """Return a text of the record in the form that the letter is read in."""
    written = bare(value)
    return Field(path, written, fold(written))


def read_complaint(record: Record) -> Record:
    """Return the facts of the recipient's own words, which support only what a letter gives as theirs."""
    codes = list(dict.fromkeys([record.code, record.incident.base]))
    held = _scanned([_field("complaint", record.incident.complaint)], codes, region(record.incident.language))
    return record._replace(held=held, sizes={}, moments=[], fields=[])


def region(tag: str) -> str:
    """Return the region of a language tag: "GB" for "en-GB"."""
    return next((part.upper() for part in tag.split("-")[1:] if len(part) == 2), "")


def _moment(value: date, path: str) -> list[Held]:
    day = Held(Fact("date", 0, 0, (Day(value.year, value.month, value.day),)), path)
    if not isinstance(value, datetime):
        return [day]
    ahead = value.utcoffset()
    zone = None if ahead is None else int(ahead / timedelta(minutes=1))
    return [day, Held(Fact("time", 0, 0, Clock((value.hour * 60 + value.minute,), zone)), path)]


def _amounts(incident: Incident) -> list[Held]:
    held = []
    for index, remedy in enumerate(incident.remedies):
        path = f"remedies[{index}].amount"
        if remedy.amount and not incident.withheld(path):
            money = Money((Decimal(remedy.amount.value),), frozenset({remedy.amount.currency}), remedy.amount.currency)
            held.append(Held(Fact("amount", 0, 0, money), path))
    return held


def _scanned(fields: list[Field], codes: list[str], region: str) -> dict[str, list[Held]]:
    """Return the facts in *fields*, by kind; all fields are scanned as one text, which costs a tenth."""
    starts, position = [], 0
    for field in fields:
        starts.append(position)
        position += len(field.written) + len(_GAP)
    written = _GAP.join(f.written for f in fields)
    folded = _GAP.join(f.folded for f in fields)
    held: dict[str, list[Held]] = {}
    taken = bytearray(len(written))
    for code in codes:
        for fact in scan(Text(written, folded, taken), lexicon(code), region):
            path = fields[bisect_right(starts, fact.start) - 1].path
            if path not in _NAMES or fact.kind not in _NOT_IN_NAMES:
                held.setdefault(fact.kind, []).append(Held(fact, path))
            if fact.kind != "count":  # what one language understands, another one does not misread
                taken[fact.start : fact.end] = b"\x01" * (fact.end - fact.start)
    return held


def _codes(fields: list[Field], code: str) -> list[str]:
    """Return the record's language and, where it is another one, the letter's."""
    text = " ".join(f.folded for f in fields)
    counts = {name: sum(map(len, pattern.findall(text))) for name, pattern in _SCRIPTS.items()}
    latin = counts.pop("latin")
    # A Chinese sign carries about as much as three letters.
    counts["zh"] *= 3
    best = max(counts, key=lambda name: counts[name])
    if counts[best] <= latin:
        words = text.split()
        best = max(("en", "pl"), key=lambda name: sum(w in language(name).common_words for w in words))
    return [code] if best == code else [best, code]


def number_of(value: Any) -> Decimal | None:
    """Return the first reading of a fact's value that is a number."""
    values = getattr(value, "values", value)
    return values[0] if isinstance(values, tuple) and values and isinstance(values[0], Decimal) else None
