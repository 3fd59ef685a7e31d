"""The model behind a wire: what is sent, what is asked again, and what each failure says."""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
import time
from typing import Any

import fakes
import httpx
import httpx2
import openai
import pytest
import respx
from fakes import HANG, HTML, NO_CHOICES, QUOTA, RESET, Reply, ScriptedServer, as_json, completion, cut, failure
from hypothesis import given, settings
from hypothesis import strategies as st

from amends.errors import ModelError, UsageError
from amends.model import OpenAIModel, Settings, resolve
from amends.usage import Completion, Message

ASK: list[Message] = [{"role": "system", "content": "Write."}, {"role": "user", "content": "Η επιστολή, 信"}]
GOOD = completion("Subject: Order 7\n\nDear Anna,", prompt=900, cached=512, output=40)


def model(server: ScriptedServer, *script: Reply, **settings: Any) -> OpenAIModel:
    server.script = list(script)
    return OpenAIModel(Settings("scripted", server.url, "sk-secret", **{"timeout": 5.0, "deadline": 20.0, **settings}))


def write(asked: OpenAIModel, **options: Any) -> Completion:
    async def once() -> Completion:
        try:
            return await asked.write(ASK, **options)
        finally:
            await asked.aclose()

    return asyncio.run(once())


def refusal(asked: OpenAIModel) -> ModelError:
    with pytest.raises(ModelError) as caught:
        write(asked)
    return caught.value


def test_an_answer(server: ScriptedServer) -> None:
    """A completion carries the text, the tokens as the server counted them, and the one request made."""
    answer = write(model(server, GOOD))
    assert answer.text == "Subject: Order 7\n\nDear Anna,"
    usage = answer.usage
    assert (usage.requests, usage.input_tokens, usage.cached_tokens, usage.output_tokens) == (1, 900, 512, 40)
    assert (answer.outcome, answer.finish_reason) == ("letter", "stop")


def test_few_parameters(server: ScriptedServer) -> None:
    """Only the model and the messages are sent: reasoning models refuse parameters that they do not know."""
    write(model(server, GOOD))
    assert server.requests[0].body == {"model": "scripted", "messages": ASK}


def test_what_the_user_sets_is_sent(server: ScriptedServer) -> None:
    """Temperature and the output's bound go along where they are set, the bound under the name local servers know."""
    write(model(server, GOOD, temperature=0.2), max_tokens=700)
    body = server.requests[0].body
    assert (body["temperature"], body["max_tokens"]) == (0.2, 700)
    assert "max_completion_tokens" not in body


@respx.mock
def test_the_bound_on_openais_host() -> None:
    """OpenAI's own host gets max_completion_tokens; a blocking client of the caller's does the asking."""
    route = respx.post("https://api.openai.com/v1/chat/completions").respond(json=json.loads(GOOD.body))
    client = openai.OpenAI(api_key="sk-secret", http_client=httpx.Client())  # type: ignore[arg-type]
    assert write(OpenAIModel(Settings("gpt-5-mini", client=client)), max_tokens=700).outcome == "letter"
    body = json.loads(route.calls.last.request.content)
    assert body["max_completion_tokens"] == 700
    assert "max_tokens" not in body


def test_a_client_of_the_callers(server: ScriptedServer) -> None:
    """An AsyncOpenAI is used as it is, but for its retries: they would multiply ours."""
    server.script = [failure(500), failure(500), GOOD]
    client = openai.AsyncOpenAI(base_url=server.url, api_key="sk-other", max_retries=5)
    answer = write(OpenAIModel(Settings("scripted", client=client, tries=3)))
    assert answer.usage.requests == len(server.requests) == 3
    assert server.requests[0].headers["authorization"] == "Bearer sk-other"


PASSING = {
    "408": failure(408),
    "409": failure(409),
    "429": failure(429),
    "503": failure(503),
    "hang": HANG,
    "reset": RESET,
    "truncated JSON": cut(GOOD),
    "body cut off": GOOD._replace(act="cut"),
    "HTML with 200": HTML,
    "choices missing": NO_CHOICES,
    "choices empty": as_json({"choices": []}),
    "error with 200": as_json({"error": {"message": "overloaded", "code": 503}}),
    "nothing": as_json(None),
    "too deep": Reply(b"[" * 100_000),
}


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING.keys())
def test_a_fault_that_passes(server: ScriptedServer, fault: Reply) -> None:
    """A fault that may pass is asked again, once each time: two requests for one answer."""
    assert write(model(server, fault, GOOD, timeout=0.5)).usage.requests == 2
    assert len(server.requests) == 2


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING.keys())
def test_a_fault_that_stays(server: ScriptedServer, fault: Reply) -> None:
    """A fault that stays ends after the stated number of requests, in one line that names host, count and way out."""
    error = refusal(model(server, fault, fault, GOOD, timeout=0.4, tries=2))
    assert len(server.requests) == error.requests == 2
    assert str(error).startswith("model 'scripted' at 127.0.0.1: ")
    assert "(2 requests in " in str(error)
    assert "\n" not in str(error)


