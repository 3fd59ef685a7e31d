"""Match the claims of a letter to the record they come from."""

from __future__ import annotations

from datetime import date

from amends.incident import Incident
from amends.letter import Letter
from amends.report import Claim, Unstated


def build(letter: Letter, incident: Incident, letter_date: date | None = None) -> tuple[list[Claim], list[Unstated]]:
    """Return the letter's claims, unmatched ones first, and the record's facts that it does not state."""
    return [], []
