"""The openai-batch engine: letters from a provider's Batch API, at half price and within a day a round.

A letter is drafted by the loop that drafts any letter. Its model here looks the answer up in the journal; where there
is none yet, the request is planned and the letter put off until its batch has ended, then drafted from the start: the
answers it has had come at once. So a run that waits and one that goes on after a kill are the same.
"""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncGenerator, AsyncIterable, Iterable
from contextlib import aclosing
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from amends import spans
from amends.batch.asked import Part, Requests
from amends.batch.engines import Job, Result
from amends.batch.local import behind, each
from amends.batch.provider import ENDPOINT, Provider, Remote
from amends.batch.replay import Replay, Waiting, inner, over
from amends.batch.settling import TOO_MANY, settle
from amends.drafting import Drafter
from amends.errors import AmendsError, BudgetError, ModelError, UsageError
from amends.incident import Incident
from amends.usage import Message, estimated_input

REQUESTS, BYTES = 50_000, 200_000_000  # of one file (developers.openai.com/api/docs/guides/batch)
FIRST_LOOK, LAST_LOOK = 0.5, 60.0  # seconds between two looks at what is under way, short ones at first
_BLINK = 0.2  # seconds until Ctrl-C is noticed


def refuse(drafter: Drafter) -> None:
    """Raise UsageError for a drafter whose model has no Batch API."""
    inner(drafter.terms.model)


async def draft_all(
    drafter: Drafter, incidents: Iterable[Incident] | AsyncIterable[Incident], job: Job
) -> AsyncGenerator[Result]:
    """Yield the results as their batches end. Stopped, it leaves the batches running for the next run to collect."""
    desk = Desk(drafter, job)
    desk.clear()
    try:
        await desk.recover()
        async with aclosing(desk.round(incidents)) as results:
            async for result in results:
                yield result
        while not desk.stopped:
            await desk.submit()
            if desk.under_way:
                await desk.collect()
            elif not desk.requests.any_waiting():
                break
            if not desk.stopped:
                async with aclosing(desk.round(desk.requests.waiting(desk.pending))) as results:
                    async for result in results:
                        yield result
        if not (desk.stopped or desk.over):
            desk.requests.forget()
    finally:
        desk.leave()
        desk.clear()


@dataclass
class _Sheet:
    """A part that is planned, and the file here that its requests are written to."""

    part: Part
    path: Path
    file: IO[bytes]
    count: int = 0