LASTING = {
    "400": (failure(400, "context_length_exceeded"), "context_length_exceeded"),
    "401": (failure(401, "invalid_api_key"), "set OPENAI_API_KEY"),
    "402": (failure(402), "top it up"),
    "403": (failure(403), "may use this model"),
    "404": (failure(404, "model_not_found"), "check the model's name and the base URL"),
    "422": (failure(422), "refused (422)"),
    "spent quota": (QUOTA, "quota is spent (insufficient_quota): top it up"),
    "401 inside 200": (as_json({"error": {"message": "no", "code": 401}}), "the key was refused (401)"),
    "quota inside 200": (as_json({"error": {"message": "no", "code": "insufficient_quota"}}), "quota is spent"),
}


@pytest.mark.parametrize(("fault", "says"), LASTING.values(), ids=LASTING.keys())
def test_a_fault_that_lasts(server: ScriptedServer, fault: Reply, says: str) -> None:
    """What asking again cannot mend is asked once; the line says what to do, without key or server's message."""
    error = refusal(model(server, fault, GOOD))
    assert len(server.requests) == 1
    assert says in str(error)
    assert "sk-secret" not in str(error)
    assert error.__cause__ is None


def test_nobody_listens() -> None:
    """A refused connection says to check the base URL."""
    error = refusal(OpenAIModel(Settings("m", "http://127.0.0.1:9/v1", tries=2)))
    assert "cannot be reached (2 requests in" in str(error)
    assert "check the base URL" in str(error)


@pytest.mark.parametrize("headers", [{"retry_after": "1"}, {"retry_after_ms": "1000"}])
def test_retry_after_is_obeyed(server: ScriptedServer, headers: dict[str, str]) -> None:
    """A server that asks for a second gets a second, and little more."""
    write(model(server, failure(429, None, **headers), GOOD))
    assert 1.0 <= server.requests[1].at - server.requests[0].at < 1.6


def test_two_failures_then_a_letter(server: ScriptedServer) -> None:
    """500 twice, then a letter: three requests, all counted."""
    assert write(model(server, failure(500), failure(500), GOOD)).usage.requests == len(server.requests) == 3


def test_a_wait_beyond_the_deadline(server: ScriptedServer) -> None:
    """A server that asks for more time than there is is not waited for."""
    start = time.monotonic()
    error = refusal(model(server, failure(429, None, retry_after="60"), GOOD))
    assert time.monotonic() - start < 5
    assert len(server.requests) == 1
    assert "too many requests (429)" in str(error)


def test_the_deadline_is_for_all_tries(server: ScriptedServer) -> None:
    """Without a bound on tries, the deadline ends them."""
    start = time.monotonic()
    refusal(model(server, *[HANG] * 50, timeout=0.3, deadline=1.2, tries=None))
    assert time.monotonic() - start < 2.5
    assert 1 < len(server.requests) < 6


def test_a_body_that_drips(server: ScriptedServer) -> None:
    """A body that comes byte by byte does not outlast the time-out."""
    start = time.monotonic()
    error = refusal(model(server, GOOD._replace(act="drip"), timeout=0.5, tries=1))
    assert time.monotonic() - start < 3
    assert "no answer within 0.5 s: raise the time-out" in str(error)


OUTCOMES = {
    "empty": (completion(" \n"), "empty"),
    "no text": (completion(None), "empty"),
    "cut": (completion("Dear An", finish="length"), "cut"),
    "reasoned away": (completion("", finish="length"), "cut"),
    "refused": (completion(None, refusal="I cannot do that"), "refused"),
    "filtered": (completion("Dear", finish="content_filter"), "filtered"),
    "only thoughts": (completion("<think>A letter, so"), "empty"),
    "no reason given": (completion("Dear Anna,", finish=None), "letter"),
}


@pytest.mark.parametrize(("reply", "outcome"), OUTCOMES.values(), ids=OUTCOMES.keys())
def test_what_is_no_letter(server: ScriptedServer, reply: Reply, outcome: str) -> None:
    """An empty, cut, refused or filtered answer is an outcome of its own, and is not asked again here."""
    assert write(model(server, reply)).outcome == outcome
    assert len(server.requests) == 1


