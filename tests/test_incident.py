"""The record loads from three formats and a dict, and says all that is wrong with it at once."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import amends
from amends.incident import Incident

GOOD: dict[str, Any] = {
    "id": "a-1",
    "scenario": "billing_error",
    "language": "en-GB",
    "company": {"name": "Fernhill Post"},
    "recipient": {"name": "Żaneta Łoś"},
    "sender": {"role": "Billing lead"},
    "what_happened": "The June invoice was charged twice.",
}

TOML = """
id = "a-1"
scenario = "billing_error"
language = "en-GB"
what_happened = "The June invoice was charged twice."
facts = { order = 448210, since = 2026-05-03, share = 12.50 }
company = { name = "Fernhill Post" }
recipient = { name = "Żaneta Łoś" }
sender = { role = "Billing lead" }
"""

YAML = """
id: a-1
scenario: billing_error
language: en-GB
what_happened: The June invoice was charged twice.
facts: {order: 0448210, since: 2026-05-03, answer: no}
company: {name: Fernhill Post}
recipient: {name: Żaneta Łoś}
sender: {role: Billing lead}
cause:
"""


def problems(**changes: Any) -> list[str]:
    """Return the problems of the good record with *changes*."""
    with pytest.raises(amends.IncidentError) as caught:
        Incident.load({**GOOD, **changes})
    return caught.value.problems


def test_a_dict_loads():
    """A record in a dict loads, with the defaults that the documentation names."""
    incident = Incident.load(GOOD)
    assert (incident.base, incident.channel, incident.mode, incident.severity) == ("en", "email", "reply", "moderate")
    assert incident.cause_status == "investigating"


@pytest.mark.parametrize(
    ("ending", "text", "facts"),
    [
        (".toml", TOML, {"order": "448210", "since": "2026-05-03", "share": "12.50"}),
        (".yaml", YAML, {"order": "0448210", "since": "2026-05-03", "answer": "no"}),
        (".json", json.dumps({**GOOD, "facts": {"share": 1}}), {"share": "1"}),
    ],
)
def test_files_load_by_their_ending(tmp_path: Path, ending: str, text: str, facts: dict[str, str]):
    """TOML, YAML and JSON give the same record, and facts keep their figures as written."""
    path = tmp_path / f"record{ending}"
    path.write_text(text, encoding="utf-8")
    incident = Incident.load(path)
    assert incident.recipient.name == "Żaneta Łoś"
    assert incident.facts == facts


def test_all_problems_are_told_at_once():
    """Each problem has its field's path, the value, and what would be right."""
    found = problems(
        scenario="billing_eror",
        language="fr",
        recipient={},
        sender={},
        when={"start": "2026-13-01"},
        remedies=[{"action": "refund", "amount": {"value": "4x"}}],
        sevrity="high",
    )
    text = "\n".join(found)
    assert "scenario: 'billing_eror' is not a scenario (did you mean billing_error?)" in text
    assert "language: 'fr' is not a language amends writes (one of ar, el, en, pl, zh; en-GB works too)" in text
    assert "recipient: needs a name or a group" in text
    assert "sender: needs a name or a role" in text
    assert "when.start: '2026-13-01' is not a date" in text
    assert "remedies[0].amount.value: '4x' is not an amount" in text
    assert "remedies[0].amount.currency: is missing" in text
    assert "sevrity: unknown field (did you mean severity?)" in text


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"when": {"start": "2026-05-02", "end": "2026-05-01"}}, "when: end 2026-05-01 is before start 2026-05-02"),
        ({"cause_status": "known"}, "cause_status: 'known' but cause is empty"),
        ({"withhold": ["facts.order"]}, "withhold[0]: 'facts.order' names no field of this record"),
        ({"company": "Fernhill"}, "company: 'Fernhill' is not a table of fields"),
        ({"remedies": "refund"}, "remedies: 'refund' is not a list"),
        ({"severity": "grave"}, "severity: 'grave' is not one of"),
        ({"impact": "x" * 20_001}, "impact: 20,001 characters; a field holds at most 20,000"),
        ({"remedies": [{"action": "r", "amount": {"value": 4, "currency": "EURO"}}]}, "'EURO' is not a currency"),
        ({"facts": {"a": True}}, "facts.a: True is not text"),
    ],
)
def test_one_problem(changes: dict[str, Any], told: str):
    """A rule between fields, or on one, is told in words a person can act on."""
    assert any(line.startswith(told) or told in line for line in problems(**changes))


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.txt", b"", "cannot tell the format from '.txt' (name it .toml, .yaml or .json)"),
        ("a.toml", b"id = ", "not valid TOML"),
        ("a.json", b'{"id": 1, "id": 2}', "'id' stands there twice"),
        ("a.yaml", b"a: &x 1\nb: *x\n", "an alias (line 2)"),
        ("a.yaml", b"a: 1\na: 2\n", "'a' stands there twice"),
        ("a.json", b"[]", "holds no record"),
        ("a.toml", b"\xff\xfe", "is not UTF-8 text"),
        ("a.toml", b"#" * 1_000_001, "1,000,001 bytes; a record holds at most 1,000,000"),
    ],
)
def test_an_unreadable_file(tmp_path: Path, name: str, content: bytes, told: str):
    """A file that cannot be read is told with its name and the place of the fault."""
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(amends.IncidentError) as caught:
        Incident.load(path)
    assert str(path) in str(caught.value)
    assert told in str(caught.value)


def test_a_missing_file_is_told():
    """A path without a file is told, not traced."""
    with pytest.raises(amends.IncidentError, match=r"nowhere\.toml: cannot be read: no such file"):
        Incident.load("nowhere.toml")


@pytest.mark.parametrize("value", ["49.0", 49, "49.00", 49.0, Decimal("49")])
def test_an_amount_is_one_value_however_it_is_written(value: Any):
    """49.0, "49.00" and 49 are the same amount."""
    incident = Incident.load(
        {**GOOD, "remedies": [{"action": "refund", "amount": {"value": value, "currency": "eur"}}]}
    )
    assert str(incident.remedies[0].amount) == "49 EUR"


def test_leaves_name_every_filled_field():
    """The leaves of a record carry the paths that the ledger shows."""
    incident = Incident.load({**GOOD, "facts": {"order": "448210"}, "withhold": ["facts"]})
    leaves = dict(incident.leaves())
    assert leaves["facts.order"] == "448210"
    assert incident.withheld("facts.order")
    assert not incident.withheld("company.name")


@given(
    st.dictionaries(
        st.text(max_size=12),
        st.recursive(st.none() | st.text() | st.integers() | st.floats(), st.lists, max_leaves=5),
        max_size=6,
    )
)
def test_any_dict_gives_an_incident_or_an_incident_error(record: dict[str, Any]):
    """Whatever a dict holds, the answer is a record or an IncidentError."""
    told: list[str] | None = None
    try:
        Incident.load(record)
    except amends.IncidentError as error:
        told = error.problems
    assert told is None or told


def test_rules_between_fields_are_told_together_with_the_rest():
    """A conflict between fields is told even where other fields are wrong."""
    found = problems(severity="grave", cause_status="known", withhold=["impactt"], impact="x")
    assert len(found) == 3
    assert any("(did you mean impact?)" in line for line in found)
