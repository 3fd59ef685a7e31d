"""Metrics, figures by language and scenario, comparisons, conditions, and how they are shown."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest
from commands import ROOT
from runs import LETTER, a_case, a_report, a_run

from amends.errors import UsageError
from amends.evaluation import metrics
from amends.evaluation.compare import compare
from amends.evaluation.figures import figures, left_out
from amends.evaluation.gates import Bound, bound, judge, junit
from amends.evaluation.metrics import METRICS
from amends.evaluation.result import Used
from amends.evaluation.view import show_comparison, show_run
from amends.report import Claim, Unstated

UNDRAFTED = a_case("pl-z", problem="model 'm': could not be reached")


@pytest.mark.parametrize(
    ("name", "case", "value"),
    [
        ("drafted", a_case("a"), 1),
        ("drafted", UNDRAFTED, 0),
        ("pass_rate", a_case("a", lacking=["remorse"]), 0),
        ("pass_rate", UNDRAFTED, None),
        ("first_pass", a_case("a"), 1),
        ("first_pass", a_case("a", first=["repair"]), 0),
        ("first_pass", UNDRAFTED, None),
        ("elements", a_case("a", lacking=["remorse", "contact"]), 0.5),
        ("elements", UNDRAFTED, None),
        ("faults", a_case("a", faults=["minimizing", "verbose"]), 2),
        ("faults", UNDRAFTED, None),
        ("supported", a_case("a"), 1),
        ("supported", UNDRAFTED, None),
        ("facts_stated", a_case("a"), 1),
        ("facts_stated", UNDRAFTED, None),
        ("length", a_case("a"), 1.25),
        ("attempts", a_case("a", first=["repair"]), 2),
        ("attempts", UNDRAFTED, None),
        ("requests", UNDRAFTED, 1),
        ("input_tokens", a_case("a"), 1000),
        ("cached_tokens", a_case("a", used=Used(cached_tokens=7)), 7),
        ("output_tokens", a_case("a"), 200),
        ("cost", a_case("a"), None),
        ("cost", a_case("a", used=Used(cost=0.25)), 0.25),
        ("latency", a_case("a"), 1.5),
        ("latency", UNDRAFTED, None),
        ("similarity", a_case("a"), 100),
        ("similarity", UNDRAFTED, None),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_metric(name: str, case: object, value: float | None) -> None:
    """A metric says what it says of one case, and nothing of what it has no evidence for."""
    found = METRICS[name].value(case)  # type: ignore[arg-type]
    assert found == (None if value is None else pytest.approx(value))


def test_unsupported_claims_and_unstated_facts() -> None:
    """A claim that the record lacks and a required fact that is not stated lower their shares."""
    wrong = Claim(text="60 zł", start=0, end=5, kind="amount", value="60 PLN")
    report = a_report(unstated=[Unstated(field="when.start", value="2026-03-01"), Unstated(field="cause", value="x")])
    report = report.model_copy(update={"ledger": [*report.ledger, wrong, wrong, wrong]})
    case = a_case("a").model_copy(update={"report": report, "required_facts": ["when", "remedies[0].amount"]})
    assert METRICS["supported"].value(case) == 0.25
    assert METRICS["facts_stated"].value(case) == 0.5


def test_similarity_falls_with_other_words() -> None:
    """The likeness of another letter is lower than that of the gold letter itself."""
    other = a_case("a").model_copy(update={"letter": "我们向您道歉。" + LETTER[:20]})
    assert 0 < (METRICS["similarity"].value(other) or 0) < 60


def test_without_sacrebleu_it_is_left_out_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra there is no likeness; the figures say so, and a condition on it is an error."""
    monkeypatch.setattr(metrics, "SIMILARITY", "no_such_package")
    run = a_run([a_case("a")])
    assert "similarity" not in figures(run)[0].figures
    assert "left out: similarity (pip install 'amends[evals]')" in show_run(run)
    assert json.loads(show_run(run, "json"))["left_out"] == left_out() != {}
    with pytest.raises(UsageError, match=r"similarity: cannot be computed here \(pip install"):
        bound("similarity=50", least=True)


