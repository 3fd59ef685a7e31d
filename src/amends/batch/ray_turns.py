"""The limits of a batch whose requests begin in many processes: one keeps them, and the others ask it for turns."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from amends.batch.limits import Ceilings, Limits, Slot, Spent
from amends.errors import BudgetError
from amends.prices import Price
from amends.usage import Usage

# Not a fault of the server's, and nothing was sent: such a turn costs nothing and teaches nothing.
_UNUSED = 0


class Entered(NamedTuple):
    """The answer to who asks for a turn: why there is none, and whether no further letter should begin."""

    problem: str
    stopping: bool


class Turns:
    """Limits for tasks elsewhere. A turn is named by its task and a number; a task that died gives all its turns back.

    *key* goes to every task that begins, and nowhere else.
    """

    def __init__(self, ceilings: Ceilings, price: Price | None, output: int, spent: Spent) -> None:
        self.limits = Limits(ceilings, price, output=output, spent=spent, clock=time.monotonic)
        self._held: dict[tuple[str, int], Slot] = {}
        self._waiting: set[tuple[str, int]] = set()
        self._key = ""
        self._stopping = False

    async def share(self, key: str) -> None:
        """Take the API key that the tasks need."""
        self._key = key

    async def begin(self) -> tuple[str, bool]:
        """Return the API key, and whether no letter should begin."""
        return self._key, self._stopping

    async def enter(self, task: str, number: int, input_tokens: int, output_tokens: int | None) -> Entered:
        """Wait for a turn as Limits.enter does."""
        turn = (task, number)
        self._waiting.add(turn)
        slot = Slot(self.limits, input_tokens, output_tokens or self.limits.output)
        try:
            await self.limits.admitted(slot)
        except BudgetError as error:
            self._waiting.discard(turn)
            return Entered(str(error), self._stopping)
        if turn in self._waiting:
            self._waiting.remove(turn)
            self._held[turn] = slot
        else:
            slot.failed(_UNUSED, {})  # nobody waits for it any more
        return Entered("", self._stopping)

    async def over(self, task: str, number: int, status: int | None, headers: Mapping[str, str]) -> None:
        """Give a turn back that had no answer, or that nobody waits for any more."""
        self._waiting.discard((task, number))
        slot = self._held.pop((task, number), None)
        if slot is not None:
            slot.failed(status, headers)

    async def answered(self, task: str, number: int, usage: Usage, headers: Mapping[str, str]) -> None:
        """Give a turn back and count what it used."""
        slot = self._held.pop((task, number), None)
        if slot is not None:
            slot.answered(headers, usage)

    async def end(self, task: str) -> None:
        """Give back what *task* still holds: its requests may have been worked on, and count in full."""
        self._waiting = {turn for turn in self._waiting if turn[0] != task}
        for turn in [turn for turn in self._held if turn[0] == task]:
            self._held.pop(turn).failed(None, {})

    async def stop(self) -> None:
        """Let no further letter begin."""
        self._stopping = True

    async def spent(self) -> Spent:
        """Return what was used and what is reserved."""
        return replace(self.limits.spent)


def take_over(spent: Spent, newer: Spent) -> None:
    """Make *spent* hold what *newer* does."""
    for name, value in vars(newer).items():
        setattr(spent, name, value)
