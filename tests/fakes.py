"""Stand-ins for models: one in the process, and one behind a real socket that fails in every way a server can."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import threading
import time
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, Self

from amends.errors import ModelError
from amends.incident import Incident
from amends.usage import Completion, Message, Usage


class ScriptedModel:
    """A model that answers from a script: texts, completions, or errors to raise. `asked` holds every request."""

    def __init__(self, answers: Sequence[str | Completion | ModelError], name: str = "scripted") -> None:
        self.name = name
        self.answers = list(answers)
        self.asked: list[list[Message]] = []

    async def write(
        self, messages: list[Message], *, max_tokens: int | None = None, incident: Incident | None = None
    ) -> Completion:
        """Return the next answer of the script."""
        self.asked.append(messages)
        assert self.answers, f"the script is over: request {len(self.asked)} was not expected"
        answer = self.answers.pop(0)
        if isinstance(answer, ModelError):
            raise answer
        return answer if isinstance(answer, Completion) else Completion(answer, Usage(1, 1000, 0, 200))


class Reply(NamedTuple):
    """What the server does with one request: answers, answers half ("cut"), says nothing ("hang"), or resets."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = {"content-type": "application/json"}  # noqa: RUF012 - never changed
    act: Literal["answer", "cut", "hang", "reset", "drip"] = "answer"
    seconds: float = 0.0  # before the answer


class Request(NamedTuple):
    """A request as it arrived: its time (monotonic seconds), headers in lower case, and body."""

    at: float
    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def text(self) -> str:
        """All messages' contents in one text."""
        return "\n".join(message["content"] for message in self.body["messages"])


def completion(
    text: str | None = "", *, finish: str | None = "stop", refusal: str | None = None, **usage: int
) -> Reply:
    """A chat completion; *usage* are prompt, cached and output (tokens)."""
    message = {"role": "assistant", "content": text, "refusal": refusal}
    return as_json({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "scripted",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": {
            "prompt_tokens": usage.get("prompt", 1000), "completion_tokens": usage.get("output", 200),
            "total_tokens": usage.get("prompt", 1000) + usage.get("output", 200),
            "prompt_tokens_details": {"cached_tokens": usage.get("cached", 0)},
        },
    })  # fmt: skip


def as_json(value: Any, status: int = 200, **headers: str) -> Reply:
    """Any JSON with a status; an underscore in a header's name stands for a hyphen."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(json.dumps(value).encode(), status, {"content-type": "application/json", **named})


def failure(status: int, code: str | None = None, **headers: str) -> Reply:
    """A status with the error object that OpenAI sends. Its message holds what must not be repeated."""
    error = {"message": "Incorrect API key provided: sk-secret", "type": code, "param": None, "code": code}
    return as_json({"error": error}, status, **headers)


HANG = Reply(act="hang")
RESET = Reply(act="reset")
HTML = Reply(b"<html><body>Welcome to the proxy</body></html>", headers={"content-type": "text/html"})
NO_CHOICES = as_json({"id": "x", "object": "chat.completion", "created": 1, "model": "scripted"})
QUOTA = failure(429, "insufficient_quota")


def cut(reply: Reply) -> Reply:
    """The same reply, its JSON cut half way but its length right."""
    return reply._replace(body=reply.body[: len(reply.body) // 2])


class ScriptedServer:
    """An OpenAI-compatible server on a free loopback port that replies from a script; beyond it, with status 418."""

    def __init__(self, *script: Reply) -> None:
        self.script = list(script)
        self.requests: list[Request] = []
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait(5)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(5)

    @property
    def url(self) -> str:
        """The base URL."""
        return f"http://127.0.0.1:{self.port}/v1"

    async def _serve(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._connection, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._over.wait()
        server.close()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._answer(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client hung up, or the test is over
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Read a request and act on it; return whether the connection stays open."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
        body = json.loads(await reader.readexactly(int(headers.get("content-length", 0))))
        self.requests.append(Request(time.monotonic(), head[0].split()[1], headers, body))
        reply = self.script.pop(0) if self.script else failure(418, "script_is_over")
        await asyncio.sleep(reply.seconds)
        if reply.act == "hang":
            await reader.read()  # until the client gives up
            return False
        if reply.act == "reset":
            peer: socket.socket = writer.get_extra_info("socket")
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
            return False
        lines = [f"HTTP/1.1 {reply.status} Scripted", f"content-length: {len(reply.body)}"]
        lines += [f"{name}: {value}" for name, value in reply.headers.items()]
        writer.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
        if reply.act == "drip":
            for byte in reply.body:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(0.05)
        writer.write(reply.body[: len(reply.body) // 2] if reply.act == "cut" else reply.body)
        await writer.drain()
        return reply.act == "answer"