def test_every_metric_says_what_it_does_not_show() -> None:
    """No figure comes without what it must not be taken for."""
    assert all(metric.hides and metric.title and metric.value.__doc__ for metric in METRICS.values())
    assert all(name == metric.name for name, metric in METRICS.items())


def test_undrafted_letters_are_counted_apart() -> None:
    """A letter that could not be drafted neither lowers the pass rate nor disappears."""
    run = a_run([a_case("pl-a"), a_case("pl-b", lacking=["remorse"]), UNDRAFTED])
    group = figures(run)[0]
    assert (group.cases, group.undrafted) == (3, 1)
    assert (group.figures["pass_rate"].mean, group.figures["pass_rate"].cases) == (0.5, 2)
    assert group.figures["drafted"].mean == pytest.approx(2 / 3)
    shown = show_run(run)
    assert "3 letters, 1 not drafted" in shown
    assert "could not be reached" in shown


def test_groups_by_language_and_scenario() -> None:
    """Every language and scenario has its figures, over its own cases."""
    run = a_run([a_case("a", language="el", lacking=["remorse"]), a_case("b", scenario="outage"), a_case("c")])
    rates = {(g.kind, g.name): (g.cases, g.figures["pass_rate"].mean) for g in figures(run)}
    assert rates == {
        ("all", "all"): (3, pytest.approx(2 / 3)),
        ("language", "el"): (1, 0.0),
        ("language", "pl"): (2, 1.0),
        ("scenario", "delay"): (2, 0.5),
        ("scenario", "outage"): (1, 1.0),
    }


@pytest.mark.parametrize("format", ["text", "md", "json"])
def test_the_signature_stands_beside_the_figures(format: str) -> None:
    """No form of the figures, or of a comparison, is without its signature."""
    run = a_run([a_case("a")], model="modèle")
    for shown in (show_run(run, format), show_comparison(compare(run, run), format)):
        for said in ("modèle", "aaaa", "bbbb", "2026-11-24", "0.1.0"):
            assert said in shown


def test_markdown_and_terminals_obey_nothing_in_a_run() -> None:
    """A problem's text that holds a pipe, a tag or a control character stays text."""
    run = a_run([a_case("a"), a_case("b", problem="a|b <script> \x1b[2J")])
    assert "\x1b" not in show_run(run)
    assert r"a\|b &lt;script>" in show_run(run, "md")


def test_a_comparison_pairs_the_same_incidents() -> None:
    """Only letters of the same gold file in both runs are paired; what is not is told."""
    before = a_run([a_case("a"), a_case("b"), a_case("c"), a_case("only")])
    after = a_run([a_case("a", lacking=["prevention"]), a_case("b"), a_case("c", digest="other"), a_case("d", 1)])
    found = compare(before, after)
    assert found.pairs == 2
    assert found.notes == [
        "1 only in the first run", "1 only in the second run", "1 whose gold letter has changed",
    ]  # fmt: skip
    rate = next(d for d in found.differences if d.metric == "pass_rate")
    assert (rate.before, rate.after, rate.change, rate.pairs) == (1.0, 0.5, -0.5, 2)


def test_changes_for_better_and_worse() -> None:
    """Every letter of which other verdicts fail is named, with what was mended and broken."""
    before = a_run([a_case("a"), a_case("b", lacking=["remorse"]), a_case("c", lacking=["repair"]), a_case("d")])
    after = a_run([a_case("a", faults=["verbose"]), a_case("b"), a_case("c", lacking=["empathy"]), a_case("d")])
    changes = {c.gold: (c.better, c.worse, c.mended, c.broken) for c in compare(before, after).changes}
    assert changes == {
        "a": (False, True, [], ["verbose"]),
        "b": (True, False, ["remorse"], []),
        "c": (False, False, ["repair"], ["empathy"]),
    }


def test_repeats_of_an_incident_count_once_in_mcnemar() -> None:
    """An incident that fails three times out of three turned once, not three times."""
    before = a_run([a_case("a", r) for r in range(3)] + [a_case("b")])
    after = a_run([a_case("a", r, lacking=["remorse"]) for r in range(3)] + [a_case("b")])
    found = compare(before, after)
    assert (found.better, found.worse, found.p) == (0, 1, 1.0)


