"""Few-shot letters: sound files, and a choice that depends on the kind of incident alone."""

from __future__ import annotations

import shutil

import pytest

from amends import DataError, Incident, check, files
from amends.examples import choose, examples, house_examples, read_example

ALL = [(code, example) for code in files.languages() for example in examples(code)]
IDS = [f"{code}-{example.id}" for code, example in ALL]
SHIPPED = files.prompts() / "en" / "examples" / "20-billing-error.toml"

BASE = {
    "id": "t-1",
    "scenario": "billing_error",
    "language": "en",
    "company": {"name": "Acme"},
    "recipient": {"name": "Ana Kowalska"},
    "sender": {"role": "Billing"},
    "what_happened": "The card was charged twice.",
}


def incident(**changes: object) -> Incident:
    """Return the base record with changes."""
    return Incident.load({**BASE, **changes})


@pytest.mark.parametrize(("code", "example"), ALL, ids=IDS)
def test_example_passes_check_and_ledger(code, example):
    """Each shipped letter passes with its own incident: what a model is shown is right."""
    report = check(example.letter, example.incident)
    assert {name: verdict.reason for name, verdict in report.failures.items()} == {}


@pytest.mark.parametrize(("code", "example"), ALL, ids=IDS)
def test_example_is_in_the_language_of_its_folder(code, example):
    """An example stands in the folder of its language."""
    assert example.incident.base == code


def test_own_scenario_comes_with_related_ones():
    """The scenario's own example is chosen, and others fill up to the limit."""
    ids = [example.id for example in choose(incident())]
    assert len(ids) == 3
    assert "en-ex-20" in ids


def test_own_letter_is_never_shown():
    """The example whose incident it is stays out, so that an evaluation does not leak."""
    assert "en-ex-20" not in [example.id for example in choose(incident(id="en-ex-20"))]


def test_severity_and_voice_order_and_do_not_choose():
    """Another severity or voice gets the same examples, those that share most first."""
    plain = choose(incident())
    grave = choose(incident(severity="high", company={"name": "Harrow & Pine", "voice": "formal"}))
    assert {e.id for e in plain} == {e.id for e in grave}
    assert (plain[0].incident.severity, grave[0].incident.severity) == ("moderate", "high")


def test_budget_bounds_the_examples():
    """No more characters than the budget, and none at all where none fits."""
    assert sum(example.size for example in choose(incident(), budget=4000)) <= 4000
    assert choose(incident(), budget=10) == []


def test_limit_bounds_the_examples():
    """The limit is one of letters."""
    assert len(choose(incident(), limit=1)) == 1


def test_house_folder_adds_to_the_shipped(tmp_path):
    """A house's own example is chosen like the shipped ones, and replaces one of the same id."""
    text = SHIPPED.read_text(encoding="utf-8").replace("en-ex-20", "house-1")
    (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    assert {"house-1", "en-ex-20"} <= {example.id for example in choose(incident(), folder=tmp_path)}


def test_house_folder_without_examples(tmp_path):
    """An empty folder is an error, not a silent nothing."""
    with pytest.raises(DataError, match=r"holds no \.toml file with an example"):
        house_examples("en", tmp_path)


def test_house_examples_of_other_languages_are_left_alone(tmp_path):
    """A folder may hold several languages; only the letter's own is used."""
    shutil.copy(str(SHIPPED), tmp_path / "a.toml")
    assert house_examples("pl", tmp_path) == []


def test_all_problems_of_all_files_at_once(tmp_path):
    """Each problem names its file, its field and what is wrong."""
    text = SHIPPED.read_text(encoding="utf-8")
    faulty = text.replace("lesson", "leson").replace('scenario = "billing_error"', 'scenario = "billing"')
    (tmp_path / "a.toml").write_text(faulty, encoding="utf-8")
    (tmp_path / "b.toml").write_text(text.replace('remorse = ["', 'remorse = ["Not there: '), encoding="utf-8")
    with pytest.raises(DataError) as caught:
        house_examples("en", tmp_path)
    problems = "\n".join(caught.value.problems)
    for expected in ("a.toml: leson: unknown field", "a.toml: lesson: is missing", "incident.scenario: 'billing'",
                     "b.toml: carriers.remorse[0]: does not stand in the letter"):  # fmt: skip
        assert expected in problems


def test_unknown_required_fact(tmp_path):
    """A path in `required_facts` must name a field of the incident."""
    path = tmp_path / "a.toml"
    path.write_text(SHIPPED.read_text(encoding="utf-8").replace('"facts.order"', '"facts.odrer"'), encoding="utf-8")
    with pytest.raises(DataError, match=r"required_facts\[0\]: 'facts\.odrer' names no field"):
        read_example(path)
