"""What a model gives back: the text, how it ended, and what it took."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, NamedTuple, Protocol

from amends.incident import Incident

OFFLINE = "offline"  # the name of the built-in writer
Message = dict[str, str]  # one message of a conversation, as chat completions take it: role and content

# "letter" is the only outcome that can be checked; the others are no letter.
Outcome = Literal["letter", "empty", "cut", "refused", "filtered"]


@dataclass(frozen=True)
class Usage:
    """What was used: HTTP requests (each try counts), tokens as the server counted them, and the cost in USD.

    `cached_tokens` are part of `input_tokens`. `cost` is the list price, None where no price is known.
    """

    requests: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    cost: Decimal | None = None

    @property
    def tokens(self) -> int:
        """Input and output tokens together."""
        return self.input_tokens + self.output_tokens

    def __add__(self, other: Usage) -> Usage:
        unknown = self.cost is None or other.cost is None
        return Usage(
            self.requests + other.requests,
            self.input_tokens + other.input_tokens,
            self.cached_tokens + other.cached_tokens,
            self.output_tokens + other.output_tokens,
            None if unknown else (self.cost or Decimal(0)) + (other.cost or Decimal(0)),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the usage as JSON holds it; the cost is a number in USD, or null."""
        return {
            "requests": self.requests,
            "input_tokens": self.input_tokens,
            "cached_tokens": self.cached_tokens,
            "output_tokens": self.output_tokens,
            "cost": None if self.cost is None else float(self.cost),
        }


class Completion(NamedTuple):
    """One answer of a model. `text` is a letter only where `outcome` says so.

    `seconds` is how long it took where it comes from a recording; None: as long as the caller waits.
    """

    text: str
    usage: Usage = Usage()
    finish_reason: str = "stop"
    outcome: Outcome = "letter"
    seconds: float | None = None


class Model(Protocol):
    """Who writes: takes the messages, gives a completion. Raises ModelError when there is no answer to be had.

    `max_tokens` bounds the output. `incident` is the record that the messages were made from, for a writer that
    composes from it; a model that reads the messages leaves it alone.
    """

    name: str

    async def write(
        self, messages: list[Message], *, max_tokens: int | None = None, incident: Incident | None = None
    ) -> Completion: ...


def estimated_tokens(text: str) -> int:
    """Return about how many tokens *text* is: UTF-8 bytes / 4, rounded up, which holds for scripts beyond Latin too."""
    return -(-len(text.encode("utf-8", "replace")) // 4)


def estimated_input(messages: list[Message]) -> int:
    """Return about how many input tokens *messages* are, 4 for each message's frame."""
    return sum(estimated_tokens(message["content"]) + 4 for message in messages)
