"""Check letters in another process where a core is free, so that the one that talks to the model need not wait."""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import os
import pickle
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing.connection import wait

from amends.incident import Incident
from amends.report import Report

Plain = Callable[[str, Incident], Report]

_ENOUGH = 4  # processes whose checks one process that asks and writes can keep up with


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def checking_processes() -> int:
    """Return how many processes should check: none where there is one core, else one a core, up to _ENOUGH.

    A letter's checks take about twice the CPU of all the rest, so one process of them would keep the others waiting.
    """
    return min(cores(), _ENOUGH) if cores() > 1 else 0


def begin() -> None:
    """Make this process one that works for its parent alone."""
    # Ctrl-C goes to the whole group; the parent decides what is finished.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(50_000)  # as the command does: reports are many small objects that live shortly
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End when the parent is gone: killed, it could not tell us."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _check(check: Plain, letter: str, incident: Incident) -> bytes:
    return pickle.dumps(check(letter, incident), pickle.HIGHEST_PROTOCOL)


class Checkers:
    """Processes that check: an awaitable stand-in for *check*, which must be importable by name."""

    def __init__(self, check: Plain, processes: int) -> None:
        # Not forked: the parent has threads and connections that a child must not share.
        context = multiprocessing.get_context("forkserver" if hasattr(os, "fork") else "spawn")
        self._pool = ProcessPoolExecutor(processes, mp_context=context, initializer=begin)
        self._work = partial(_check, check)

    async def __call__(self, letter: str, incident: Incident) -> Report:
        """Return the report on *letter*."""
        loop = asyncio.get_running_loop()
        report: Report = pickle.loads(await loop.run_in_executor(self._pool, self._work, letter, incident))
        return report

    def close(self) -> None:
        """End the processes."""
        self._pool.shutdown(wait=False, cancel_futures=True)
