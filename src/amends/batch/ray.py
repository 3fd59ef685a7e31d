"""The engine for many machines: Ray tasks draft some incidents each, and one actor keeps the limits of all."""

from __future__ import annotations

import asyncio
import logging
import os
import pickle
import socket
from collections.abc import AsyncGenerator, AsyncIterable, Iterable, Iterator
from contextlib import aclosing, contextmanager
from itertools import count
from typing import TYPE_CHECKING, Any

import ray
from ray.exceptions import RayActorError, RayError, RayTaskError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from amends.batch.engines import Job, Result
from amends.batch.local import each_many, stream
from amends.batch.packing import packed
from amends.batch.ray_turns import Turns, take_over
from amends.batch.ray_worker import Row, Task, judged_by, letters
from amends.errors import AmendsError, UsageError, shown
from amends.incident import Incident

if TYPE_CHECKING:
    from amends.drafting import Drafter

TASKS_A_CORE = 2  # while one task sends or ends, the other one works
LETTERS_A_TASK = 2  # times those under way at once: few are lost from sight if its machine dies
DEATHS = 3  # of workers under the same incidents, until these are not drafted
_TICK = 0.2  # seconds between two looks at what is spent
_CONNECT = 5.0  # seconds until an address where nobody answers is given up
_STORE = 200 << 20  # bytes of shared memory: results are small and taken at once


def refuse(drafter: Drafter) -> None:
    """Raise UsageError for a drafter that cannot travel to another process."""
    packed(drafter)


async def draft_all(
    drafter: Drafter, incidents: Iterable[Incident] | AsyncIterable[Incident], job: Job
) -> AsyncGenerator[Result]:
    """Yield the results in the order of completion, from the cluster at job.address, at RAY_ADDRESS or on this machine.

    A bounded number of incidents is with the tasks at once, and what a dead machine did not deliver is drafted again.
    """
    with _cluster(job.address):
        fleet = _Fleet(drafter, job)
        watching = asyncio.create_task(fleet.watch())
        try:
            await fleet.share_key()
            async with aclosing(each_many(_chunks(incidents, fleet.size), fleet.drafts, fleet.tasks)) as results:
                async for result in results:
                    yield result
            await fleet.look()
        except RayActorError:
            raise AmendsError("ray: the process that keeps the limits has died: run again to go on") from None
        finally:
            watching.cancel()
            await asyncio.wait([watching])


class _Fleet:
    """The tasks of one batch and the actor that keeps its limits."""

    def __init__(self, drafter: Drafter, job: Job) -> None:
        self.job = job
        self.pack, self._key = packed(drafter)
        self.judged_by = judged_by()
        most = job.limits.ceilings.concurrency
        untyped: Any = ray  # its types say nothing, and nothing is here to check them where ray is not installed
        resources: dict[str, float] = untyped.cluster_resources()
        cores = max(1, int(resources.get("CPU", 1)))
        self.tasks = min(TASKS_A_CORE * cores, most)
        # Half as many again as may ask at once: those that are checked ask for nothing.
        self.at_once = -(-most * 3 // (2 * self.tasks))
        self.size = LETTERS_A_TASK * self.at_once
        limits = job.limits
        # Where this process runs, so that no other machine's death takes the limits away.
        here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
        self.turns: Any = (
            ray.remote(Turns)
            .options(num_cpus=0, max_concurrency=100_000, scheduling_strategy=here)
            .remote(limits.ceilings, limits.price, limits.output, limits.spent)
        )
        # Ray's own retries would draft again what has arrived: drafts() asks again only for what has not.
        self._letters: Any = ray.remote(letters).options(
            num_cpus=1 / TASKS_A_CORE, max_retries=0, num_returns="streaming", scheduling_strategy="SPREAD"
        )
        self._numbers = count()

    async def share_key(self) -> None:
        """Hand the API key to the actor, in memory: the environment of a task is written to Ray's logs."""
        await self.turns.share.remote(self._key)

    async def drafts(self, incidents: list[Incident]) -> AsyncGenerator[Result]:
        """Yield what a task makes of *incidents*; what a dead one leaves goes to another one."""
        left, why = incidents, ""
        for _ in range(DEATHS):
            task = Task(f"{next(self._numbers)}", left, self.at_once, self.judged_by)
            arrived: set[int] = set()
            stream = self._letters.remote(self.pack, task, self.turns)
            try:
                async for reference in stream:
                    row: Row = pickle.loads(await reference)
                    arrived.add(row.place)
                    yield Result(left[row.place], row.draft, row.problem, row.over_budget)
                return  # what has not arrived was not begun: the run is stopping
            except RayTaskError as error:
                raise error.cause from None
            except RayError as error:
                why = type(error).__name__
                await self.turns.end.remote(task.name)
            finally:
                ray.cancel(stream, force=True)
            left = [incident for place, incident in enumerate(left) if place not in arrived]
        for incident in left:
            yield Result(incident, None, f"its worker died {DEATHS} times ({why}): run again to try again")

    async def watch(self) -> None:
        """Look now and then at what is spent."""
        while True:
            await asyncio.sleep(_TICK)
            await self.look()

    async def look(self) -> None:
        """Take over what is spent, and pass it on where no letter should begin any more."""
        if self.job.stopping():
            await self.turns.stop.remote()
        take_over(self.job.limits.spent, await self.turns.spent.remote())


async def _chunks(items: Iterable[Incident] | AsyncIterable[Incident], size: int) -> AsyncGenerator[list[Incident]]:
    chunk: list[Incident] = []
    async with aclosing(stream(items)) as incidents:
        async for incident in incidents:
            chunk.append(incident)
            if len(chunk) == size:
                yield chunk
                chunk = []
    if chunk:
        yield chunk


@contextmanager
def _cluster(address: str) -> Iterator[None]:
    """Be connected to the cluster at *address*, or to one of this machine's own that ends with this batch."""
    if ray.is_initialized():
        yield  # it is the caller's
        return
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    address = address or os.environ.get("RAY_ADDRESS", "")
    alone: dict[str, Any] = {} if address else {"include_dashboard": False, "object_store_memory": _STORE}
    host, _, port = address.removeprefix("ray://").rpartition(":")
    try:
        if host:
            # Ray itself tries for six minutes and then ends the process.
            socket.create_connection((host, int(port)), timeout=_CONNECT).close()
        ray.init(address or "local", log_to_driver=False, logging_level=logging.CRITICAL, **alone)
    except (OSError, RuntimeError, ValueError):
        raise UsageError(f"ray: no cluster answers at {shown(address or 'this machine')} (try `ray status`)") from None
    try:
        yield
    finally:
        ray.shutdown()
