"""What a model sees of people with --redact: nothing that the record declares."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from batches import letters
from commands import run
from fakes import ScriptedModel, ScriptedServer, completion
from hypothesis import given
from hypothesis import strategies as st

from amends import Incident
from amends.batch.redact import Redacting, redacted, restored

RECORD = {
    "id": "T-1", "scenario": "delay", "language": "pl",
    "what_happened": "Paczka pani Anny przyszła za późno; prosiła o telefon pod +48 600 700 800 lub anna@b.example.",
    "impact": "Konto 12345678901 zostało obciążone.", "company": {"name": "Poczta Fernhill"},
    "recipient": {"name": "Anna Ślązak", "address_as": "Szanowna Pani Anno"}, "sender": {"name": "Jan Wilk"},
    "contact": {"email": "pomoc@fernhill.example"}, "facts": {"order": "A-77"},
    "remedies": [{"action": "zwrot opłaty za dostawę", "status": "done"}],
}  # fmt: skip
SECRET = ("Anna Ślązak", "Pani Anno", "Jan Wilk", "pomoc@", "anna@", "600 700", "12345678901", "A-77")


def test_nothing_declared_leaves(tmp_path: Path, server: ScriptedServer) -> None:
    """No declared value, address, phone or account number is in what is sent; the letter has them all."""
    (tmp_path / "in.jsonl").write_text(json.dumps(RECORD, ensure_ascii=False), encoding="utf-8")
    answer = "Temat: ⟦facts.order⟧\n\nDroga Anno,\n\nPrzepraszamy. Konto ⟦7⟧.\n\nZ poważaniem\n⟦sender.name⟧"
    server.script = [completion(answer)] * 3
    out = tmp_path / "out.jsonl"
    ran = run("batch", tmp_path / "in.jsonl", "-o", out, "-m", "scripted", "--base-url", server.url, "--redact")
    assert server.requests, ran.err
    for request in server.requests:
        sent = request.body["messages"][-1]["content"]
        assert not [secret for secret in SECRET if secret in sent]
    letter = next(letters(out))["letter"]
    assert "A-77" in letter.splitlines()[0]
    assert "Jan Wilk" in letter
    assert "Szanowna Pani Anno" in letter


def test_the_opening_is_written_here() -> None:
    """Whatever the model greets with, the letter opens as the record says."""
    incident = Incident.load(RECORD)
    model = Redacting(ScriptedModel(["Temat: X\n\nDroga ⟦recipient.name⟧,\n\nPrzepraszamy.\n\nZ poważaniem\nJan"]))
    text = asyncio.run(model.write([{"role": "user", "content": "?"}], incident=incident)).text
    assert "Szanowna Pani Anno" in text
    assert "Droga" not in text


@given(st.text(alphabet="ab 1234567890@.-+", max_size=80))
def test_what_goes_out_comes_back(text: str) -> None:
    """Putting everything back gives the text as it was."""
    values = {"ab": "⟦facts.x⟧"}
    assert restored(redacted(text, values), values) == text


def test_dates_stay() -> None:
    """Dates are no numbers of anybody's."""
    assert redacted("On 2026-03-03, after 14 days.", {}) == "On 2026-03-03, after 14 days."
