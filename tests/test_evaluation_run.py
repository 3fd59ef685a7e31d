"""Drafting the gold incidents, and the pass rate over them."""

from pathlib import Path

import pytest

from amends import Drafter
from amends.errors import DataError
from amends.evaluation.run import Outcome, load_gold, pass_rate, run

GOLD = Path(__file__).parents[1] / "evals" / "gold" / "el"


def test_outcomes_in_order():
    """Every gold incident has one outcome, in the order given."""
    gold = load_gold(GOLD)[:4]
    with Drafter("offline") as drafter:
        outcomes = list(run(drafter, gold))
    assert [outcome.gold.id for outcome in outcomes] == [one.id for one in gold]


def test_not_drafted_is_not_zero():
    """A letter that could not be drafted does not pass, and does not lower the rate either."""
    gold = load_gold(GOLD)[:4]
    with Drafter("offline") as drafter:
        outcomes = list(run(drafter, gold))
    missing = Outcome(gold[0], None, "could not be reached")
    assert not missing.passed
    assert pass_rate([*outcomes, missing]) == pass_rate(outcomes)


def test_empty_folder(tmp_path):
    """A folder without gold letters is an error that names it."""
    with pytest.raises(DataError, match=r"holds no \.toml file"):
        load_gold(tmp_path)


def test_every_faulty_file_is_named(tmp_path):
    """Faulty gold letters are told all at once."""
    (tmp_path / "α.toml").write_text('letter = ""')
    (tmp_path / "b.toml").write_text('letter = ""')
    with pytest.raises(DataError) as caught:
        load_gold(tmp_path)
    assert "α.toml" in str(caught.value)
    assert "b.toml" in str(caught.value)
