"""What several test files share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fakes import ScriptedServer


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """A loopback server without a script: set server.script, then point a Drafter at server.url."""
    with ScriptedServer() as running:
        yield running


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test depends on, or pays with, the settings of the machine it runs on."""
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "AMENDS_MODEL"):
        monkeypatch.delenv(name, raising=False)
