"""pytest plugin: `assert_letter`, a scripted model, and `--no-network-models`. It loads nothing until used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from datetime import date

    from amends.incident import Incident
    from amends.report import Report
    from amends.usage import Completion, Message

ENDPOINT = "amends: a test asked a model over the network (use the fixture scripted_model, or allow_network_models)"


class ScriptedModel:
    """A model that answers from a script of texts, in order; `asked` holds the messages of every request."""

    name = "scripted"

    def __init__(self, answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked: list[list[Message]] = []

    async def write(
        self, messages: list[Message], *, max_tokens: int | None = None, incident: Incident | None = None
    ) -> Completion:
        """Return the script's next text; fails the test where the script is over."""
        from amends.usage import Completion, Usage

        self.asked.append(messages)
        if not self.answers:
            pytest.fail(f"the script is over: request {len(self.asked)} was not expected", pytrace=False)
        return Completion(self.answers.pop(0), Usage(1, 0, 0, 0))


def assert_letter(text: str, incident: Incident, *, letter_date: date | None = None) -> Report:
    """Fail the test with every reason if *text* does not pass check and ledger for *incident*; return the report.

    The failure quotes the words of the letter that are at fault: keep real letters out of public logs.
    """
    import amends

    report = amends.check(text, incident, letter_date=letter_date)
    if not report.passed:
        lines = [f"the letter does not pass ({len(report.failures)} reasons):"]
        for name, verdict in report.failures.items():
            words = "; ".join(repr(span.text) for span in verdict.spans[:3])
            lines.append(f"  {name}: {verdict.reason}" + (f" ({words})" if words else ""))
        pytest.fail("\n".join(lines), pytrace=False)
    return report


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the switch that forbids models over the network."""
    group = parser.getgroup("amends")
    group.addoption("--no-network-models", action="store_true", help="fail a test that asks a model over the network")
    parser.addini("no_network_models", "fail a test that asks a model over the network", type="bool", default=False)


def pytest_configure(config: pytest.Config) -> None:
    """Name the marker that allows them for one test."""
    config.addinivalue_line("markers", "allow_network_models: this test may ask a model over the network")


@pytest.fixture(name="assert_letter")
def _assert_letter() -> Callable[..., Report]:
    """Return `assert_letter(text, incident)`."""
    return assert_letter


@pytest.fixture
def scripted_model() -> Callable[[Sequence[str]], ScriptedModel]:
    """Return a maker of models that answer from a script: `scripted_model(["Dear …", "Dear …"])`."""
    return ScriptedModel


@pytest.fixture(autouse=True)
def _network_models(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    config = request.config
    forbidden = config.getoption("--no-network-models") or config.getini("no_network_models")
    if forbidden and request.node.get_closest_marker("allow_network_models") is None:
        from amends.model import OpenAIModel

        async def refuse(*_: Any, **__: Any) -> Any:
            pytest.fail(ENDPOINT, pytrace=False)

        monkeypatch.setattr(OpenAIModel, "write", refuse)
