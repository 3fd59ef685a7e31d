"""What a record lacks before a letter can be drafted from it."""

from __future__ import annotations

from typing import Any

import pytest

from amends import Incident
from amends.facts.needs import missing

RECORD: dict[str, Any] = {
    "id": "n-1",
    "scenario": "billing_error",
    "language": "en",
    "company": {"name": "Fernhook"},
    "recipient": {"name": "Ann Lee"},
    "sender": {"role": "Billing"},
    "what_happened": "She was charged twice.",
    "when": {"start": "2026-03-02"},
    "remedies": [{"action": "refund", "status": "promised", "by": "2026-03-12"}],
}


def needs(**changes: Any) -> list[str]:
    return missing(Incident.load(RECORD | changes))


def test_complete():
    """A record that a letter can be drafted from lacks nothing."""
    assert needs() == []


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        (
            {"scenario": "need_information"},
            "questions: need_information needs at least one question to the recipient (fill in questions)",
        ),
        (
            {"scenario": "investigating"},
            "next_update: investigating needs the day or time of the next message (fill in next_update)",
        ),
        (
            {"remedies": []},
            "remedies: billing_error needs at least one, with its action and status "
            "(fill in remedies, or next_update while the case is open)",
        ),
        (
            {"remedies": [{"action": "refund", "by": "2026-03-01"}]},
            "remedies[0].by: 2026-03-01 is before when.start 2026-03-02 (correct one of them)",
        ),
        (
            {"affected": ["Web shop"], "not_affected": ["web shop"]},
            "affected[0]: 'Web shop' is also not_affected[0] (delete one of them)",
        ),
        ({"withhold": ["remedies"]}, "withhold: no remedy is left to state (take one out of withhold)"),
        (
            {"recipient_actions": ["sign the form"], "withhold": ["recipient_actions"]},
            "withhold: recipient_actions[0] is what the recipient must do (take it out of withhold)",
        ),
    ],
)
def test_lacks(changes, line):
    """Each line names the field, the problem and what to fill in."""
    assert line in needs(**changes)


def test_next_step_instead_of_remedy():
    """While a case is open, the time of the next message stands for a remedy."""
    assert needs(remedies=[], next_update="2026-03-09") == []


def test_announcement():
    """A change announced before its day may put things right before that day."""
    remedy = {"action": "a new date", "by": "2026-03-01"}
    assert needs(scenario="cancelled_service", remedies=[remedy]) == []
