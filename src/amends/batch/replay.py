"""A model that has its answers in the journal: what has none yet is planned, and the letter put off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from amends import answers
from amends.batch.asked import Requests, request_id
from amends.errors import ModelError, UsageError
from amends.incident import Incident
from amends.model import OpenAIModel
from amends.prices import Price
from amends.usage import Completion, Message, Model, estimated_input

# Takes a request, its body, messages and max_tokens; returns the part it stands in from now on.
Plan = Callable[[str, dict[str, Any], list[Message], int | None], int]


class Waiting(Exception):
    """A letter needs an answer that is not there yet. `part`: where it is asked for, 0: no room under a ceiling."""

    def __init__(self, part: int) -> None:
        self.part = part
        super().__init__(part)


@dataclass
class Replay:
    """The model of one letter, drafted from its start: *model*, asked through *plan*. Its answers cost *price*."""

    model: OpenAIModel
    requests: Requests
    price: Price | None
    plan: Plan
    _asked: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.name, self.base_url = self.model.name, self.model.base_url

    async def write(
        self, messages: list[Message], *, max_tokens: int | None = None, incident: Incident | None = None
    ) -> Completion:
        """Return the answer where there is one. Raises Waiting, and ModelError for a request that was given up."""
        body, whose = self.model.body(messages, max_tokens), incident.id if incident else ""
        # The same may be asked again: by several candidates, or after a revision that was thrown away.
        first = request_id(whose, body, 0)
        request = request_id(whose, body, self._asked[first])
        self._asked[first] += 1
        known = self.requests.find(request)
        if known is None or known.pending_nowhere:
            raise Waiting(self.plan(request, body, messages, max_tokens))
        if known.answer is not None:
            completion = answers.read(known.answer, estimated_input(messages))
            cost = None if self.price is None else self.price.of(completion.usage)
            return completion._replace(usage=replace(completion.usage, cost=cost))
        if known.problem is not None:
            raise ModelError(f"{self.model.place}: {known.problem}", requests=1)
        assert known.part is not None
        raise Waiting(known.part)


def over(model: Model, change: Callable[[OpenAIModel], Model]) -> Model:
    """Return *model* with what *change* makes of the one inside that talks to the provider. Raises UsageError."""
    if isinstance(model, OpenAIModel):
        return change(model)
    inside = getattr(model, "over", None)
    if inside is None:
        raise UsageError(f"engine: 'openai-batch' needs a model behind an OpenAI-compatible API, not {model.name!r}")
    changed: Model = inside(lambda inner: over(inner, change))
    return changed


def inner(model: Model) -> OpenAIModel:
    """Return the model that talks to the provider. Raises UsageError where there is none."""
    found: list[OpenAIModel] = []

    def keep(model: OpenAIModel) -> Model:
        found.append(model)
        return model

    over(model, keep)
    return found[0]
