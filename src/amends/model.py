"""The models that write letters: any OpenAI-compatible endpoint, and the built-in offline writer."""

from __future__ import annotations

import asyncio
import copy
import json
import logging
import os
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

from amends import answers, wire
from amends.errors import ModelError, UsageError, shown
from amends.gate import Gate, OpenGate, Turn
from amends.incident import Incident
from amends.prices import OPENAI_URL
from amends.usage import OFFLINE, Completion, Message, Model, Outcome, Usage, estimated_input

__all__ = [
    "MODELS", "OFFLINE", "Completion", "Message", "Model", "OpenAIModel", "Outcome", "Settings", "Usage", "resolve",
]  # fmt: skip

OPENAI_HOST = "api.openai.com"  # and us.api.openai.com, eu.api.openai.com
TRIES = 4  # requests for one answer
TIMEOUT = 180.0  # seconds a request may take: a small local model needs 22 s for our prompt alone
DEADLINE = 600.0  # seconds that one answer may take, waits between tries included
_CONNECT = 10.0  # seconds until a host that says nothing at all is given up
_WAIT = 20.0  # seconds between two tries at most, where the server asks for no longer one

_log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True)
class Settings:
    """How to reach a model. Times in seconds; `tries` bounds the requests for one answer, None sets no bound."""

    model: str
    base_url: str | None = None
    api_key: str | None = None
    client: Any = None  # openai.AsyncOpenAI or openai.OpenAI
    temperature: float | None = None
    timeout: float = TIMEOUT
    deadline: float = DEADLINE
    tries: int | None = TRIES


def resolve(model: str | Model | None, base_url: str | None = None, api_key: str | None = None, **rest: Any) -> Model:
    """Return the model to write with: the arguments, else AMENDS_MODEL and OPENAI_BASE_URL, else the offline writer.

    *rest* are further fields of Settings. Raises UsageError for a base URL or client without a model, a base URL
    that is none, and OpenAI's host without a key.
    """
    if model is not None and not isinstance(model, str):
        return model
    base_url = base_url or _environment("OPENAI_BASE_URL")
    name = (model or "").strip() or _environment("AMENDS_MODEL") or OFFLINE
    if name == OFFLINE and not model:
        for value, what in ((base_url, "a base URL"), (rest.get("client"), "a client")):
            if value is not None:
                raise UsageError(f"model: {what} is given but no model (name one, or set AMENDS_MODEL)")
    backend = MODELS.get(name, OpenAIModel)
    return backend(Settings(name, base_url, api_key or _environment("OPENAI_API_KEY"), **rest))


def _environment(name: str) -> str | None:
    return os.environ.get(name, "").strip() or None


