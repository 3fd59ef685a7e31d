"""docs/sources.md names only carriers that exist, and leaves no example out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from amends import files
from amends.report import ELEMENTS, FAULTS, REQUIREMENTS
from amends.rubric.rules import read_rules
from amends.scenario import scenario_names

TEXT = (Path(__file__).parents[1] / "docs" / "sources.md").read_text(encoding="utf-8")
ROWS = [line.split("|")[1:4] for line in TEXT.splitlines() if line.startswith("| ") and "carried by" not in line]


def _advice() -> set[str]:
    shipped = [
        rule for code in files.languages() for rule in read_rules(files.prompts() / code / "rubric.toml", code)[0]
    ]
    return set(files.read_toml(files.prompts() / "advice.toml")) | {r.verdict for r in shipped if r.effect == "advises"}


KNOWN = {*ELEMENTS, *FAULTS, *REQUIREMENTS, *scenario_names(), *_advice(), "letter", "company.address"}


@pytest.mark.parametrize(
    ("where", "says", "carrier"), ROWS, ids=[f"{n}-{row[0].strip()}" for n, row in enumerate(ROWS)]
)
def test_a_statement_has_a_carrier_that_exists(where: str, says: str, carrier: str):
    """Each row names at least one carrier, and every id in it is one of ours."""
    assert says.strip()
    names = [n for n in re.findall(r"`([^`]+)`", carrier) if "/" not in n]
    assert (
        names
        or "example" in carrier
        or "outside:" in carrier
        or "prompt" in carrier
        or "every fault" in carrier
        or "all ten" in carrier
    )
    assert [name for name in names if name not in KNOWN] == []


def test_every_example_is_named():
    """All 34 rows of the documents' letters stand in the table."""
    named = {
        int(n) for row in ROWS for part in re.findall(r"examples? ([\d, ]+)", row[2]) for n in re.findall(r"\d+", part)
    }
    assert named == set(range(1, 35))
