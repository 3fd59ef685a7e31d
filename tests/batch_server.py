"""A provider's Batch API on a loopback port: files, batches that end as a test wants them to, and their answers."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qs, urlsplit

from batches import corpus

REVISION = "What is wrong with it"
Row = dict[str, Any]


class Ended(NamedTuple):
    """How a batch ends: its status, the lines of its two files, and the codes of a failure."""

    status: str = "completed"
    output: list[str] = []  # noqa: RUF012 - never changed
    errors: list[str] = []  # noqa: RUF012 - never changed
    codes: list[str] = []  # noqa: RUF012 - never changed


def written(body: Row) -> str:
    """Return the letter that *body* asks for: the first one lacks its remorse, a revision is whole."""
    text = "\n".join(message["content"] for message in body["messages"])
    number = int(re.findall(r"INC-(\d{6})", text)[-1])
    return corpus.letter(number, drop=() if REVISION in text else ("remorse",))


def answer(row: Row, *, finish: str = "stop", text: str | None = None) -> str:
    """Return the line of an output file that answers *row*."""
    message = {"role": "assistant", "content": written(row["body"]) if text is None else text}
    body = {
        "id": "chatcmpl-1", "object": "chat.completion", "model": row["body"]["model"],
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": {"prompt_tokens": 1000, "completion_tokens": 200, "total_tokens": 1200},
    }  # fmt: skip
    response = {"status_code": 200, "request_id": "req_1", "body": body}
    return json.dumps({"id": "batch_req_1", "custom_id": row["custom_id"], "response": response, "error": None})


def refusal(row: Row, status: int, code: str) -> str:
    """Return the line of an error file for a request that was refused with *status*."""
    body = {"error": {"message": "secret words of the letter", "type": code, "code": code}}
    response = {"status_code": status, "request_id": "req_1", "body": body}
    return json.dumps({"id": "batch_req_1", "custom_id": row["custom_id"], "response": response, "error": None})


def unfinished(row: Row, code: str) -> str:
    """Return the line of an error file for a request that its batch never came to."""
    error = {"code": code, "message": "This request could not be executed before the completion window expired."}
    return json.dumps({"id": "batch_req_1", "custom_id": row["custom_id"], "response": None, "error": error})


def complete(rows: list[Row]) -> Ended:
    """Answer every request, the last one first: order means nothing in a batch."""
    return Ended(output=[answer(row) for row in reversed(rows)])


class BatchServer:
    """A Batch API. `outcomes` end the batches in their order, `complete` all further ones; none ends while `held`."""

    def __init__(self, *outcomes: Callable[[list[Row]], Ended]) -> None:
        self.outcomes = list(outcomes)
        self.files: dict[str, bytes] = {}
        self.batches: dict[str, Row] = {}
        self.ends: dict[str, Callable[[list[Row]], Ended]] = {}
        self.held = self.lose_next_batch_id = self.silent = False
        self.lock = threading.Lock()
        handler = type("Handler", (_Handler,), {"api": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def rows(self, number: int) -> list[Row]:
        """Return the requests of the batch *number*, from 0."""
        batch = list(self.batches.values())[number]
        return [json.loads(line) for line in self.files[batch["input_file_id"]].splitlines()]

    def put(self, content: bytes) -> str:
        """Keep a file and return its id."""
        name = f"file-{len(self.files) + 1}"
        self.files[name] = content
        return name

    def begin(self, file: str) -> Row:
        """Make the batch of *file*."""
        batch: Row = {
            "id": f"batch_{len(self.batches) + 1}", "object": "batch", "status": "in_progress", "input_file_id": file,
            "output_file_id": None, "error_file_id": None, "errors": None,
            "request_counts": {"total": self.files[file].count(b"\n"), "completed": 0, "failed": 0},
        }  # fmt: skip
        self.batches[batch["id"]] = batch
        self.ends[batch["id"]] = self.outcomes.pop(0) if self.outcomes else complete
        return batch

    def look(self, name: str) -> Row:
        """Return the batch *name*, which ends when it is looked at unless all are held."""
        batch = self.batches[name]
        if batch["status"] == "in_progress" and not self.held:
            ended = self.ends[name]([json.loads(line) for line in self.files[batch["input_file_id"]].splitlines()])
            batch["status"] = ended.status
            for field, lines in (("output_file_id", ended.output), ("error_file_id", ended.errors)):
                if lines:
                    batch[field] = self.put("".join(f"{line}\n" for line in lines).encode())
            if ended.codes:
                batch["errors"] = {"object": "list", "data": [{"code": c, "message": "secret"} for c in ended.codes]}
        return batch


class _Handler(BaseHTTPRequestHandler):
    api: BatchServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        place = urlsplit(self.path)
        parts = place.path.removeprefix("/v1/").split("/")
        with self.api.lock:
            if parts[0] == "files":
                self._send(self.api.files.get(parts[1]))
            elif parts == ["batches"]:
                newest = list(reversed(self.api.batches.values()))
                after = parse_qs(place.query).get("after", [""])[0]
                at = next((n + 1 for n, batch in enumerate(newest) if batch["id"] == after), 0)
                self._send({"object": "list", "data": newest[at : at + 2], "has_more": len(newest) > at + 2})
            elif parts[1] in self.api.batches:
                self._send(self.api.look(parts[1]))
            else:
                self._send(None)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        with self.api.lock:
            if self.path == "/v1/files":
                form = message_from_bytes(
                    b"content-type: " + self.headers["content-type"].encode() + b"\r\n\r\n" + body
                )
                fields = {part.get_param("name", header="content-disposition"): part for part in form.get_payload()}  # type: ignore[union-attr]
                assert fields["purpose"].get_payload() == "batch"
                content = fields["file"].get_payload(decode=True)
                self._send({"id": self.api.put(content), "object": "file"})
                return
            asked, batch = json.loads(body), None
            assert asked["endpoint"] == "/v1/chat/completions"
            assert asked["completion_window"] == "24h"
            batch = self.api.begin(asked["input_file_id"])
            if self.api.lose_next_batch_id or self.api.silent:
                self.api.lose_next_batch_id = False
                self.close_connection = True  # the batch is made, and nobody hears of it
                batch = None
        if batch is not None:
            self._send(batch)
        while self.api.silent:
            time.sleep(0.01)

    def _send(self, value: Any) -> None:
        if value is None:
            status, content = 404, b'{"error": {"message": "secret", "code": null}}'
        elif isinstance(value, bytes):
            status, content = 200, value
        else:
            status, content = 200, json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""
