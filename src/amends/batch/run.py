"""A whole batch: from the records to the letters, the rejected lines and the summary, where the last run stopped."""

from __future__ import annotations

import asyncio
import hashlib
import json
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, aclosing, suppress
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from amends.batch import engines
from amends.batch.engines import Job, Result
from amends.batch.journal import Journal, Undrafted, key_of
from amends.batch.limits import Ceilings, Limits, Spent, prepared
from amends.batch.pipe import Pipe
from amends.batch.source import Line
from amends.batch.worker import Checkers, checking_processes
from amends.drafting import Drafter, refuse_what_lacks
from amends.errors import IncidentError, UsageError
from amends.files import prompts
from amends.incident import Incident

Told = Callable[["Counts"], None]


@dataclass
class Counts:
    """How far a batch is. `earlier` letters were finished by runs before; the rest counts this run."""

    earlier: int = 0
    passed: int = 0
    failed: int = 0
    undrafted: int = 0
    rejected: int = 0
    stale: int = 0
    tokens: int = 0
    cost: Decimal | None = None
    requests: int = 0
    share: float | None = None
    seconds: float = 0.0
    over_budget: bool = False
    interrupted: bool = False
    earlier_failed: int = 0
    note: str = ""  # the engine's own word on how far it is
    left: list[str] = field(default_factory=list)  # what goes on after this run
    reasons: list[Undrafted] = field(default_factory=list)
    rejections: list[tuple[int, str]] = field(default_factory=list)  # the first ten

    @property
    def done(self) -> int:
        """Letters that this run finished."""
        return self.passed + self.failed

    @property
    def a_second(self) -> float:
        """Letters a second, this run."""
        return self.done / self.seconds if self.seconds else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Seconds until the end at the pace so far, None where nobody knows."""
        return self.seconds * (1 - self.share) / self.share if self.share and self.done else None


def fingerprint() -> str:
    """Return a hash of everything in prompts/: a letter's key changes with any word that a model or customer reads."""
    digest = hashlib.blake2b(digest_size=8)
    pending, texts = [("", prompts())], []
    while pending:
        name, place = pending.pop()
        if place.is_dir():
            pending += [(f"{name}/{child.name}", child) for child in place.iterdir()]
        elif name.endswith((".toml", ".jinja", ".txt", ".md")):
            texts.append((name, place))
    for name, place in sorted(texts, key=lambda text: text[0]):
        digest.update(name.encode() + b"\0" + place.read_bytes() + b"\0")
    return digest.hexdigest()


def settings_of(drafter: Drafter, **more: Any) -> dict[str, str]:
    """Return what shapes a letter beside its record, as the journal tells settings apart."""
    terms = drafter.terms
    wire = getattr(drafter.model, "settings", None)
    named = {
        "model": drafter.model.name,
        "base url": getattr(drafter.model, "base_url", None),
        "temperature": getattr(wire, "temperature", None),
        "attempts": drafter.attempts,
        "candidates": terms.candidates,
        "max tokens": terms.max_tokens,
        "fallback": terms.fallback and terms.fallback.name,
        "judge": terms.judge and terms.judge.name,
        "rules": _folder(drafter.rules),
        "examples": _folder(drafter.examples),
        "prompts": fingerprint(),
        **more,
    }
    return {name: str(value) for name, value in named.items() if value is not None}


def _lacking(incident: Incident | None) -> list[str]:
    """Return what the record lacks that its scenario needs."""
    try:
        if incident is not None:
            refuse_what_lacks(incident)
    except IncidentError as error:
        return error.problems
    return []


def _folder(path: str | Path | None) -> str | None:
    if path is None:
        return None
    digest = hashlib.blake2b(digest_size=8)
    for file in sorted(Path(path).rglob("*.toml")):
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return f"{path} ({digest.hexdigest()})"


def beside(out: Path, what: str) -> Path:
    """Return the file for *what* beside *out*: letters.rejected.jsonl."""
    return out.with_name(f"{out.name.removesuffix('.jsonl')}.{what}.jsonl")