class Desk:
    """Where letters wait for their answers, and requests for their batch."""

    def __init__(self, drafter: Drafter, job: Job) -> None:
        if job.journal is None:
            raise UsageError("engine: 'openai-batch' needs an output whose journal it can go on from")
        terms, out = drafter.terms, job.journal.path
        judge = None if terms.judge is None else behind(terms.judge, job.limits)
        self.drafter, self.job = drafter.altered(judge=judge), job
        self.requests = Requests(job.journal)
        self.provider = Provider(inner(terms.model))
        self.folder = out.with_name(f".{out.name}.requests")
        self.sheets: list[_Sheet] = []  # the last one is open
        self.most = REQUESTS
        self.full = self.over = self.queued = False

    @property
    def stopped(self) -> bool:
        """Whether Ctrl-C was pressed. A ceiling that is reached stops the input too, but what is asked is awaited."""
        return self.job.stopping() and not self.over

    @property
    def under_way(self) -> list[Part]:
        """The parts that the provider works on."""
        return [part for part in self.requests.parts() if part.batch]

    @property
    def pending(self) -> set[int]:
        """The numbers of the parts that will have answers some day."""
        return {part.number for part in (*self.under_way, *(sheet.part for sheet in self.sheets))}

    async def recover(self) -> None:
        """Take up what earlier runs left: batches under way, also one whose id nobody could write down any more."""
        self.requests.begin()
        for part in self.requests.parts():
            if not part.batch:
                found = await self.provider.find(part.file)
                if found is None:
                    self.requests.settle(part.number, again=None)
                else:
                    self.requests.keep(part._replace(batch=found.id))
        self.job.save()

    async def round(self, incidents: Iterable[Incident] | AsyncIterable[Incident]) -> AsyncGenerator[Result]:
        """Draft every letter as far as its answers go, and yield those that are finished."""
        self.full = False
        async with aclosing(each(incidents, self._one, self.job.limits.ceilings.concurrency)) as results:
            async for result in results:
                if isinstance(result, Result):
                    yield result

    async def _one(self, incident: Incident) -> Result | int:
        """Return the result, or the part that the letter waits for."""
        try:
            if self.full:
                raise Waiting(0)
            # A letter is drafted from the start with every answer: its spans would tell of calls that nobody made.
            with spans.off():
                return Result(incident, await self._drafter().adraft(incident))
        except Waiting as waiting:
            self.requests.wait(incident, waiting.part)
            # Its frames hold the prompt, and themselves: thousands of them would wait for the garbage collector.
            waiting.__traceback__ = None
            return waiting.part
        except BudgetError as error:
            self.over = True
            return Result(incident, None, str(error), over_budget=True)
        except AmendsError as error:
            return Result(incident, None, str(error))

    def _drafter(self) -> Drafter:
        model = over(
            self.drafter.terms.model,
            lambda model: Replay(model, self.requests, self.job.limits.price, self._plan),
        )
        return self.drafter.altered(model=model)

    def _plan(self, request: str, body: dict[str, Any], messages: list[Message], max_tokens: int | None) -> int:
        """Write *request* to the open sheet, and return its part; 0 where no ceiling leaves room before others end."""
        slot = self.job.limits.slot(messages, max_tokens)
        under_way = self.under_way
        parts = [*under_way, *(sheet.part for sheet in self.sheets)]
        if self.job.limits.over(
            slot.tokens + sum(part.tokens for part in parts), sum((part.money for part in parts), slot.money)
        ):
            if not parts:
                raise BudgetError("the ceiling of the batch leaves no room for another request (raise it to go on)")
            self.full = True
            return 0
        row = {"custom_id": request, "method": "POST", "url": ENDPOINT, "body": body}
        line = json.dumps(row, ensure_ascii=False).encode() + b"\n"
        sheet = self._sheet(len(line))
        sheet.file.write(line)
        sheet.count += 1
        sheet.part = sheet.part._replace(tokens=sheet.part.tokens + slot.tokens, money=sheet.part.money + slot.money)
        self.requests.plan(request, sheet.part.number, estimated_input(messages))
        return sheet.part.number

    def _sheet(self, size: int) -> _Sheet:
        """Return the open sheet, a fresh one where it has no room for *size* more bytes."""
        sheet = self.sheets[-1] if self.sheets else None
        if sheet is None or sheet.count >= self.most or sheet.file.tell() + size > BYTES:
            number = max([self.requests.next_part(), *(sheet.part.number + 1 for sheet in self.sheets)])
            self.folder.mkdir(exist_ok=True)
            path = self.folder / f"{number}.jsonl"
            sheet = _Sheet(Part(number, "", "", 0, Decimal(0)), path, open(path, "wb"))  # noqa: SIM115 - closed on submit
            self.sheets.append(sheet)
        return sheet

    async def submit(self) -> None:
        """Give the planned parts to the provider, each id on disk before the next step."""
        while self.sheets and not self.stopped and not (self.queued and self.under_way):
            sheet = self.sheets.pop(0)
            sheet.file.close()
            self.job.note(f"submitting {sheet.count} requests")
            part = sheet.part
            try:
                part = part._replace(file=await self.provider.upload(sheet.path))
                self.requests.keep(part)
                self.job.save()
                begun = await self.provider.begin(part.file)
            except ModelError as error:
                # A batch may have begun all the same: the next run looks for one of this file.
                self.requests.give_up(part.number, str(error).removeprefix(f"{self.provider.model.place}: "))
                self.job.save()
                continue
            self.job.limits.spent.requests += sheet.count
            self.requests.keep(part._replace(batch=begun.id))
            self.job.save()
            sheet.path.unlink()

    async def collect(self) -> None:
        """Wait until a batch has ended, or Ctrl-C; keep what came back from all that have."""
        pause = FIRST_LOOK
        while True:
            parts = self.under_way
            looks = [(part, await self._look(part)) for part in parts]
            ended = [(part, remote) for part, remote in looks if remote.ended]
            for part, remote in ended:
                await self._settle(part, remote)
            if ended or self.stopped:
                return
            answered = sum(remote.answered for _, remote in looks)
            asked = sum(self.requests.size(part.number) for part in parts)
            self.job.note(f"{len(parts)} batches at the provider, {answered} of {asked} answered")
            await self._sleep(pause)
            pause = min(LAST_LOOK, pause * 1.5)

    async def _look(self, part: Part) -> Remote:
        try:
            return await self.provider.look(part.batch)
        except ModelError as error:
            raise ModelError(f"{part.batch}: {error}; run the same command again to go on", error.requests) from None

    async def _settle(self, part: Part, remote: Remote) -> None:
        self.folder.mkdir(exist_ok=True)
        files = []
        for number, name in enumerate(remote.files):
            files.append(self.folder / f"{part.number}.answers.{number}")
            await self.provider.download(name, files[-1])
        if TOO_MANY in remote.codes:
            # One batch at a time from here on, and smaller ones.
            self.queued, self.most = True, max(1, self.requests.size(part.number) // 2)
        settle(part, remote, files, self.requests, self.job.limits)
        self.job.save()
        for file in files:
            file.unlink()

    async def _sleep(self, seconds: float) -> None:
        while seconds > 0 and not self.stopped:
            await asyncio.sleep(min(_BLINK, seconds))
            seconds -= _BLINK

    def leave(self) -> None:
        """Say what goes on without this run."""
        for part in self.under_way:
            self.job.left.append(
                f"batch {part.batch} goes on at the provider: run the same command again to collect it"
            )

    def clear(self) -> None:
        """Take the files here away: a run makes them anew from its records."""
        for sheet in self.sheets:
            sheet.file.close()
        shutil.rmtree(self.folder, ignore_errors=True)
