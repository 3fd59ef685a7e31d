"""The records that `amends new` prints."""

from __future__ import annotations

import tomllib

import pytest

from amends import Incident, UsageError, files
from amends.new import new_record
from amends.offline import compose
from amends.scenario import scenario_names

LANGUAGES = [code for code in files.languages() if (files.prompts() / code / "new.toml").is_file()]
CASES = [(code, name) for code in LANGUAGES for name in scenario_names()]


@pytest.mark.parametrize(("code", "name"), CASES, ids=[f"{code}-{name}" for code, name in CASES])
def test_new_record_loads_as_it_is(code, name):
    """The record of every scenario and language loads without a change."""
    incident = Incident.load(tomllib.loads(new_record(name, code)))
    assert (incident.scenario, incident.base) == (name, code)


@pytest.mark.parametrize("name", scenario_names())
def test_new_record_can_be_drafted(name):
    """A record as printed holds enough for a letter."""
    assert compose(Incident.load(tomllib.loads(new_record(name, "en")))).startswith("Subject: ")


def test_new_record_says_what_each_field_is_for():
    """A comment in the record's language stands above the fields."""
    assert "# What it meant for the recipient.\nimpact = " in new_record("delay", "en")


def test_new_record_keeps_the_region():
    """The language is written as it was asked for, with its region."""
    assert 'language = "en-GB"' in new_record("delay", "en-GB")


def test_new_record_of_unknown_scenario():
    """An unknown scenario is refused with the nearest known name."""
    with pytest.raises(UsageError, match=r"'outtage' is not one \(did you mean outage\?\)"):
        new_record("outtage")
