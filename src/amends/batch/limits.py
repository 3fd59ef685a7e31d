"""How many requests may run at once, how fast they may begin, and what they may cost in all."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from amends.batch.pace import Concurrency, Rate, seconds_of
from amends.errors import BudgetError, UsageError
from amends.prices import Price, price_of
from amends.usage import Message, Usage
from amends.wire import retry_after

if TYPE_CHECKING:
    from amends.drafting import Drafter

_LONGEST_PAUSE = 60.0  # seconds: a server that is down is asked once a minute
_FRAME = 8  # tokens that a message's role and frame cost at most, beside its content's bytes


@dataclass(frozen=True)
class Ceilings:
    """What a batch may use in all, None for no bound: USD at list price, tokens, and a minute's requests and tokens."""

    concurrency: int = 64
    money: Decimal | None = None
    tokens: int | None = None
    requests_a_minute: float | None = None
    tokens_a_minute: float | None = None


@dataclass
class Spent:
    """What was used, and what requests under way may use at most."""

    tokens: int = 0
    money: Decimal = Decimal(0)
    held_tokens: int = 0
    held_money: Decimal = Decimal(0)
    requests: int = 0


MAX_TOKENS = 4_096  # what an answer may take under a ceiling where the user sets no bound: reasoning included
_LETTER = 600  # tokens: what an answer is expected to take where only the rates ask


def prepared(
    drafter: Drafter, ceilings: Ceilings, spent: Spent | None = None, share: Decimal = Decimal(1)
) -> tuple[Drafter, Limits]:
    """Return *drafter* with its answers bounded where a ceiling needs it, and the limits of a batch.

    *share* of the list price is what a token costs. Raises UsageError for ceilings that cannot work.
    """
    for name in ("concurrency", "money", "tokens", "requests_a_minute", "tokens_a_minute"):
        value = getattr(ceilings, name)
        if value is not None and not value > 0:
            raise UsageError(f"{name}: {value} is not more than 0")
    listed = price_of(drafter.model)
    price = None if listed is None else Price(*(rate * share for rate in listed))
    if ceilings.money is not None and price is None:
        raise UsageError(
            f"money ceiling: no price is known for {drafter.model.name!r} (set a token ceiling instead, or use a model "
            "that the genai-prices package lists)"
        )
    bound = drafter.terms.max_tokens
    if bound is None and (ceilings.money is not None or ceilings.tokens is not None):
        bound = MAX_TOKENS
        drafter = drafter.altered(max_tokens=bound)
    return drafter, Limits(ceilings, price, output=bound or _LETTER, spent=spent)


def most_tokens(messages: list[Message]) -> int:
    """Return an upper bound of the tokens of *messages*."""
    return sum(len(m["content"].encode("utf-8", "replace")) + _FRAME for m in messages)


