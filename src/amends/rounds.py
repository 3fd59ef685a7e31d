"""The rounds of one letter: ask, check, keep the best, and stop where a budget says so."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from amends import prompt as prompts
from amends import spans
from amends.answers import bare
from amends.draft import Attempt, Draft, Kind, Stopped
from amends.errors import IncidentError, ModelError, UsageError
from amends.incident import Incident
from amends.judging import second_opinion
from amends.prices import cheaper_revision, price_of, priced
from amends.ranking import better
from amends.report import Report
from amends.usage import Completion, Message, Model, Outcome, Usage, estimated_input

LETTER_TOKENS = 600  # what an answer is reserved at where max_tokens says nothing

Check = Callable[[str, Incident], Report | Awaitable[Report]]

_log = logging.getLogger(__name__)
_WAY_OUT: dict[Outcome, str] = {
    "empty": "raise max_tokens, which its reasoning may have used up, or use another model",
    "cut": "raise max_tokens, or use a model with a longer output",
    "refused": "use another model",
    "filtered": "use another model, or reword what the provider's filter may object to",
}


@dataclass(frozen=True)
class Terms:
    """What holds for every letter of a Drafter: who writes, who checks, and one letter's budgets (USD, seconds)."""

    model: Model
    check: Check
    fallback: Model | None = None
    judge: Model | None = None
    candidates: int = 1
    max_tokens: int | None = None
    token_budget: int | None = None
    time_budget: float | None = None
    money_budget: Decimal | None = None


class _Answer(NamedTuple):
    completion: Completion
    seconds: float


