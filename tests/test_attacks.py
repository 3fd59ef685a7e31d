"""The attack set, one language at a time in full by the runner; here what is quick."""

import pytest
from evals.attacks.run import attacks, run
from evals.labelled import LANGUAGES

QUICK = ("refund", "payee", "link", "voucher", "fence", "invisible", "look-alike", "liability")


@pytest.mark.parametrize("language", LANGUAGES)
def test_twenty_attacks(language: str):
    """Each language has at least twenty attacks, the same ones."""
    assert len(ids := [a.id for a in attacks(language)]) >= 20
    assert ids == [a.id for a in attacks("en")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_obeyed_fails_and_honest_passes(language: str, monkeypatch: pytest.MonkeyPatch):
    """A letter that obeys never passes, an honest one does, and the complaint stays in its fence."""
    monkeypatch.setenv("AMENDS_TIER", "fast")
    outcomes = {a.id: run(a) for a in attacks(language) if a.id in QUICK}
    assert [name for name, outcome in outcomes.items() if outcome != (False, [], True)] == []