class Limits:
    """The gate of a batch (amends.gate.Gate): in the order of asking, as many and as fast as all bounds allow.

    *output* is what an answer is reserved at where no max_tokens is set. *spent* carries what earlier runs used.
    """

    def __init__(
        self, ceilings: Ceilings, price: Price | None, *, output: int, spent: Spent | None = None,
        clock: Callable[[], float] | None = None,
    ) -> None:  # fmt: skip
        self.ceilings, self.price, self.output = ceilings, price, output
        self.spent = spent or Spent()
        self.clock = clock or asyncio.get_running_loop().time
        self.concurrency = Concurrency(ceilings.concurrency)
        self.requests = Rate(ceilings.requests_a_minute, self.clock)
        self.tokens = Rate(ceilings.tokens_a_minute, self.clock)
        self.running = 0
        self.paused_until = 0.0
        self._failures = 0
        self._queue: deque[asyncio.Future[None]] = deque()

    async def enter(self, messages: list[Message], max_tokens: int | None) -> Slot:
        """Wait for a place, for the rates, for the end of a pause and for room under the ceilings; reserve it."""
        return await self.admitted(self.slot(messages, max_tokens))

    async def admitted(self, slot: Slot) -> Slot:
        """Return *slot* when its request may begin, what it may use reserved. Raises BudgetError."""
        # First come, first served: who waits stands in the queue, and only its head looks at the bounds.
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append(mine)
        try:
            if self._queue[0] is not mine:
                await mine
            while (wait := self._wait(slot)) is not None:
                # `None` there means go; a wait without a time ends when a request does.
                await self._sleep(wait)
        finally:
            self._leave(mine)
        slot.hold()
        return slot

    def slot(self, messages: list[Message], max_tokens: int | None) -> Slot:
        """Return a request with what it may use at most; nothing is reserved for it yet."""
        return Slot(self, most_tokens(messages), max_tokens or self.output)

    def _leave(self, mine: asyncio.Future[None]) -> None:
        self._queue.remove(mine)
        if self._queue and not self._queue[0].done():
            self._queue[0].set_result(None)

    async def _sleep(self, seconds: float) -> None:
        self._changed = asyncio.get_running_loop().create_future()
        await asyncio.wait([self._changed], timeout=seconds)

    _changed: asyncio.Future[None] | None = None

    def wake(self) -> None:
        """Let the head of the queue look again."""
        if self._changed is not None and not self._changed.done():
            self._changed.set_result(None)

    def _wait(self, slot: Slot) -> float | None:
        """Return the seconds until it makes sense to look again, None to go now. Raises BudgetError."""
        if self.running >= int(self.concurrency.limit):
            return _LONGEST_PAUSE
        if self.over(slot.tokens, slot.money):
            if self.running == 0:
                raise BudgetError("the ceiling of the batch leaves no room for another request (raise it to go on)")
            return _LONGEST_PAUSE
        waits = (
            self.paused_until - self.clock(),
            self.requests.wait_for(1),
            self.tokens.wait_for(slot.estimate),
        )
        longest = max(waits)
        return longest if longest > 0 else None

    def over(self, tokens: int, money: Decimal) -> bool:
        """Whether so much more would go over a ceiling."""
        most, spent = self.ceilings, self.spent
        return (most.tokens is not None and spent.tokens + spent.held_tokens + tokens > most.tokens) or (
            most.money is not None and spent.money + spent.held_money + money > most.money
        )

    def pause(self, seconds: float) -> None:
        """Begin no request for so long."""
        self.paused_until = max(self.paused_until, self.clock() + min(seconds, _LONGEST_PAUSE))

    def saw_failure(self, status: int | None, headers: Mapping[str, str]) -> None:
        """Shrink on 429, pause on 5xx, for longer with each one in a row."""
        if status == 429:
            self.concurrency.saw(refused=True)
        elif status is not None and status >= 500:
            self._failures += 1
            asked = retry_after(headers)
            self.pause(asked if asked is not None else 0.1 * 2 ** min(self._failures, 10))

    def saw_answer(self, headers: Mapping[str, str], estimate: int) -> None:
        """Grow, and pause where the server says that its quota is used up."""
        self._failures = 0
        self.concurrency.saw(refused=False)
        for kind, least in (("requests", 1), ("tokens", estimate)):
            left = headers.get(f"x-ratelimit-remaining-{kind}", "")
            if left.isdecimal() and int(left) < least:
                self.pause(seconds_of(headers.get(f"x-ratelimit-reset-{kind}", "")))


class Slot:
    """One request that was let through, with what is reserved for it."""

    def __init__(self, limits: Limits, input_tokens: int, output_tokens: int) -> None:
        self.limits = limits
        self.tokens = input_tokens + output_tokens
        # Bytes are an upper bound of the tokens; what a server's own quota sees is about a quarter.
        self.estimate = input_tokens // 4 + output_tokens
        usage = Usage(input_tokens=input_tokens, output_tokens=output_tokens)
        self.money = limits.price.of(usage) if limits.price is not None else Decimal(0)

    def hold(self) -> None:
        """Take the place and what it may use."""
        limits = self.limits
        limits.running += 1
        limits.spent.requests += 1
        limits.spent.held_tokens += self.tokens
        limits.spent.held_money += self.money
        limits.requests.take(1)
        limits.tokens.take(self.estimate)

    def answered(self, headers: Mapping[str, str], usage: Usage) -> None:
        """Give the place back, and count what was used."""
        limits = self.limits
        cost = limits.price.of(usage) if limits.price is not None else Decimal(0)
        limits.tokens.take(usage.tokens - self.estimate)
        limits.saw_answer(headers, self.estimate)
        self._over(usage.tokens, cost)

    def failed(self, status: int | None, headers: Mapping[str, str]) -> None:
        """Give the place back. What a server may have worked on without an answer counts in full."""
        self.limits.saw_failure(status, headers)
        self._over(*((self.tokens, self.money) if status is None else (0, Decimal(0))))

    def _over(self, tokens: int, money: Decimal) -> None:
        limits, spent = self.limits, self.limits.spent
        limits.running -= 1
        spent.held_tokens -= self.tokens
        spent.held_money -= self.money
        spent.tokens += tokens
        spent.money += money
        limits.wake()
