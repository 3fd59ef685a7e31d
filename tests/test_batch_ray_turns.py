"""Limits kept in one place for tasks elsewhere, and what travels to them; without Ray."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest
from fakes import ScriptedModel

from amends import Drafter
from amends.batch.limits import Ceilings, Spent
from amends.batch.packing import packed, unpacked
from amends.batch.ray_turns import Turns
from amends.errors import UsageError
from amends.prices import Price
from amends.usage import Usage

PRICE = Price(Decimal("0.01"), Decimal("0.01"), Decimal("0.02"))
KEY = "sk-7391"


def turns(**ceilings: int) -> Turns:
    """Turns whose answers are reserved at 50 tokens."""
    return Turns(Ceilings(**ceilings), PRICE, 50, Spent())


def test_a_dead_task_gives_its_turns_back() -> None:
    """Turns of a task that died are free again; as its requests may have been worked on, they count in full."""

    async def story() -> None:
        kept = turns(concurrency=2)
        await kept.enter("dead", 0, 100, None)
        await kept.enter("dead", 1, 100, None)
        waiting = asyncio.create_task(kept.enter("alive", 0, 100, None))
        await asyncio.sleep(0.01)
        assert not waiting.done()
        await kept.end("dead")
        assert (await asyncio.wait_for(waiting, 1)).problem == ""
        spent = await kept.spent()
        assert (spent.tokens, spent.held_tokens, kept.limits.running) == (300, 150, 1)

    asyncio.run(story())


def test_a_dead_task_that_waits_takes_no_turn() -> None:
    """A turn that comes when its task is dead, or no longer waits, goes to the next one and costs nothing."""

    async def story() -> None:
        kept = turns(concurrency=1)
        await kept.enter("first", 0, 100, None)
        orphans = [asyncio.create_task(kept.enter(name, 0, 100, None)) for name in ("dead", "tired")]
        waiting = asyncio.create_task(kept.enter("alive", 0, 100, None))
        await asyncio.sleep(0.01)
        await kept.end("dead")
        await kept.over("tired", 0, 0, {})
        await kept.answered("first", 0, Usage(1, 60, 0, 20), {})
        await asyncio.wait_for(asyncio.gather(*orphans, waiting), 1)
        spent = await kept.spent()
        assert (spent.tokens, spent.held_tokens, kept.limits.running) == (80, 150, 1)

    asyncio.run(story())


def test_a_ceiling_is_told() -> None:
    """Where the ceiling has no room left, the answer to a task says so instead of waiting."""

    async def story() -> None:
        entered = await turns(tokens=100).enter("a", 0, 100, None)
        assert "ceiling" in entered.problem

    asyncio.run(story())


def test_stopping_is_told_with_each_turn() -> None:
    """A task learns that no letter should begin with its next turn, and a new one at its beginning; so with the key."""

    async def story() -> None:
        kept = turns()
        await kept.share(KEY)
        assert await kept.begin() == (KEY, False)
        await kept.stop()
        assert (await kept.enter("a", 0, 100, None)).stopping
        assert await kept.begin() == (KEY, True)

    asyncio.run(story())


def test_a_drafter_travels_without_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """A drafter comes out as it went in, but its key goes another way."""
    monkeypatch.setenv("OPENAI_API_KEY", "")
    drafter = Drafter("m", base_url="http://127.0.0.1:9/v1", api_key=KEY, attempts=2, fallback="offline", max_tokens=9)
    pack, key = packed(drafter)
    assert KEY.encode() not in pack
    assert key == KEY
    other = unpacked(pack, key)
    assert other.terms.model.settings == drafter.model.settings  # type: ignore[attr-defined]
    assert (other.attempts, other.terms.max_tokens) == (2, 9)
    assert other.terms.fallback is not None
    assert other.terms.fallback.name == "offline"


@pytest.mark.parametrize(
    ("drafter", "told"),
    [
        (Drafter(ScriptedModel([]), check=lambda letter, incident: None), "both must be importable"),  # type: ignore[arg-type, return-value]
        (
            Drafter("m", base_url="http://h/v1", api_key="a", judge=Drafter("n", base_url="http://h/v1").model),
            "must have the same one",
        ),
    ],
    ids=["lambda", "two keys"],
)
def test_what_cannot_travel_is_refused(drafter: Drafter, told: str) -> None:
    """What other processes cannot import, or could not keep apart, is refused with the reason."""
    with pytest.raises(UsageError, match=told):
        packed(drafter)
