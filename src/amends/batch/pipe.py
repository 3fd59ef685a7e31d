"""Read what may keep its reader waiting, such as a pipe, so that the wait can be ended."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Generic, TypeVar

T = TypeVar("T")


class Pipe(Generic[T]):
    """An iterator read item by item in a thread of its own. Made and used where an event loop runs."""

    def __init__(self, source: Iterator[T]) -> None:
        self._loop = asyncio.get_running_loop()
        self._read: asyncio.Queue[T | Exception | None] = asyncio.Queue()
        self._asked = threading.Semaphore(0)
        # A daemon: nothing can end its wait, and no program should stay for it.
        threading.Thread(target=self._work, args=(source,), daemon=True).start()

    def _work(self, source: Iterator[T]) -> None:
        item: T | Exception | None
        while self._asked.acquire():
            try:
                item = next(source, None)
            except Exception as error:
                item = error
            with suppress(RuntimeError):  # the loop has ended meanwhile
                self._loop.call_soon_threadsafe(self._read.put_nowait, item)

    async def next(self) -> T | None:
        """Return the next item, None at the end or after end(). Raises what the iterator does."""
        self._asked.release()
        item = await self._read.get()
        if isinstance(item, Exception):
            raise item
        return item

    def end(self) -> None:
        """End the wait of whoever is in next()."""
        self._read.put_nowait(None)
