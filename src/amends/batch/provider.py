"""A provider's Batch API: files up, batches begun and asked after, answers down."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any, NamedTuple

from amends.answers import Unreadable
from amends.model import OpenAIModel

ENDPOINT = "/v1/chat/completions"
_PAGES = 20  # of a hundred batches each, looked through for one whose id was not written down
_ENDED = ("completed", "failed", "expired", "cancelled")


class Remote(NamedTuple):
    """A batch as its provider tells it: the files with answers and errors, and the codes of a failure."""

    id: str
    status: str
    input: str
    files: tuple[str, ...]
    codes: tuple[str, ...]
    answered: int

    @property
    def ended(self) -> bool:
        """Whether no more answers will come."""
        return self.status in _ENDED


class Provider:
    """The Batch API where *model* lives. Every call is tried again as the model's own are, and raises ModelError."""

    def __init__(self, model: OpenAIModel) -> None:
        self.model = model

    async def upload(self, path: Path) -> str:
        """Return the id of the file that holds the requests in *path*."""

        async def ask() -> str:
            with open(path, "rb") as file:
                # The name that the provider sees says nothing about the batch.
                given = ("requests.jsonl", file)
                response = await self.model.use(
                    lambda client: client.files.with_raw_response.create(file=given, purpose="batch")
                )
            return _text(_object(response), "id")

        return await self.model.persistently(ask)

    async def begin(self, file: str, *, perhaps: bool = False) -> Remote:
        """Return the batch of *file*, made if need be. *perhaps*: an earlier run may have made it."""

        async def ask() -> Remote:
            nonlocal perhaps
            # A second batch would cost as much as the first: an answer that got lost is looked for.
            found = await self._find(file) if perhaps else None
            perhaps = True
            return found or remote(
                await self._ask(
                    lambda client: client.batches.with_raw_response.create(
                        input_file_id=file, endpoint=ENDPOINT, completion_window="24h"
                    )
                )
            )

        return await self.model.persistently(ask)

    async def find(self, file: str) -> Remote | None:
        """Return the batch that *file* is the input of, None where there is none."""
        return await self.model.persistently(lambda: self._find(file))

    async def look(self, batch: str) -> Remote:
        """Return how *batch* is."""

        async def ask() -> Remote:
            return remote(await self._ask(lambda client: client.batches.with_raw_response.retrieve(batch)))

        return await self.model.persistently(ask)

    async def download(self, file: str, path: Path) -> None:
        """Write the content of *file* to *path*, whole."""

        def fetch(client: Any) -> Any:
            response = client.files.with_streaming_response.content(file)
            return _saved(response, path) if hasattr(response, "__aenter__") else _saved_blocking(response, path)

        await self.model.persistently(lambda: self.model.use(fetch))

    async def _find(self, file: str) -> Remote | None:
        after: dict[str, str] = {}
        for _ in range(_PAGES):
            # Bound at once: the SDK gets this page's cursor.
            page = await self._ask(lambda client, at=after: client.batches.with_raw_response.list(limit=100, **at))
            found = [remote(batch) for batch in page.get("data") or []]
            for batch in found:
                if batch.input == file:
                    return batch
            if not (page.get("has_more") and found):
                return None
            after = {"after": found[-1].id}
        return None

    async def _ask(self, call: Any) -> dict[str, Any]:
        async with asyncio.timeout(self.model.settings.timeout):
            return _object(await self.model.use(call))


def remote(value: dict[str, Any]) -> Remote:
    """Return the batch in *value*. Raises Unreadable for what is none."""
    errors = (value.get("errors") or {}).get("data") or []
    counts = value.get("request_counts") or {}
    return Remote(
        id=_text(value, "id"),
        status=_text(value, "status"),
        input=str(value.get("input_file_id") or ""),
        files=tuple(str(value[name]) for name in ("output_file_id", "error_file_id") if value.get(name)),
        codes=tuple(dict.fromkeys(str(error.get("code") or "") for error in errors)),
        answered=int(counts.get("completed") or 0) + int(counts.get("failed") or 0),
    )


def _object(response: Any) -> dict[str, Any]:
    value = json.loads(response.content)
    if not isinstance(value, dict) or value.get("error"):
        raise Unreadable
    return value


def _text(value: dict[str, Any], name: str) -> str:
    found = value.get(name)
    if not isinstance(found, str) or not found:
        raise Unreadable
    return found


async def _saved(response: Any, path: Path) -> None:
    async with response as body:
        with open(path, "wb") as file:
            async for chunk in body.iter_bytes():
                file.write(chunk)


def _saved_blocking(response: Any, path: Path) -> None:
    with response as body, open(path, "wb") as file:
        for chunk in body.iter_bytes():
            file.write(chunk)