def test_thoughts_are_no_letter(server: ScriptedServer) -> None:
    """What a reasoning model thinks aloud before its letter is left out."""
    assert write(model(server, completion("<think>\nWho is Anna?\n</think>\n\nDear Anna,"))).text == "Dear Anna,"


def test_lone_surrogates(server: ScriptedServer) -> None:
    """Half a character, which JSON can hold, neither fails to be sent nor comes back."""
    asked = model(server, completion("Dear \ud83d Anna"))
    answer = asyncio.run(asked.write([{"role": "user", "content": "a \ud83d b"}]))
    assert server.requests[0].body["messages"][0]["content"] == "a ? b"
    assert answer.text == "Dear \ufffd Anna"


def test_a_server_that_counts_nothing(server: ScriptedServer) -> None:
    """Without the server's count, tokens are estimated, so that budgets hold."""
    reply = as_json({"choices": [{"message": {"content": "x" * 400}, "finish_reason": "stop"}]})
    usage = write(model(server, reply)).usage
    assert usage.output_tokens == 100
    assert usage.input_tokens > 0


def test_two_event_loops(server: ScriptedServer) -> None:
    """One model serves one event loop after another: connections are not carried over."""
    asked = model(server, GOOD, GOOD)
    assert [asyncio.run(asked.write(ASK)).outcome for _ in range(2)] == ["letter", "letter"]


KEYS = [
    "choices", "message", "content", "usage", "error", "code", "finish_reason", "refusal", "prompt_tokens",
    "prompt_tokens_details", "completion_tokens",
]  # fmt: skip
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(json_values)
def test_any_json(value: Any) -> None:
    """Whatever JSON a server sends with 200, the outcome is a completion or a ModelError."""
    transport = httpx2.MockTransport(lambda request: httpx2.Response(200, json=value))
    client = openai.AsyncOpenAI(
        base_url="http://example.invalid/v1", api_key="k", http_client=httpx2.AsyncClient(transport=transport)
    )
    with contextlib.suppress(ModelError):
        assert isinstance(asyncio.run(OpenAIModel(Settings("m", client=client, tries=1)).write(ASK)), Completion)


def test_offline_by_default() -> None:
    """Without model and base URL the offline writer writes; a key alone calls nobody."""
    assert resolve(None, api_key="sk-secret").name == "offline"


def test_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment names model, base URL and key; arguments win."""
    monkeypatch.setenv("AMENDS_MODEL", "from-environment")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://environment.example/v1")
    monkeypatch.setenv("OPENAI_API_KEY", " sk-environment\n")
    found, given_ = resolve(None), resolve("named", "http://argument.example/v1", "sk-argument")
    assert isinstance(found, OpenAIModel)
    assert isinstance(given_, OpenAIModel)
    assert (found.name, found.host, found.settings.api_key) == (
        "from-environment", "environment.example", "sk-environment",
    )  # fmt: skip
    assert (given_.name, given_.host, given_.settings.api_key) == ("named", "argument.example", "sk-argument")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"base_url": "http://127.0.0.1:1/v1"}, "model: a base URL is given but no model"),
        ({"model": "gpt-5"}, "needs a key"),
        ({"model": "m", "base_url": "localhost:8080"}, "base url: 'localhost:8080' is no web address"),
        ({"model": "m", "base_url": "http://[::1/v1"}, "is no web address"),
        ({"model": "m", "base_url": "http://h:99999/v1"}, "is no web address"),
        ({"model": "m", "base_url": "http://h/v1", "api_key": "sk-\nsecret"}, "api key: holds a character"),
    ],
)
def test_settings_that_cannot_work(arguments: dict[str, str], says: str) -> None:
    """Settings that cannot work are refused before any request, without the key."""
    with pytest.raises(UsageError) as caught:
        resolve(**{"model": None, **arguments})
    assert says in str(caught.value)
    assert "secret" not in str(caught.value)


def test_no_client_is_loaded_before_it_is_needed() -> None:
    """Importing the model, and making the offline one, loads neither openai nor an HTTP client."""
    code = (
        "import sys, amends.drafting; amends.drafting.Drafter()\n"
        "print([m for m in ('openai', 'httpx', 'httpx2', 'tenacity', 'genai_prices') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[]\n"


def test_the_fake_counts() -> None:
    """The scripted server says so when more is asked than its script holds."""
    with fakes.ScriptedServer() as idle:
        assert "418, script_is_over" in str(refusal(model(idle)))
