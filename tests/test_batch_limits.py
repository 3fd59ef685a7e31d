"""How a batch holds itself back: concurrency, rates, pauses and ceilings."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amends.batch.limits import Ceilings, Limits
from amends.batch.pace import Concurrency, Rate, seconds_of
from amends.errors import BudgetError
from amends.prices import Price
from amends.usage import Message, Usage

ASK: list[Message] = [{"role": "user", "content": "x" * 92}]  # 100 tokens at most, with its frame
PRICE = Price(Decimal("0.01"), Decimal("0.01"), Decimal("0.02"))


def limits(ceilings: Ceilings, clock: Callable[[], float] | None = None) -> Limits:
    """Limits whose answers are reserved at 50 tokens."""
    return Limits(ceilings, PRICE, output=50, clock=clock)


def test_grows_while_all_is_well() -> None:
    """Without refusals the limit doubles until it is as high as it may be."""
    adapting = Concurrency(64)
    for _ in range(200):
        adapting.saw(refused=False)
    assert adapting.limit == 64


def test_shrinks_where_the_load_is_refused() -> None:
    """A server that refuses whatever is beyond 10 at once gets about 10."""
    adapting, seen = Concurrency(64), []
    for _ in range(300):
        running = int(adapting.limit)
        for place in range(running):
            adapting.saw(refused=place >= 10)
        seen.append(adapting.limit)
    assert 5 <= sum(seen[100:]) / 200 <= 20


def test_does_not_shrink_where_that_does_not_help() -> None:
    """A server that refuses a fifth whatever the load keeps being asked by many at once."""
    adapting, seen = Concurrency(64), []
    for number in range(20_000):
        adapting.saw(refused=number % 5 == 0)
        seen.append(adapting.limit)
    assert sum(seen[5000:]) / 15_000 > 20


@given(st.lists(st.booleans(), max_size=500))
def test_concurrency_stays_in_bounds(outcomes: list[bool]) -> None:
    """Whatever comes, between one and the most are allowed."""
    adapting = Concurrency(32)
    for refused in outcomes:
        adapting.saw(refused)
        assert 1 <= adapting.limit <= 32


@given(st.lists(st.floats(0.1, 50), min_size=1, max_size=60))
def test_rate(amounts: list[float]) -> None:
    """Over any stretch no more begins than the rate and one burst allow."""
    now, taken = 0.0, 0.0
    rate = Rate(600, lambda: now)
    for amount in amounts:
        now += rate.wait_for(amount) + 1e-9
        rate.take(amount)
        taken += amount
        assert taken <= 60 + now * 10 + 50


@pytest.mark.parametrize(
    ("ceilings", "most"), [(Ceilings(tokens=470), 3), (Ceilings(money=Decimal("4.3")), 2)], ids=["tokens", "money"]
)
def test_what_is_under_way_cannot_overshoot(ceilings: Ceilings, most: int) -> None:
    """Requests under way are reserved in full: only so many begin, the next waits, and goes when one took less."""

    async def scenario() -> None:
        bound = limits(ceilings)
        slots = [await bound.enter(ASK, None) for _ in range(most)]
        waiting = asyncio.create_task(bound.enter(ASK, None))
        await asyncio.sleep(0.01)
        assert not waiting.done()
        slots[0].answered({}, Usage(1, 10, 0, 5))
        await asyncio.wait_for(waiting, 1)

    asyncio.run(scenario())


def test_a_ceiling_without_room() -> None:
    """Where nothing is under way and there is no room, the batch is over its budget."""

    async def scenario() -> None:
        await limits(Ceilings(tokens=149)).enter(ASK, None)

    with pytest.raises(BudgetError, match="ceiling"):
        asyncio.run(scenario())


@pytest.mark.parametrize(("status", "counted"), [(None, 150), (429, 0), (500, 0)])
def test_what_an_unanswered_request_counts(status: int | None, counted: int) -> None:
    """A request that a server may have worked on counts in full; one that it turned down counts nothing."""

    async def scenario() -> int:
        bound = limits(Ceilings())
        (await bound.enter(ASK, None)).failed(status, {})
        return bound.spent.tokens

    assert asyncio.run(scenario()) == counted


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1m30s"}, 60.0),
        ({"x-ratelimit-remaining-tokens": "3", "x-ratelimit-reset-tokens": "250ms"}, 0.25),
        ({"x-ratelimit-remaining-requests": "9", "x-ratelimit-reset-requests": "1s"}, 0.0),
    ],
)
def test_remaining_quota(headers: dict[str, str], seconds: float) -> None:
    """A quota that is used up pauses the batch until it is full again, a minute at most."""

    async def scenario() -> float:
        bound = limits(Ceilings(), clock=lambda: 100.0)
        bound.paused_until = 100.0
        (await bound.enter(ASK, None)).answered(headers, Usage(1, 10, 0, 5))
        return bound.paused_until - 100.0

    assert asyncio.run(scenario()) == pytest.approx(seconds)


def test_failing_server_is_left_alone_for_longer() -> None:
    """Each 5xx in a row doubles the pause; Retry-After says it better."""

    async def scenario() -> tuple[float, ...]:
        bound, pauses = limits(Ceilings(), clock=lambda: 0.0), []
        for headers in ({}, {}, {"retry-after": "7"}):
            slot = await bound.enter(ASK, None)
            slot.failed(503, headers)
            pauses.append(bound.paused_until)
            bound.paused_until = 0.0
        return tuple(pauses)

    assert asyncio.run(scenario()) == pytest.approx((0.2, 0.4, 7.0))


def test_durations() -> None:
    """Headers' durations in all their parts."""
    assert [seconds_of(text) for text in ("6ms", "1s", "1m30s", "2h", "")] == pytest.approx([0.006, 1, 90, 7200, 1])
