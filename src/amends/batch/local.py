"""The local engine: as many letters at once as the limits allow, given out as they are finished."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Iterable
from contextlib import aclosing
from typing import TYPE_CHECKING, TypeVar

from amends.batch.engines import Job, Result
from amends.errors import AmendsError, BudgetError
from amends.gate import Gate
from amends.incident import Incident
from amends.usage import Completion, Message, Model

if TYPE_CHECKING:
    from amends.drafting import Drafter

T = TypeVar("T")
R = TypeVar("R")


class _Gated:
    """A model of any kind behind a gate, each of its answers one request."""

    def __init__(self, model: Model, gate: Gate) -> None:
        self.name, self.model, self.gate = model.name, model, gate
        self.base_url = getattr(model, "base_url", None)

    async def write(
        self, messages: list[Message], *, max_tokens: int | None = None, incident: Incident | None = None
    ) -> Completion:
        """Return the model's answer when the gate lets it through."""
        turn = await self.gate.enter(messages, max_tokens)
        try:
            completion = await self.model.write(messages, max_tokens=max_tokens, incident=incident)
        except BaseException:
            turn.failed(None, {})
            raise
        turn.answered({}, completion.usage)
        return completion


def behind(model: Model, gate: Gate) -> Model:
    """Return *model* with every request going through *gate*."""
    inside = getattr(model, "behind", None)
    gated: Model = _Gated(model, gate) if inside is None else inside(gate)
    return gated


def draft_all(
    drafter: Drafter, incidents: Iterable[Incident] | AsyncIterable[Incident], job: Job
) -> AsyncGenerator[Result]:
    """Yield the results in the order of completion; no more incidents are taken than may be under way at once."""
    return drafts(drafter, incidents, job.limits, job.limits.ceilings.concurrency)


def drafts(
    drafter: Drafter, incidents: Iterable[Incident] | AsyncIterable[Incident], gate: Gate, most: int
) -> AsyncGenerator[Result]:
    """Yield the results in the order of completion, *most* under way at once, every request going through *gate*."""
    terms = drafter.terms
    gated = drafter.altered(
        model=behind(terms.model, gate), judge=None if terms.judge is None else behind(terms.judge, gate)
    )

    async def one(incident: Incident) -> Result:
        try:
            return Result(incident, await gated.adraft(incident))
        except BudgetError as error:
            return Result(incident, None, str(error), over_budget=True)
        except AmendsError as error:
            return Result(incident, None, str(error))

    return each(incidents, one, most)


def each(items: Iterable[T] | AsyncIterable[T], work: Callable[[T], Awaitable[R]], most: int) -> AsyncGenerator[R]:
    """Yield what *work* returns for every item, *most* at once, in the order of completion.

    Who reads slowly slows the work down: as many results as that wait at most.
    """

    async def once(item: T) -> AsyncGenerator[R]:
        yield await work(item)

    return each_many(items, once, most)


async def each_many(
    items: Iterable[T] | AsyncIterable[T], work: Callable[[T], AsyncGenerator[R]], most: int
) -> AsyncGenerator[R]:
    """Yield what *work* yields for every item, *most* items at once, as each() does."""
    source = stream(items)
    one_at_a_time = asyncio.Lock()
    finished: asyncio.Queue[R | None] = asyncio.Queue(most)

    async def worker() -> None:
        while True:
            async with one_at_a_time:
                try:
                    item = await anext(source)
                except StopAsyncIteration:
                    return
            async with aclosing(work(item)) as results:
                async for result in results:
                    await finished.put(result)

    async def all_workers() -> None:
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(most):
                    group.create_task(worker())
        finally:
            await finished.put(None)

    running = asyncio.create_task(all_workers())
    try:
        while (result := await finished.get()) is not None:
            yield result
        await running
    except BaseExceptionGroup as several:
        raise several.exceptions[0] from None
    finally:
        running.cancel()
        while not running.done():
            # A worker may stand at the full queue: make room until all have ended.
            while not finished.empty():
                finished.get_nowait()
            await asyncio.wait([running], timeout=0.05)


async def stream(items: Iterable[T] | AsyncIterable[T]) -> AsyncGenerator[T]:
    """Yield *items*."""
    if isinstance(items, AsyncIterable):
        async for item in items:
            yield item
    else:
        for item in items:
            yield item
