"""What stands between a model and the network when many letters are drafted: it may hold a request back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from amends.usage import Message, Usage


class Turn(Protocol):
    """One request that was let through. Exactly one of the two is called when it is over."""

    def answered(self, headers: Mapping[str, str], usage: Usage) -> None:
        """Tell that a completion came, with the response's headers and what it used."""

    def failed(self, status: int | None, headers: Mapping[str, str]) -> None:
        """Tell that none came: the status where there is one, None where the network failed or time ran out."""


class Gate(Protocol):
    """Lets requests through one by one."""

    async def enter(self, messages: list[Message], max_tokens: int | None) -> Turn:
        """Wait until a request may begin. Raises BudgetError where none may any more."""


class _Through:
    """A turn that nobody keeps count of."""

    def answered(self, headers: Mapping[str, str], usage: Usage) -> None:
        """Do nothing."""

    def failed(self, status: int | None, headers: Mapping[str, str]) -> None:
        """Do nothing."""


class OpenGate:
    """Holds nothing back: what a single letter needs."""

    _turn = _Through()

    async def enter(self, messages: list[Message], max_tokens: int | None) -> Turn:
        """Let the request through."""
        return self._turn