class OpenAIModel:
    """A model behind chat completions at any base URL, asked again where the network or the server fails.

    Tried again: connection faults, time-outs, 408, 409, 429 (but a spent quota), 5xx, and answers that cannot be
    read. Waits as long as Retry-After says, else a random time that grows; never beyond `tries` and `deadline`.
    """

    def __init__(self, settings: Settings) -> None:
        self.name = settings.model
        self.settings = settings
        self.base_url = str(settings.client.base_url) if settings.client is not None else settings.base_url
        self.host = _host(self.base_url or OPENAI_URL)
        key = settings.api_key or ""
        if settings.client is None and self.host.endswith(OPENAI_HOST) and not key:
            raise UsageError(
                f"model: {self.name!r} at {OPENAI_HOST} needs a key (set OPENAI_API_KEY, or OPENAI_BASE_URL for "
                "another server, or use the model 'offline')"
            )
        if not (key.isascii() and key.isprintable()):
            raise UsageError("api key: holds a character that no key has (copy it again)")
        self.place = f"model {self.name!r} at {self.host}"
        self.gate: Gate = OpenGate()
        # A client's connections belong to the event loop that opened them.
        self._clients: dict[asyncio.AbstractEventLoop, Any] = {}

    def behind(self, gate: Gate) -> Self:
        """Return the same model, its connections shared, with every request going through *gate*."""
        same = copy.copy(self)
        same.gate = gate
        return same

    async def write(
        self, messages: list[Message], *, max_tokens: int | None = None, incident: Incident | None = None
    ) -> Completion:
        """Return the model's answer, all its requests counted. Raises ModelError with what to do when there is none."""
        settings, loop = self.settings, asyncio.get_running_loop()
        body = self.body(messages, max_tokens)
        # The wait for a place in the queue is no fault of the network's: the deadline counts from the first request.
        turn: Turn | None = await self.gate.enter(messages, max_tokens)
        start, tries = loop.time(), 0

        async def ask() -> Completion:
            nonlocal tries, turn
            current, turn = turn or await self.gate.enter(messages, max_tokens), None
            tries += 1
            left = settings.deadline - (loop.time() - start)
            try:
                # The client's own time-out is one of silence: a body that drips in would outlast it.
                async with asyncio.timeout(min(settings.timeout, left)):
                    response = await self.use(partial(_post, body))
                completion = answers.read(json.loads(response.content), estimated_input(messages))
            except BaseException as error:
                failed = getattr(error, "response", None)
                current.failed(*((None, {}) if failed is None else (failed.status_code, failed.headers)))
                raise
            current.answered(response.headers, completion.usage)
            return completion

        completion = await self.persistently(ask)
        return completion._replace(usage=replace(completion.usage, requests=tries))

    async def persistently(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Return what *ask* gives, asked again where the network or the server fails. Raises ModelError."""
        import tenacity

        settings, loop = self.settings, asyncio.get_running_loop()
        start, tries = loop.time(), 0

        async def counted() -> T:
            nonlocal tries
            tries += 1
            return await ask()

        stop: Any = tenacity.stop_before_delay(settings.deadline)
        if settings.tries is not None:
            stop |= tenacity.stop_after_attempt(settings.tries)
        failures = _failures()
        retrying = tenacity.AsyncRetrying(
            retry=tenacity.retry_if_exception(lambda error: isinstance(error, failures) and self._fault(error).passes),
            wait=_wait(tenacity.wait_random_exponential(multiplier=0.5, max=_WAIT)),
            stop=stop,
            before_sleep=self._tell,
            reraise=True,
        )
        try:
            answer: T = await retrying(counted)
        except failures as error:
            fault = self._fault(error)
            spent = f" ({tries} requests in {loop.time() - start:.0f} s)" if tries > 1 else ""
            # The cause holds the request, with the key and the letter in it.
            raise ModelError(f"{self.place}: {fault.what}{spent}: {fault.way_out}", requests=tries) from None
        return answer

    async def use(self, call: Callable[[Any], Any]) -> Any:
        """Return what *call* gives with the client of this event loop; a blocking client waits in a thread."""
        import openai

        client = self._client()
        return await (asyncio.to_thread(call, client) if isinstance(client, openai.OpenAI) else call(client))

    async def aclose(self) -> None:
        """Close the connections that this event loop opened."""
        client = self._clients.pop(asyncio.get_running_loop(), None)
        if client is not None and self.settings.client is None:
            await client.close()

    def body(self, messages: list[Message], max_tokens: int | None) -> dict[str, Any]:
        """Return the request, with few parameters: reasoning models refuse what they do not know."""
        body: dict[str, Any] = {
            "model": self.name,
            # A lone surrogate, which JSON records can hold, cannot be sent.
            "messages": [{**m, "content": m["content"].encode("utf-8", "replace").decode()} for m in messages],
        }
        if max_tokens is not None:
            # OpenAI's newer models refuse max_tokens; llama_cpp.server silently ignores the newer name.
            body["max_completion_tokens" if self.host.endswith(OPENAI_HOST) else "max_tokens"] = max_tokens
        if self.settings.temperature is not None:
            body["temperature"] = self.settings.temperature
        return body

    def _client(self) -> Any:
        """Return the client of this event loop: the caller's, or our own, made on first use."""
        import openai

        loop, settings = asyncio.get_running_loop(), self.settings
        if loop not in self._clients:
            for closed in [other for other in self._clients if other.is_closed()]:
                del self._clients[closed]
            timeout = openai.Timeout(settings.timeout, connect=min(_CONNECT, settings.timeout))
            # The SDK's own retries would multiply ours.
            self._clients[loop] = (
                settings.client.with_options(max_retries=0, timeout=timeout)
                if settings.client is not None
                else openai.AsyncOpenAI(
                    api_key=settings.api_key or "none",
                    base_url=self.base_url or OPENAI_URL,
                    max_retries=0,
                    timeout=timeout,
                )
            )
        return self._clients[loop]

    def _fault(self, error: BaseException) -> wire.Fault:
        """Return what *error*, one of _failures(), stands for."""
        import openai

        match error:
            case openai.APITimeoutError() | TimeoutError():
                return wire.late(self.settings.timeout)
            case openai.APIConnectionError():
                return wire.UNREACHABLE
            case openai.APIStatusError():
                return wire.of_status(error.status_code, error.code or error.type or "")
            case answers.Unreadable():
                return wire.of_code(error.code)
            case _:
                return wire.UNREADABLE

    def _tell(self, state: Any) -> None:
        fault = self._fault(state.outcome.exception())
        _log.info("%s: %s; asking again in %.1f s", self.host, fault.what, state.upcoming_sleep)


def _post(body: dict[str, Any], client: Any) -> Any:
    """Return the response to *body*, unparsed: the SDK's walk over its types is a quarter of a request's CPU."""
    import httpx2

    return client.post("/chat/completions", cast_to=httpx2.Response, body=body)


def _failures() -> tuple[type[Exception], ...]:
    """Return what a request can raise: a cut body comes as JSONDecodeError, one nested too deeply as RecursionError."""
    import openai

    return openai.OpenAIError, answers.Unreadable, TimeoutError, ValueError, RecursionError


def _wait(otherwise: Callable[[Any], float]) -> Callable[[Any], float]:
    """Wait as the server asks, with a little jitter so that not all come back at once; else as *otherwise* says."""

    def wait(state: Any) -> float:
        response = getattr(state.outcome.exception(), "response", None)
        asked = wire.retry_after(response.headers) if response is not None else None
        return otherwise(state) if asked is None else asked + random.uniform(0.0, min(1.0, 0.05 + asked / 10))

    return wait


def _host(url: str) -> str:
    """Return the host of *url*. Raises UsageError for what is no web address."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    if not host or parts.scheme not in ("http", "https") or not url.isprintable() or " " in url:
        raise UsageError(f"base url: {shown(url)} is no web address (write https://host/v1)")
    return host


def _offline(settings: Settings) -> Model:
    from amends.offline import OfflineModel  # only who uses it loads the templates

    return OfflineModel()


MODELS: dict[str, Callable[[Settings], Model]] = {
    OFFLINE: _offline,
    "openai": OpenAIModel,
}