def test_a_letter_lost_is_a_regression_of_its_own() -> None:
    """A letter that is no longer drafted shows in `drafted`, and in no pass rate."""
    found = compare(a_run([a_case("a"), a_case("b")]), a_run([a_case("a"), a_case("b", problem="no answer")]))
    assert [d.metric for d in found.regressions()] == ["drafted"]
    assert "1 not drafted in the second run" in found.notes


def test_no_regression_within_the_margin() -> None:
    """A share that fell by just the margin has not fallen by more."""
    cases = [a_case(str(n)) for n in range(50)]
    found = compare(a_run(cases), a_run([a_case("0", lacking=["prevention"]), *cases[1:]]))
    assert found.regressions(0.02) == []
    assert [d.metric for d in found.regressions(0.01)] == ["pass_rate"]


def test_nothing_in_common() -> None:
    """Runs over different gold letters cannot be compared."""
    with pytest.raises(UsageError, match="have no gold letter in common"):
        compare(a_run([a_case("a")]), a_run([a_case("b")]))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("pas_rate=0.9", r"metric: 'pas_rate' is unknown \(did you mean pass_rate\?\); there are drafted, first_pass"),
        ("pass_rate", "pass_rate: '' is not a number"),
        ("pass_rate=much", "pass_rate: 'much' is not a number"),
        ("pass_rate=nan", "pass_rate: 'nan' is not a number"),
    ],
)
def test_a_bad_condition_is_told(text: str, problem: str) -> None:
    """A condition that cannot be read is an error that says what can."""
    with pytest.raises(UsageError, match=problem):
        bound(text, least=True)


@pytest.mark.parametrize(
    ("bounds", "met"),
    [
        ([Bound("pass_rate", 0.5)], True),
        ([Bound("pass_rate", 0.51)], False),
        ([Bound("faults", 0.5, least=False)], True),
        ([Bound("faults", 0.4, least=False)], False),
        ([Bound("cost", 1.0, least=False)], False),  # unknown: nothing says that it is met
    ],
    ids=["at", "under", "at most", "over", "unknown"],
)
def test_conditions(bounds: list[Bound], met: bool) -> None:
    """A condition holds at its bound, fails beyond it, and fails where there is nothing to measure it on."""
    run = a_run([a_case("a"), a_case("b", faults=["verbose"])])
    assert [v.met for v in judge(run, bounds)] == [True, met]


def test_an_undrafted_letter_fails_a_condition_unless_said_otherwise() -> None:
    """A mean over the letters that are left is not enough; how many may be missing is a condition of its own."""
    run = a_run([a_case("a"), a_case("b", problem="could not be reached")])
    assert [v.condition for v in judge(run, [Bound("pass_rate", 0.9)]) if not v.met] == ["drafted ≥ 1"]
    assert all(v.met for v in judge(run, [Bound("pass_rate", 0.9), Bound("drafted", 0.5)]))


def test_junit_can_be_parsed() -> None:
    """The XML holds a test case for each condition, a failure with the letters, and the signature."""
    before = a_run([a_case("a"), a_case("b")])
    run = a_run([a_case("a"), a_case("b", lacking=["prevention"])], model="m<&\x00")
    verdicts = judge(run, [Bound("pass_rate", 0.9)], compare(before, run), 0.02)
    suite = ElementTree.fromstring(junit(run, verdicts)).find("testsuite")
    assert suite is not None
    cases = {case.get("name"): case.find("failure") for case in suite.findall("testcase")}
    failed = {name for name, failure in cases.items() if failure is not None}
    assert failed == {"pass_rate ≥ 0.9", "pass_rate no worse than before by 0.02"}
    assert (suite.get("tests"), suite.get("failures")) == (str(len(verdicts)), "2")
    failure = cases["pass_rate ≥ 0.9"]
    assert failure is not None
    assert "b (prevention)" in (failure.text or "")
    signature = suite.find("properties/property[@name='signature']")
    assert signature is not None
    assert "m<&\ufffd" in (signature.get("value") or "")


def test_the_docs_list_every_metric() -> None:
    """docs/evals.md says of every figure what it says and what it does not show."""
    docs = (ROOT / "docs" / "evals.md").read_text("utf-8")
    for metric in METRICS.values():
        assert f"| `{metric.name}` | {metric.title} | {metric.hides} |" in docs
