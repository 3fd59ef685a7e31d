"""One private thread with an event loop, so that blocking callers, notebooks included, run the async code."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class LoopThread:
    """A thread that runs coroutines until it is stopped; *closing* is awaited in it at the end.

    It is a daemon: anyio's blocking portal, left open by a script that ends, keeps the interpreter from ending.
    """

    def __init__(self, closing: Callable[[], Awaitable[None]]) -> None:
        self._closing = closing
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="amends", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether the thread runs; it does not in a process forked from the one that made it."""
        return self._thread.is_alive()

    def call(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what *work* returns, or raise what it raises; Ctrl-C cancels it."""
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        finally:
            future.cancel()

    def stop(self, wait: float = 0.0) -> None:
        """Cancel what runs and end the thread; wait at most *wait* seconds for its end."""
        if self.alive:
            self._loop.call_soon_threadsafe(self._loop.stop)
            if wait:
                self._thread.join(wait)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            asyncio.set_event_loop(runner.get_loop())
            self._loop.run_forever()
            runner.run(self._close())

    async def _close(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self._closing()
