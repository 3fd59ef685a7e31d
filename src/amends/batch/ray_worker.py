"""What runs in a Ray worker: the letters of some incidents, sent home one by one."""

from __future__ import annotations

import asyncio
import gc
import pickle
from collections.abc import AsyncGenerator, Iterator, Mapping
from functools import cache, lru_cache
from itertools import count
from typing import Any, NamedTuple

import ray

from amends.batch.engines import Result
from amends.batch.limits import most_tokens
from amends.batch.local import drafts
from amends.batch.packing import unpacked
from amends.batch.run import fingerprint
from amends.draft import Draft
from amends.drafting import Drafter
from amends.errors import AmendsError, BudgetError
from amends.incident import Incident
from amends.rubric.classify import tier
from amends.usage import Message, Usage


@cache
def judged_by() -> str:
    """Return what decides here, beside the settings, how a letter is judged: installations differ."""
    return f"{fingerprint()} {tier()}"


class Row(NamedTuple):
    """A result on its way home: the incident by its place among those of the task."""

    place: int
    draft: Draft | None
    problem: str
    over_budget: bool


class Task(NamedTuple):
    """The incidents of one task: its name, how many letters are under way at once, and what judges them at home."""

    name: str
    incidents: list[Incident]
    at_once: int
    judged_by: str


class _Gate:
    """Asks for turns where they are kept. `turns` is the actor that holds a Turns."""

    def __init__(self, turns: Any, task: str) -> None:
        self.turns, self.task = turns, task
        self.stopping = False
        self._numbers = count()

    async def enter(self, messages: list[Message], max_tokens: int | None) -> _Turn:
        """Wait for a turn. Raises BudgetError where none is left."""
        turn = _Turn(self, next(self._numbers))
        try:
            entered = await self.turns.enter.remote(self.task, turn.number, most_tokens(messages), max_tokens)
        except asyncio.CancelledError:
            turn.failed(0, {})
            raise
        self.stopping = entered.stopping
        if entered.problem:
            raise BudgetError(entered.problem)
        return turn


class _Turn(NamedTuple):
    gate: _Gate
    number: int

    def answered(self, headers: Mapping[str, str], usage: Usage) -> None:
        """Tell that a completion came."""
        self.gate.turns.answered.remote(self.gate.task, self.number, usage, _told(headers))

    def failed(self, status: int | None, headers: Mapping[str, str]) -> None:
        """Tell that none came."""
        self.gate.turns.over.remote(self.gate.task, self.number, status, _told(headers))


def _told(headers: Mapping[str, str]) -> dict[str, str]:
    """Return what headers say of limits."""
    lowered = ((name.lower(), value) for name, value in headers.items())
    return {name: value for name, value in lowered if name.startswith(("retry-after", "x-ratelimit-"))}


@lru_cache(maxsize=1)
def _ready(pack: bytes, key: str) -> tuple[asyncio.AbstractEventLoop, Drafter]:
    """Return the drafter of a batch and the event loop that its connections belong to, kept from task to task."""
    gc.set_threshold(50_000)  # as the command does
    return asyncio.new_event_loop(), unpacked(pack, key)


def letters(pack: bytes, task: Task, turns: Any) -> Iterator[bytes]:
    """Yield a pickled Row for each letter as soon as it is finished; none for those that should not begin any more."""
    if judged_by() != task.judged_by:
        raise AmendsError(
            "a machine of the cluster has another amends, or other extras, than this one (install the same everywhere)"
        )
    key, stopping = ray.get(turns.begin.remote())
    loop, drafter = _ready(pack, key)
    gate = _Gate(turns, task.name)
    gate.stopping = stopping
    places = {id(incident): place for place, incident in enumerate(task.incidents)}
    waiting = (incident for incident in task.incidents if not gate.stopping)
    results = drafts(drafter, waiting, gate, task.at_once)
    try:
        # Between two letters the loop stands still, for as long as Ray takes to send one.
        while (result := loop.run_until_complete(_next(results))) is not None:
            row = Row(places[id(result.incident)], result.draft, result.problem, result.over_budget)
            yield pickle.dumps(row, pickle.HIGHEST_PROTOCOL)
    finally:
        loop.run_until_complete(results.aclose())
        loop.run_until_complete(_ended(turns, task.name))


async def _next(results: AsyncGenerator[Result]) -> Result | None:
    return await anext(results, None)


async def _ended(turns: Any, name: str) -> None:
    await turns.end.remote(name)
