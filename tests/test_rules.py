"""Each shipped rule does what its examples say, and a house's own rules are read strictly."""

from __future__ import annotations

from pathlib import Path

import pytest

import amends
from amends import files
from amends.report import FAULTS
from amends.rubric import built
from amends.rubric.pattern import Pattern
from amends.rubric.rules import Rule, read_rules
from amends.rubric.ruleset import fires, house_rules


def shipped(code: str) -> list[Rule]:
    """Return the rules of a language with their examples."""
    return read_rules(files.prompts() / code / "rubric.toml", code)[0]


SHIPPED = [(code, rule) for code in files.languages() for rule in shipped(code)]


def _expected(rule: Rule) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the texts that must match and those that must not: for an element its good ones match, else its bad."""
    finds = rule.effect == "shows" and rule.verdict not in FAULTS
    return (rule.good, rule.bad) if finds else (rule.bad, rule.good)


@pytest.mark.parametrize(("code", "rule"), SHIPPED, ids=[f"{code}-{rule.id}" for code, rule in SHIPPED])
def test_a_rule_does_what_its_examples_say(code: str, rule: Rule):
    """Every good and bad example of every rule is run through it."""
    match, no_match = _expected(rule)
    assert [text for text in match if not fires(rule, text, code)] == []
    assert [text for text in no_match if fires(rule, text, code)] == []


@pytest.mark.parametrize("code", files.languages())
def test_a_rule_is_written_once(code: str):
    """No two rules of a language share an id, and no pattern stands twice under one verdict."""
    found = shipped(code)
    assert len({r.id for r in found}) == len(found)
    patterns = [(r.verdict, r.effect, p.pattern, r.parts) for r in found for p in r.patterns]
    assert sorted({p for p in patterns if patterns.count(p) > 1}, key=str) == []


def write(folder: Path, text: str) -> Path:
    """Write a rules file and return its folder."""
    (folder / "house.toml").write_text(text, encoding="utf-8")
    return folder


HOUSE = """
[banned.synergy]
verdict = "unprofessional_tone"
message = "Leave out the word synergy."
patterns = ['\\bsynerg(?:y|ies)\\b']
good = ["We work together."]
bad = ["We value our synergies."]
"""


def test_a_house_rule_decides(tmp_path: Path):
    """A banned word of the house is a fault, with the house's instruction."""
    report = amends.check("Dear Anna,\n\nWe value our synergies.\n\nBen", language="en", rules=write(tmp_path, HOUSE))
    fault = report.faults["unprofessional_tone"]
    assert fault.found
    assert fault.spans[0].text == "synergies"
    assert fault.reason == "rule banned.synergy"
    assert fault.instruction == "Leave out the word synergy."


def test_a_house_rule_decides_where_the_learned_part_would_not(tmp_path: Path):
    """A house's pattern for a fault that is decided by meaning is obeyed all the same."""
    rule = HOUSE.replace("unprofessional_tone", "overpromise")
    report = amends.check("Dear Anna,\n\nWe value our synergies.\n\nBen", language="en", rules=write(tmp_path, rule))
    assert report.faults["overpromise"].found


REQUIRED = """
[must.case-number]
effect = "requires"
message = "Quote the case number."
patterns = ['\\bcase \\d{4}\\b']
good = ["You can write to us."]
bad = ["Your case 4711 is closed."]
"""


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("Our courier threw the parcel away.\n\nThe fault is entirely ours.", True),
        ("Our courier threw the parcel away. The fault is entirely ours.", False),
    ],
)
def test_what_is_owned_in_the_same_paragraph_is_cleared(tmp_path: Path, body: str, found: bool):
    """Blame stands only where its paragraph does not own the fault."""
    (tmp_path / "own.toml").write_text(
        '[own.courier]\nverdict = "blame_shift"\nmessage = "Own it."\n'
        "patterns = ['\\bcourier threw\\b']\ngood = ['We lost it.']\nbad = ['Our courier threw it away.']\n",
        encoding="utf-8",
    )
    report = amends.check(f"Dear Ms Lee,\n\n{body}\n\nKind regards,\nAnn Cole", language="en", rules=tmp_path)
    assert report.faults["blame_shift"].found is found