@dataclass
class Rounds:
    """One letter on its way: its attempts, the best of them, and what was used."""

    terms: Terms
    incident: Incident
    attempts: list[Attempt] = field(default_factory=list)
    best: Attempt | None = None
    usage: Usage = field(default_factory=lambda: Usage(cost=Decimal(0)))
    start: float = field(default_factory=time.monotonic)
    stopped: Stopped = "attempts"
    problem: str = ""
    fallback_used: bool = False

    @property
    def passed(self) -> bool:
        """Whether the best attempt passes."""
        return self.best is not None and _report(self.best).passed

    async def given(self, letter: str) -> None:
        """Take a letter that somebody wrote, to the byte, as the first attempt."""
        self.best = Attempt(letter, await self._checked(letter), Usage(cost=Decimal(0)), kind="given")
        self.attempts.append(self.best)

    async def next(self, prompt: prompts.Prompt) -> bool:
        """Ask once more: for a first draft, or to mend the best. Return whether another round makes sense."""
        kind: Kind = "revision" if self.best else "draft"
        messages = self._revision(prompt) if self.best else prompt.messages
        count = 1 if self.best else self.terms.candidates
        if self._spent(messages, count):
            return False
        answers, error = await self._ask(self.terms.model, messages, count)
        for answer in answers:
            await self._take(answer, kind, self.terms.model)
        if not answers:
            await self._unanswered(error, messages)
            return False
        return not self.passed

    async def draft(self, examples: list[str]) -> Draft:
        """Return the outcome. Raises ModelError where the model was asked and gave nothing that is a letter."""
        if self.best is None or (self._asked and all(attempt.outcome != "letter" for attempt in self._asked)):
            raise ModelError(self._no_letter(), requests=self.usage.requests)
        report = _report(self.best)
        if self.terms.judge is not None and report.passed:
            report = await self._judged(self.best.text, report, self.terms.judge)
        return Draft(
            incident=self.incident,
            letter=self.best.text,
            report=report,
            attempts=self.attempts,
            usage=self.usage,
            model=self.best.model or self.terms.model.name,
            stopped="passed" if self.passed else self.stopped,
            examples=examples,
            fallback_used=self.fallback_used,
            problem=self.problem,
        )

    async def _judged(self, letter: str, report: Report, judge: Model) -> Report:
        """Return *report* after the judge's second opinion; a judge that cannot be reached leaves the doubt."""
        try:
            return await second_opinion(letter, report, _Counted(self, judge))
        except ModelError as error:
            self.usage += Usage(requests=error.requests, cost=Decimal(0))
            self.problem = f"no second opinion: {error}"
            return report.model_copy(update={"needs_look": True})

    def _revision(self, prompt: prompts.Prompt) -> list[Message]:
        """Return what asks to mend the best letter: whichever message is cheaper, neither grows with the attempts."""
        assert self.best is not None
        asked = (self.incident, self.best.text, _report(self.best), prompt)
        short, resent = prompts.revision(*asked), prompts.resent(*asked)
        # The provider has the first prompt in its cache only where it got it: not for a letter that was given.
        prefix = estimated_input(prompt.messages) if self._asked else 0
        cheaper = cheaper_revision(estimated_input(short), estimated_input(resent), prefix, price_of(self.terms.model))
        return {"short": short, "resend": resent}[cheaper]

    async def _ask(self, model: Model, messages: list[Message], count: int) -> tuple[list[_Answer], ModelError | None]:
        """Return the answers to *count* requests at once that came in time, and an error of one that failed."""
        tasks = [asyncio.create_task(self._timed(model, messages)) for _ in range(count)]
        try:
            await asyncio.wait(tasks, timeout=self._left())
        finally:
            for task in tasks:
                task.cancel()
        finished = await asyncio.gather(*tasks, return_exceptions=True)
        errors = [result for result in finished if isinstance(result, ModelError)]
        for result in finished:
            if isinstance(result, BaseException) and not isinstance(result, ModelError | asyncio.CancelledError):
                raise result
        self.usage += Usage(requests=sum(error.requests for error in errors), cost=Decimal(0))
        return [result for result in finished if not isinstance(result, BaseException)], next(iter(errors), None)

    async def _timed(self, model: Model, messages: list[Message]) -> _Answer:
        start = time.monotonic()
        most = self.terms.max_tokens
        with spans.call(model, most) as told:
            completion = await model.write(messages, max_tokens=most, incident=self.incident)
            told.update(spans.answered(completion))
        waited = time.monotonic() - start
        return _Answer(completion, waited if completion.seconds is None else completion.seconds)

    async def _checked(self, letter: str) -> Report:
        """Return the report on *letter*; a check that runs in another process is waited for."""
        with spans.check() as told:
            found = self.terms.check(letter, self.incident)
            report = found if isinstance(found, Report) else await found
            told.update(spans.checked(report))
        return report

    async def _take(self, answer: _Answer, kind: Kind, model: Model) -> None:
        """Check an answer and keep it where it is better than the best."""
        completion = answer.completion
        usage = priced(completion.usage, model)
        text = bare(completion.text)
        letter = completion.outcome == "letter"
        report = await self._checked(text) if letter else None
        attempt = Attempt(text, report, usage, answer.seconds, completion.outcome, kind, model.name)
        self.attempts.append(attempt)
        self.usage += usage
        if letter and (self.best is None or better(attempt, self.best, self.incident)):
            self.best = attempt

    async def _unanswered(self, error: ModelError | None, messages: list[Message]) -> None:
        """Turn to the fallback, or end with what there is; raise *error* where there is nothing from the model."""
        if error is None:
            self.stopped = "seconds"
            self.problem = f"model {self.terms.model.name!r} gave no letter within {self.terms.time_budget:g} s"
            error = ModelError(f"{self.problem}: raise the time budget, or use a faster model", self.usage.requests)
        else:
            self.stopped, self.problem = "model", str(error)
        if self.terms.fallback is not None:
            self.fallback_used = True
            _log.warning("%s; %s writes instead", self.problem, self.terms.fallback.name)
            try:
                answer = await self._timed(self.terms.fallback, messages)
            except (ModelError, IncidentError) as second:
                raise ModelError(f"{error}; {self.terms.fallback.name} cannot write it either: {second}") from None
            await self._take(answer, "draft", self.terms.fallback)
        elif not any(attempt.outcome == "letter" for attempt in self._asked):
            raise error

    def _spent(self, messages: list[Message], count: int) -> bool:
        """Whether a budget forbids *count* more requests, and which."""
        terms = self.terms
        fresh, output = count * estimated_input(messages), count * (terms.max_tokens or LETTER_TOKENS)
        left = self._left()
        if left is not None and left <= 0:
            self.stopped = "seconds"
        elif terms.token_budget is not None and self._asked and self.usage.tokens + fresh > terms.token_budget:
            self.stopped = "tokens"
        elif terms.money_budget is not None and self._costs_too_much(Usage(input_tokens=fresh, output_tokens=output)):
            self.stopped = "money"
        else:
            return False
        return True

    def _costs_too_much(self, next_usage: Usage) -> bool:
        rate, budget = price_of(self.terms.model), self.terms.money_budget
        assert rate is not None  # the Drafter saw to it
        assert budget is not None
        needed = rate.of(next_usage)
        if needed > budget and self.best is None and not self._asked:
            raise UsageError(f"money_budget: {budget} USD is less than a first letter costs (about {needed:.4f} USD)")
        return (self.usage.cost or 0) + needed > budget

    def _left(self) -> float | None:
        """Return the seconds of the time budget that are left, None without one."""
        budget = self.terms.time_budget
        return None if budget is None else budget - (time.monotonic() - self.start)

    @property
    def _asked(self) -> list[Attempt]:
        """The attempts that a model made."""
        return [attempt for attempt in self.attempts if attempt.kind != "given"]

    def _no_letter(self) -> str:
        name, outcomes = self.terms.model.name, [attempt.outcome for attempt in self._asked]
        ways_out = "; ".join(_WAY_OUT[outcome] for outcome in dict.fromkeys(outcomes))
        return f"model {name!r} gave no letter in {len(outcomes)} answers ({', '.join(outcomes)}): {ways_out}"


class _Counted(NamedTuple):
    """The judge, with what it uses added to the letter's usage."""

    rounds: Rounds
    judge: Model

    async def write(self, messages: list[Message]) -> Completion:
        with spans.call(self.judge, None) as told:
            completion = await self.judge.write(messages)
            told.update(spans.answered(completion))
        self.rounds.usage += priced(completion.usage, self.judge)
        return completion


def _report(attempt: Attempt) -> Report:
    assert attempt.report is not None
    return attempt.report