class Batch:
    """One run of a batch into *out*. `run` is awaited once; `stop` is what Ctrl-C calls.

    Raises UsageError for an *engine* that is none or that lacks its package.
    """

    def __init__(
        self, drafter: Drafter, source: Iterator[Line], out: Path, *,
        ceilings: Ceilings | None = None, settings: dict[str, str] | None = None, tell: Told | None = None,
        processes: int | None = None, blocking: bool = False, engine: str = "local", address: str = "",
    ) -> None:  # fmt: skip
        self.drafter, self.source, self.out, self.ceilings = drafter, source, out, ceilings or Ceilings()
        self.settings = settings_of(drafter) if settings is None else settings
        self.tell = tell or (lambda counts: None)
        self.processes = checking_processes() if processes is None else processes
        if engine in engines.ENGINES and engines.ENGINES[engine].elsewhere:
            self.processes = 0
        self.blocking = blocking
        self.draft_all = engines.load(engine, drafter)
        self.price = engines.ENGINES[engine].price
        if address and not engines.ENGINES[engine].elsewhere:
            raise UsageError(f"ray address: the engine is {engine!r} (add --engine ray)")
        self.address = address
        self.counts = Counts()
        self._stopping = False
        self._pipe: Pipe[Line] | None = None
        self._keys: dict[str, bytes] = {}

    async def run(self) -> Counts:
        """Draft what is not drafted yet, and return what was done. Raises UsageError and OSError."""
        # A pipe may keep us waiting, and neither the letters under way nor Ctrl-C must wait with us.
        self._pipe = Pipe(self.source) if self.blocking else None
        with ExitStack() as stack:
            journal = stack.enter_context(Journal(self.out, self.settings))
            rejected = stack.enter_context(open(beside(self.out, "rejected"), "w", encoding="utf-8"))
            spent = Spent(tokens=journal.tokens, money=journal.money)
            drafter, limits = prepared(self.drafter, self.ceilings, spent, self.price)
            if self.processes:
                checkers = Checkers(drafter.terms.check, self.processes)  # type: ignore[arg-type]
                stack.callback(checkers.close)
                drafter = drafter.altered(check=checkers)
            stack.callback(self._save, journal, limits)
            stack.enter_context(self._interruptible())
            await self._work(drafter, limits, journal, rejected)
            if not self._stopping and not self.counts.over_budget:
                self.counts.stale = journal.drop_stale()
            self._finish(journal)
        for place in (beside(self.out, "rejected"), beside(self.out, "undrafted")):
            if place.exists() and not place.stat().st_size:
                place.unlink()
        return self.counts

    def stop(self) -> None:
        """Take no more records; what is under way is finished."""
        self._stopping = self.counts.interrupted = True
        if self._pipe is not None:
            self._pipe.end()

    async def _work(self, drafter: Drafter, limits: Limits, journal: Journal, rejected: IO[str]) -> None:
        start = told = time.monotonic()
        job = Job(
            limits, journal, save=lambda: self._commit(journal, limits), stopping=lambda: self._stopping,
            note=self._note, left=self.counts.left, address=self.address,
        )  # fmt: skip
        async with aclosing(self.draft_all(drafter, self._incidents(journal, rejected), job)) as results:
            async for result in results:
                self._record(result, journal)
                now = time.monotonic()
                self.counts.seconds = now - start
                self._count(limits)
                self._save_now_and_then(journal, limits)
                if now - told > 0.5:
                    self.tell(self.counts)
                    told = now
        self.counts.seconds = time.monotonic() - start
        self._count(limits)
        self.tell(self.counts)

    def _record(self, result: Result, journal: Journal) -> None:
        key, counts = self._keys.pop(result.incident.id), self.counts
        if result.draft is None:
            counts.undrafted += 1
            if result.over_budget:
                counts.over_budget = self._stopping = True
            journal.put_off(key, result.incident.id, result.problem)
            return
        counts.passed += result.passed
        counts.failed += not result.passed
        journal.add(key, result.incident.id, result.passed, result.draft.to_dict())

    def _count(self, limits: Limits) -> None:
        spent, counts = limits.spent, self.counts
        counts.tokens, counts.requests = spent.tokens, spent.requests
        counts.cost = spent.money if limits.price is not None else None

    def _note(self, text: str) -> None:
        self.counts.note = text
        self.tell(self.counts)

    def _commit(self, journal: Journal, limits: Limits) -> None:
        journal.tokens, journal.money = limits.spent.tokens, limits.spent.money
        journal.commit(limits.spent.held_tokens, limits.spent.held_money)

    def _save_now_and_then(self, journal: Journal, limits: Limits) -> None:
        journal.tokens, journal.money = limits.spent.tokens, limits.spent.money
        journal.commit_now_and_then(limits.spent.held_tokens, limits.spent.held_money)

    def _save(self, journal: Journal, limits: Limits) -> None:
        journal.tokens = limits.spent.tokens + limits.spent.held_tokens
        journal.money = limits.spent.money + limits.spent.held_money

    async def _incidents(self, journal: Journal, rejected: IO[str]) -> AsyncIterator[Incident]:
        """Yield what is to be drafted; set aside what cannot be read."""
        while not self._stopping:
            line = next(self.source, None) if self._pipe is None else await self._pipe.next()
            if line is None:
                return
            self.counts.share = line.share
            problems = line.problems or _lacking(line.incident)
            if line.incident is not None and not problems:
                incident = line.incident
                key = key_of(incident.model_dump_json(), self.settings)
                first = journal.seen(incident.id, line.number, key)
                if first is not None:
                    problems = [f"id: {incident.id!r} stands in line {first} already (an id is unique in a batch)"]
                else:
                    done = journal.done(key)
                    if done is None:
                        self._keys[incident.id] = key
                        yield incident
                    else:
                        self.counts.earlier += 1
                        self.counts.earlier_failed += not done
                    continue
            self.counts.rejected += 1
            if len(self.counts.rejections) < 10:
                self.counts.rejections.append((line.number, "; ".join(problems)))
            row = {"line": line.number, "problems": problems, "record": line.text}
            rejected.write(json.dumps(row, ensure_ascii=True) + "\n")

    def _interruptible(self) -> Any:
        """Return a context in which the first Ctrl-C stops softly and the second cancels."""
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        stack = ExitStack()

        def pressed() -> None:
            if self._stopping and task is not None:
                task.cancel()
            self.stop()
            self.tell(self.counts)

        with suppress(NotImplementedError, RuntimeError, ValueError):  # not on this system, or not the main thread
            loop.add_signal_handler(signal.SIGINT, pressed)
            stack.callback(loop.remove_signal_handler, signal.SIGINT)
        return stack

    def _finish(self, journal: Journal) -> None:
        """Write down what is not drafted."""
        with open(beside(self.out, "undrafted"), "w", encoding="utf-8") as file:
            for undrafted in journal.undrafted():
                if len(self.counts.reasons) < 10:
                    self.counts.reasons.append(undrafted)
                file.write(json.dumps({"id": undrafted.id, "reason": undrafted.reason}) + "\n")
