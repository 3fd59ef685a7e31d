"""The pytest plugin, in a project of a user's own: each test here runs pytest on a small file."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

RECORD = """
import amends

INCIDENT = amends.Incident.load({
    "id": "t-1", "scenario": "delay", "language": "en", "company": {"name": "Pine Post"},
    "recipient": {"name": "Ms Ida Lund"}, "sender": {"name": "Omar Reyes"}, "what_happened": "A parcel came late.",
    "when": {"start": "2026-03-02"}, "impact": "She missed a birthday.", "cause": "A van broke down.",
    "contact": {"email": "help@pine.example"}, "remedies": [{"action": "refund of the postage", "status": "done"}],
    "preventions": [{"action": "a second van", "status": "done"}],
})
"""


@pytest.fixture(autouse=True)
def _named_only(monkeypatch: pytest.MonkeyPatch):
    """Load the plugin by its name, whether or not the package that is installed here offers it already."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def run(pytester: pytest.Pytester, test: str, *options: str) -> pytest.RunResult:
    pytester.makepyfile(RECORD + test)
    return pytester.runpytest_subprocess("-p", "amends.pytest_plugin", "-p", "no:cacheprovider", *options)


def test_a_failing_letter_fails_with_every_reason(pytester: pytest.Pytester):
    """assert_letter names each verdict that keeps the letter from passing."""
    result = run(pytester, "def test_it(assert_letter):\n    assert_letter('Sorry if you were upset.', INCIDENT)\n")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*the letter does not pass*", "*salutation:*", "*conditional_apology:*"])


def test_a_scripted_model_answers_in_order(pytester: pytest.Pytester):
    """A Drafter takes the scripted model; what it was asked can be looked at."""
    test = """
def test_it(scripted_model):
    model = scripted_model(["Dear Ms Lund, sorry.", "Dear Ms Lund, we are sorry."])
    with amends.Drafter(model, attempts=2) as drafter:
        draft = drafter.draft(INCIDENT)
    assert not draft.passed
    assert len(model.asked) == 2
"""
    run(pytester, test).assert_outcomes(passed=1)


NETWORK = """
import pytest
{mark}
def test_it(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    with amends.Drafter("gpt-5-mini", base_url="http://127.0.0.1:9/v1", deadline=1) as drafter:
        with pytest.raises(amends.AmendsError):
            drafter.draft(INCIDENT)
"""


@pytest.mark.parametrize(
    ("options", "mark", "outcome"),
    [
        (["--no-network-models"], "", {"failed": 1}),
        (["--no-network-models"], "@pytest.mark.allow_network_models", {"passed": 1}),
        ([], "", {"passed": 1}),
    ],
    ids=["forbidden", "allowed by its marker", "no switch"],
)
def test_network_models_can_be_forbidden(
    pytester: pytest.Pytester, options: list[str], mark: str, outcome: dict[str, int]
):
    """With the switch a test that asks a model over the network fails and says so; a marker allows it."""
    result = run(pytester, NETWORK.format(mark=mark), *options)
    result.assert_outcomes(**outcome)
    if "failed" in outcome:
        result.stdout.fnmatch_lines(["*a test asked a model over the network*"])
