"""The facts of a record that a letter does not state, and which of them must not be missing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from amends.facts.found import Fact
from amends.facts.lexicon import lexicon
from amends.facts.record import Record
from amends.facts.status import stems
from amends.letter import Letter
from amends.report import Claim, Unstated
from amends.text import bare, fold

_REQUIRED = re.compile(r"remedies\[\d+\]\.(?:amount|by)$|recipient_actions\[\d+\]$")
_TELLING = re.compile(
    r"(?:remedies|preventions)\[\d+\]\.(?:action|by|amount)$|when\.|reported$|impact$|cause$|what_happened$|next_update$|contact\.|facts\."
    r"|(?:affected|not_affected|recipient_actions|recommended_actions|tried|questions|references)\[\d+\]$"
)
_TOLD = 0.4  # share of a text's content words in the letter above which the letter tells it


def unstated(letter: Letter, record: Record, facts: list[Fact], claims: list[Claim], folded: str) -> list[Unstated]:
    """Return the fields of *record* that *letter* tells in no form, required ones first."""
    said = stems(folded, lexicon(letter.language.code))
    sources = {c.source for c in claims if c.source}
    missing = [
        Unstated(field=path, value=_shown(value), required=bool(_REQUIRED.search(path)))
        for path, value in _entries(record)
        if path not in sources and not _told(value, facts, folded, said, letter.language.code)
    ]
    return sorted(missing, key=lambda u: not u.required)


def _entries(record: Record) -> Iterator[tuple[str, Any]]:
    """Yield the fields that a letter would tell; a sum is one field."""
    incident = record.incident
    for path, value in incident.leaves():
        if path.endswith(".amount.currency") or incident.withheld(path):
            continue
        if path.endswith(".amount.value"):
            index = int(re.findall(r"\d+", path)[0])
            yield path.removesuffix(".value"), incident.remedies[index].amount
        elif _TELLING.match(path):
            yield path, value


def _shown(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _told(value: Any, facts: list[Fact], folded: str, said: frozenset[str], code: str) -> bool:
    if isinstance(value, date):
        day = value.date() if isinstance(value, datetime) else value
        same = (d for f in facts if f.kind == "date" for d in f.value)
        return any((d.month or day.month, d.day) == (day.month, day.day) for d in same)
    if not isinstance(value, str):
        return any(f.kind == "amount" and value.value in f.value.values for f in facts)
    text = fold(bare(value))
    if text in folded:
        return True
    own = stems(text, lexicon(code))
    return bool(own) and len(own & said) >= _TOLD * len(own)
