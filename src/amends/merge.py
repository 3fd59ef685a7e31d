"""One letter, many recipients: draft it for a stand-in, find what differs, and fill it for each of them locally."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from hashlib import sha256
from typing import Any, NamedTuple

from amends.batch.source import nested
from amends.display import safe
from amends.errors import IncidentError, UsageError
from amends.files import prompts, read_toml
from amends.forms import forms
from amends.incident import Amount, Incident
from amends.language import language
from amends.letter import read_letter
from amends.offline import compose
from amends.report import Report

# What may differ without another letter; whatever else differs decides which letter a recipient gets, or is refused.
SLOTS = re.compile(
    r"id|recipient\.(name|address_as)|facts\..+|contact\.(email|phone|url|person)|references\[\d+\]"
    r"|remedies\[\d+\]\.(amount\.value|by)|preventions\[\d+\]\.by|when\.(start|end)|reported|next_update"
    r"|earlier_contact\.date"
)
KINDS = re.compile(
    r"language|scenario|channel|mode|severity|cause_status|company\.voice|recipient\.(gender|relationship)"
    r"|remedies\[\d+\]\.(amount\.currency|status)|preventions\[\d+\]\.status"
)
_OPENING = "opening"
_LEAST = 5  # characters of a stand-in: a shorter one would be found in dates and sums
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


class Template(NamedTuple):
    """A letter in pieces: text, or the path of a field between texts ("opening" is the salutation)."""

    pieces: list[tuple[str, str]]  # ("text", …) or ("slot", path)
    stand_ins: list[str]  # what must be in no filled letter

    def fill(self, incident: Incident) -> str:
        """Return the letter for *incident*. Raises IncidentError for a field that it lacks."""
        values = dict(incident.leaves())
        return "".join(text if kind == "text" else _written(text, incident, values) for kind, text in self.pieces)


def overlaid(base: Mapping[str, Any], row: Mapping[str, str]) -> dict[str, Any]:
    """Return the record *base* with the fields of *row* ({"recipient.name": "Anna"}) in place of its own."""
    if "recipient.name" in row:
        # How the shared record addresses its own recipient would be wrong for everybody else.
        own = {key: value for key, value in base.get("recipient", {}).items() if key not in ("address_as", "gender")}
        base = {**base, "recipient": own}
    table: dict[str, Any] = _merged(base, nested(row))
    return table


def _merged(base: Any, over: Any) -> Any:
    if isinstance(base, Mapping) and isinstance(over, Mapping):
        return {**base, **{key: _merged(base.get(key), value) for key, value in over.items()}}
    if isinstance(base, list) and isinstance(over, list):
        both = min(len(base), len(over))
        return [*(_merged(base[i], over[i]) for i in range(both)), *base[both:], *over[both:]]
    return over


def refuse_columns(paths: Sequence[str]) -> None:
    """Raise UsageError for fields that the wording of a letter depends on."""
    wrong = [path for path in paths if not (SLOTS.fullmatch(path) or KINDS.fullmatch(path))]
    if wrong:
        raise UsageError(
            f"{safe(wrong[0])}: a letter's wording depends on this field, so one letter cannot serve all "
            "(leave the column out with --skip, or draft each letter with amends batch)"
        )


def kind_of(row: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return what decides which letter a recipient gets: language, gender and whatever else is not filled in."""
    return tuple(sorted((path, value) for path, value in row.items() if KINDS.fullmatch(path)))


def stand_in(row: Mapping[str, str]) -> dict[str, str]:
    """Return *row* with values that belong to nobody, of the same look: no recipient's data reach the model."""
    found = {}
    for number, (path, value) in enumerate(sorted(row.items())):
        if KINDS.fullmatch(path):
            found[path] = value
        elif path != "recipient.address_as":
            found[path] = _alike(path, value, number)
    return found