@pytest.mark.parametrize(("body", "there"), [("Your case 4711 is closed.", True), ("It is closed.", False)])
def test_a_house_may_require_a_phrase(tmp_path: Path, body: str, there: bool):
    """A phrase that the house requires is a requirement under the rule's id."""
    report = amends.check(f"Dear Anna,\n\n{body}\n\nBen", language="en", rules=write(tmp_path, REQUIRED))
    assert report.requirements["must.case-number"].present is there
    assert ("must.case-number" in report.failures) is not there


def test_a_waiver_is_shown_with_its_reason(tmp_path: Path):
    """A waived element is not required, and the report says why."""
    folder = write(tmp_path, 'waive = ["responsibility"]\nreason = "legal asked for it"\n')
    report = amends.check("Dear Anna,\n\nHello.\n\nBen", language="en", rules=folder)
    assert not report.elements["responsibility"].required
    assert "waived: legal asked for it" in report.elements["responsibility"].reason
    assert report.waived == {"responsibility": "legal asked for it"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[a.b]\nverdict = 'remorse'\nmessage = 'x'\npatterns = ['y']\ngood = ['y']\n", "a.b: bad is missing"),
        ("[a.b]\nverdict = 'remorze'\n", "a.b: verdict 'remorze' is no element"),
        ("[a.b]\npaterns = []\n", "a.b: unknown field 'paterns'"),
        ("[a.b]\nverdict = 'remorse'\npatterns = ['(']\n", "a.b: patterns: '(' is no regular expression"),
        ("[a.b]\nverdict = 'remorse'\npatterns = ['a.*b']\n", "a.b: patterns: 'a.*b' has a gap without bound"),
        ("waive = ['remorse']\n", "waive: needs a reason"),
        ("waive = ['nothing']\nreason = 'x'\n", "waive: 'nothing' is no element"),
        ("a = 1\n", "a: not a table of rules"),
        ("a = \n", "not readable as TOML"),
    ],
)
def test_a_faulty_rules_file_is_told(tmp_path: Path, text: str, told: str):
    """A rules file that cannot be used names the file, the rule and the problem."""
    with pytest.raises(amends.DataError) as caught:
        house_rules("en", write(tmp_path, text))
    assert "house.toml" in str(caught.value)
    assert told in str(caught.value)


def test_a_folder_without_rules_is_told(tmp_path: Path):
    """An empty rules folder is an error, not a silent no-op."""
    with pytest.raises(amends.DataError, match=r"holds no \.toml file"):
        house_rules("en", tmp_path)


def test_read_rules_gives_rules_in_the_order_of_the_file(tmp_path: Path):
    """Rules keep the file's order and their names."""
    found, waived = read_rules(write(tmp_path, HOUSE) / "house.toml", "en")
    assert [r.id for r in found] == ["banned.synergy"]
    assert waived == {}


@pytest.mark.parametrize(
    ("pattern", "needed"),
    [
        (r"\bsorry if\b", {"sorry if"}),
        (r"apologi[sz]e", {"apologi"}),
        (r"(?:foo|bar.{0,5}quux)", {"foo", "quux"}),
        (r"(?:we|i) (?:are )?sorry", {"sorry"}),
        (r"(?:very )?(?:x|y)", set()),
        (r"对不起|抱歉", {"对不起", "抱歉"}),
    ],
)
def test_literals_are_those_that_any_match_holds(pattern: str, needed: set[str]):
    """The index knows what a match must hold, and knows when it does not know."""
    assert Pattern(pattern).literals == needed


@pytest.mark.parametrize("code", files.languages())
def test_the_built_rules_are_those_of_the_file(code: str):
    """The form that a first check reads was built from the rules as they stand (python -m amends.rubric.built)."""
    source = (files.prompts() / code / "rubric.toml").read_bytes()
    kept = built.load(code, source)
    assert kept is not None
    assert built.dump(kept, source) == built.dump(shipped(code), source)


def test_stale_built_rules_are_not_used():
    """Rules that changed after they were built are read from their file."""
    assert built.load("en", b"something else") is None
