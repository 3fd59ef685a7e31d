"""A record that names no scenario gets the one that most of it speaks for."""

from __future__ import annotations

import re

import pytest

from amends import UsageError, files
from amends.scenario import scenario_names
from amends.suggest import suggest
from amends.text import fold_pattern

TABLES = files.read_toml(files.prompts() / "suggest.toml")


@pytest.mark.parametrize(
    ("language", "what_happened", "scenario"),
    [
        ("en", "Her card was charged twice for one order.", "billing_error"),
        ("en", "The technician did not show up for the appointment on Monday.", "missed_appointment"),
        ("zh", "系统宕机两小时，客户无法访问网站。", "outage"),
        ("pl", "Kurier dostarczył uszkodzony ekspres, który nie działa.", "defective_product"),
        ("el", "Ακυρώσαμε το μάθημα της Τρίτης.", "cancelled_service"),
        ("ar", "تم خصم المبلغ مرتين من بطاقة العميلة.", "billing_error"),
    ],
)
def test_words_decide(language: str, what_happened: str, scenario: str) -> None:
    """The words of what happened, in each language, with the reason quoting them."""
    found = suggest({"language": language, "what_happened": what_happened})
    assert found.scenario == scenario
    assert re.search(r"says “.+”", found.reason)


def test_fields_decide() -> None:
    """Questions to the recipient speak for asking them, whatever the words."""
    found = suggest({"language": "en", "what_happened": "It failed.", "questions": ["Which version?"]})
    assert found.scenario == "need_information"
    assert found.reason.startswith("has questions")


def test_nothing_decides() -> None:
    """A record that speaks for nothing is `other`, and says so."""
    assert suggest({}).scenario == "other"
    assert suggest({"what_happened": 7, "recipient": "x"}).reason.startswith("nothing")


def test_an_unknown_language_is_refused() -> None:
    """The error lists the languages there are."""
    with pytest.raises(UsageError, match="one of ar, el, en, pl, zh"):
        suggest({"language": "fr"})


def test_every_scenario_has_hints_in_every_language() -> None:
    """Only `other` has none."""
    assert set(TABLES) == set(scenario_names()) - {"other"}
    assert all(set(files.languages()) <= set(table) for table in TABLES.values())


def test_every_pattern_is_one() -> None:
    """Each compiles as it is folded, and its gaps are bounded."""
    for table in TABLES.values():
        for language in files.languages():
            for pattern in table[language]:
                re.compile(fold_pattern(pattern))
                assert not re.search(r"\.[*+]", pattern)