def _alike(path: str, value: str, number: int) -> str:
    words, mark = _stand_ins(), int(sha256(path.encode()).hexdigest(), 16)
    if path.endswith(".amount.value"):
        return f"{7_319 + 101 * number}" + (".46" if "." in value else "")
    if _DAY.match(value):
        return (date(2031, 5, 11) + timedelta(days=number)).isoformat() + value[10:]
    if path in ("recipient.name", "contact.person"):
        return words["name"]
    if path == "contact.email" or "@" in value:
        return words["email"]
    if path == "contact.url" or path.startswith("references["):
        return words["url"]
    if any(letter.isdecimal() for letter in value):
        # The same pattern of letters and digits, so that an order number stays one; long enough to be found again.
        digits = iter(str(mark) * (1 + len(value) // 60))
        changed = "".join(_other(c, next(digits)) if c.isdecimal() else _letter(c) for c in value)
        return changed if len(changed) >= _LEAST else changed + str(mark)[-_LEAST:]
    return f"{words['word']}{chr(97 + number % 26)}"


def _other(digit: str, wanted: str) -> str:
    """Return the digit *wanted*, or the next one where the recipient has the same."""
    return wanted if int(digit) != int(wanted) else str((int(wanted) + 1) % 10)


def _letter(char: str) -> str:
    return "Q" if char.isupper() else "x" if char.isalpha() else char


@cache
def _stand_ins() -> dict[str, str]:
    return dict(read_toml(prompts() / "merge.toml"))


def template(letter: str, incident: Incident, report: Report, row: Mapping[str, str]) -> Template:
    """Return *letter*, drafted for the stand-in *incident* whose *row* of fields differs, with a slot for each."""
    slots: dict[tuple[int, int], str] = {}
    opening = read_letter(letter, language(incident.base)).of("salutation")
    if opening:
        read = read_letter(letter, language(incident.base))
        span = read.span(opening[0].start, opening[-1].end)
        slots[span.start, span.end] = _OPENING
    differing = {path.removesuffix(".value"): path for path in row if SLOTS.fullmatch(path)}
    for claim in report.ledger:
        if claim.source in differing:
            slots.setdefault((claim.start, claim.end), differing[claim.source])
    for path in differing.values():
        for found in re.finditer(rf"(?<!\w){re.escape(row[path])}(?!\w)", letter) if path != "id" else ():
            slots.setdefault((found.start(), found.end()), path)
    pieces, position = [], 0
    for (start, end), path in sorted(slots.items()):
        if start < position:
            continue  # inside a larger slot
        pieces += [("text", letter[position:start]), ("slot", path)]
        position = end
    pieces.append(("text", letter[position:]))
    held = [row[path] for path in differing.values() if not KINDS.fullmatch(path)]
    left = [value for value in held if any(kind == "text" and value in text for kind, text in pieces)]
    if left:
        raise UsageError("the letter holds a value of the stand-in that could not be told apart (draft it again)")
    numbers = [
        number for value in held for number in _NUMBER.findall(value) if len(number) > 3 and not _DAY.match(value)
    ]
    return Template(pieces, [*held, *numbers])


def _written(path: str, incident: Incident, values: Mapping[str, Any]) -> str:
    """Return the recipient's value as its language and region write it."""
    if path == _OPENING:
        return opening_of(incident)
    value, written = values.get(path), forms(incident.language)
    if value is None:
        raise IncidentError(incident.id, [f"{path}: is missing, and the letter states it"])
    if isinstance(value, Decimal) and path.endswith(".value"):
        return written.money(Amount(value=value, currency=values[path.removesuffix("value") + "currency"]))
    if isinstance(value, datetime | date):
        return written.day(value)
    return str(value)


def opening_of(incident: Incident) -> str:
    """Return the salutation as the built-in writer has it: the record's own, or the language's for name and gender."""
    composed = compose(incident)
    read = read_letter(composed, language(incident.base))
    parts = read.of("salutation")
    return read.span(parts[0].start, parts[-1].end).text if parts else ""


def left_over(letter: str, made: Template, incident: Incident) -> Iterator[str]:
    """Yield what of the stand-in is still in a filled letter: nothing, or the letter must not go out."""
    own = "\n".join(str(value) for _, value in incident.leaves())
    yield from (value for value in made.stand_ins if value in letter and value not in own)
