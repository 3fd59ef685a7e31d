"""Draft a letter: ask, check, and ask again for what failed, until it passes or a budget is used up."""

from __future__ import annotations

import copy
import weakref
from collections.abc import AsyncIterable, AsyncIterator, Iterable
from contextlib import aclosing
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from amends import prompt as prompts
from amends import spans
from amends.draft import Attempt, Draft
from amends.errors import IncidentError, UsageError
from amends.incident import Incident
from amends.loop_thread import LoopThread
from amends.model import DEADLINE, TIMEOUT, TRIES, resolve
from amends.prices import price_of
from amends.rounds import Check, Rounds, Terms
from amends.rubric.check import check as check_letter
from amends.usage import OFFLINE, Model

if TYPE_CHECKING:
    from amends.batch.engines import Result

__all__ = ["Attempt", "Draft", "Drafter"]


class Drafter:
    """Drafts letters: asks *model*, checks, and asks again for what failed. Use it for many letters, from any thread.

    *model* is a name or a Model; without it and without *base_url*, AMENDS_MODEL and OPENAI_BASE_URL decide, and
    without them the built-in offline writer. *client* is an openai.AsyncOpenAI or openai.OpenAI to use instead of
    our own; *fallback* is the model (usually "offline") to turn to when the model cannot be reached.

    *attempts* bounds the rounds: the first drafts, *candidates* of them at once, and each revision. *token_budget*,
    *time_budget* (seconds) and *money_budget* (USD, at list price) are for one letter: no request begins that would
    go over them, but a first one is made whatever the token budget. *timeout* is for one request, *deadline* for
    one answer with all its *tries*, both in seconds. *rules* and *examples* are folders of a house's own,
    *letter_date* is what "yesterday" counts from. *check* replaces amends.check(); *judge* is a
    model that may doubt a letter that passes (needs_look). Raises UsageError for arguments that cannot work.
    """

    def __init__(
        self,
        model: str | Model | None = None,
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        client: Any = None,
        fallback: str | Model | None = None,
        attempts: int = 3,
        candidates: int = 1,
        max_tokens: int | None = None,
        token_budget: int | None = None,
        time_budget: float | None = None,
        money_budget: float | Decimal | None = None,
        temperature: float | None = None,
        timeout: float = TIMEOUT,
        deadline: float = DEADLINE,
        tries: int | None = TRIES,
        rules: str | Path | None = None,
        examples: str | Path | None = None,
        letter_date: date | None = None,
        check: Check | None = None,
        judge: str | Model | None = None,
    ) -> None:
        positive = {
            "attempts": attempts, "candidates": candidates, "max_tokens": max_tokens, "token_budget": token_budget,
            "time_budget": time_budget, "money_budget": money_budget, "timeout": timeout, "deadline": deadline,
            "tries": tries,
        }  # fmt: skip
        for name, value in positive.items():
            if value is not None and not value > 0:
                raise UsageError(f"{name}: {value} is not more than 0")
        wire = {"temperature": temperature, "timeout": timeout, "deadline": deadline, "tries": tries}
        self.model = resolve(model, base_url, api_key, client=client, **wire)
        self.fallback = None if fallback is None else resolve(fallback, base_url, api_key, **wire)
        self.judge = None if judge is None else resolve(judge, base_url, api_key, client=client, **wire)
        if money_budget is not None and price_of(self.model) is None:
            raise UsageError(
                f"money_budget: no price is known for {self.model.name!r} (set token_budget instead, or use a model "
                "that the genai-prices package lists)"
            )
        self.attempts = attempts
        self.rules, self.examples = rules, examples
        self.terms = Terms(
            model=self.model,
            fallback=self.fallback,
            candidates=candidates,
            max_tokens=max_tokens,
            token_budget=token_budget,
            time_budget=time_budget,
            money_budget=None if money_budget is None else Decimal(str(money_budget)),
            check=check or partial(check_letter, rules=rules, letter_date=letter_date),
            judge=self.judge,
        )
        self._thread: LoopThread | None = None
        self._lock = Lock()

    def draft(self, incident: Incident, *, letter: str | None = None) -> Draft:
        """Return the draft for *incident*, whether it passes or not; with *letter*, of that letter mended.

        A *letter* that passes comes back as it is, with no request. Works in notebooks and beside a running event
        loop. Raises IncidentError for a record that lacks what its scenario needs, ModelError when the model
        cannot be reached or gives nothing that is a letter, UsageError for a money budget below the first request.
        """
        return self._loop().call(self.adraft(incident, letter=letter))

    async def adraft(self, incident: Incident, *, letter: str | None = None) -> Draft:
        """Return what draft() does, in the running event loop."""
        with spans.draft(incident) as told:
            draft = await self._drafted(incident, letter)
            told.update(spans.drafted(draft))
            return draft

    async def _drafted(self, incident: Incident, letter: str | None) -> Draft:
        refuse_what_lacks(incident)
        rounds = Rounds(self.terms, incident)
        if letter is not None:
            await rounds.given(letter)
        examples: list[str] = []
        if not rounds.passed:
            prompt = prompts.messages(incident, examples=self.examples, rules=self.rules)
            examples = prompt.examples
            # The offline writer answers the same record with the same letter.
            for _ in range(1 if self.terms.model.name == OFFLINE else self.attempts):
                if not await rounds.next(prompt):
                    break
        return await rounds.draft(examples)

    def altered(self, **terms: Any) -> Self:
        """Return the same Drafter, its connections shared, with some of its terms (amends.rounds.Terms) replaced."""
        same = copy.copy(self)
        same.terms = replace(self.terms, **terms)
        return same

    async def batch(
        self,
        incidents: Iterable[Incident] | AsyncIterable[Incident],
        *,
        concurrency: int = 64,
        money_ceiling: float | Decimal | None = None,
        token_ceiling: int | None = None,
        requests_a_minute: float | None = None,
        tokens_a_minute: float | None = None,
    ) -> AsyncIterator[Result]:
        """Yield a Result (.incident, .draft, .problem, .passed) for each incident, in the order of completion.

        *incidents* is read as fast as letters are finished, and may be endless. At most *concurrency* requests run at
        once: fewer at the start and where the server refuses some. The ceilings, in USD at list price and in tokens,
        are for the whole batch; with one of them *max_tokens* bounds every answer (default: MAX_TOKENS). Raises
        UsageError for a money ceiling where no price is known.
        """
        # The layer above is loaded by who asks for it.
        limited = import_module("amends.batch.limits")
        ceilings = limited.Ceilings(
            concurrency,
            None if money_ceiling is None else Decimal(str(money_ceiling)),
            token_ceiling,
            requests_a_minute,
            tokens_a_minute,
        )
        drafter, limits = limited.prepared(self, ceilings)
        engines = import_module("amends.batch.engines")
        async with aclosing(engines.load("local", self)(drafter, incidents, engines.Job(limits))) as results:
            async for result in results:
                yield result

    def close(self) -> None:
        """Close the connections that draft() opened, and end its thread."""
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is not None:
            thread.stop(wait=5.0)

    async def aclose(self) -> None:
        """Close the connections that adraft() opened in this event loop."""
        await _close(self.model, self.fallback, self.judge)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.aclose()

    def _loop(self) -> LoopThread:
        with self._lock:
            if self._thread is None or not self._thread.alive:
                self._thread = LoopThread(partial(_close, self.model, self.fallback, self.judge))
                # A Drafter that nobody closes takes its thread with it, but at exit that is the system's work.
                weakref.finalize(self, self._thread.stop).atexit = False
            return self._thread


def refuse_what_lacks(incident: Incident) -> None:
    """Raise IncidentError for a record that lacks what its scenario needs or that contradicts itself."""
    if find_spec("amends.facts.needs"):
        lacking = import_module("amends.facts.needs").missing(incident)
        if lacking:
            raise IncidentError(incident.id, lacking)


async def _close(*models: Model | None) -> None:
    for model in models:
        closing = getattr(model, "aclose", None)
        if closing is not None:
            await closing()
