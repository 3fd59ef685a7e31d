"""The gold letters: each is what it says it is, and passes the check with its own record."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from amends import check, files
from amends.examples import read_example
from amends.scenario import scenario_names

FOLDER = Path(__file__).parents[1] / "evals" / "gold"
LETTERS = sorted(FOLDER.glob("*/*.toml"))
# A fixed day, for "yesterday" counts from it.
LETTER_DATE = date(2026, 11, 24)


@pytest.mark.parametrize("path", LETTERS, ids=[f"{path.parent.name}-{path.stem}" for path in LETTERS])
def test_gold_letter_passes_check_and_ledger(path):
    """Each gold letter passes with its own incident, in the language of its folder; carriers stand in it verbatim."""
    gold = read_example(path)  # which refuses a carrier that does not stand in the letter
    assert gold.incident.base == path.parent.name
    assert gold.incident.scenario == path.stem
    assert gold.carriers
    report = check(gold.letter, gold.incident, letter_date=LETTER_DATE)
    assert {name: verdict.reason for name, verdict in report.failures.items()} == {}


@pytest.mark.parametrize("code", files.languages())
def test_every_scenario_has_its_gold_letter(code):
    """Each language has one gold letter a scenario: a folder that is missing or thin fails, and is never skipped."""
    assert {path.stem for path in (FOLDER / code).glob("*.toml")} == set(scenario_names())


def test_gold_folders_are_languages():
    """No letter lies where no language looks for it."""
    assert {path.parent.name for path in LETTERS} <= set(files.languages())
