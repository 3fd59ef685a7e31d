"""Record a model's answers in a text file that one can review, and replay them without a network."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from amends.errors import ModelError
from amends.incident import Incident
from amends.usage import Completion, Message, Model, Usage


class Recording:
    """A model that answers from *path*, one JSON object a line, and asks *model* only for what is not there.

    Without *model* it raises ModelError for what is not there. `hits` and `asked` count the answers of each kind.
    """

    def __init__(
        self, path: str | Path, model: Model | None = None, *, name: str = "recording", repeat: int = 0
    ) -> None:
        self.path, self.model, self.repeat = Path(path), model, repeat
        self.name = model.name if model is not None else name
        self.hits = self.asked = 0
        lines = self.path.read_text("utf-8").split("\n") if self.path.exists() else []
        self._answers: dict[str, dict[str, Any]] = {}
        for line in filter(None, lines):
            try:
                answer = json.loads(line)
            except json.JSONDecodeError:
                continue  # the line that a killed run left half written is asked again
            self._answers[answer["key"]] = answer

    async def write(
        self, messages: list[Message], *, max_tokens: int | None = None, incident: Incident | None = None
    ) -> Completion:
        """Return the recorded answer to *messages*, else the model's, which is recorded."""
        content = [self.name, messages, max_tokens, self.repeat]
        key = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
        if key in self._answers:
            self.hits += 1
            return _completion(self._answers[key])
        if self.model is None:
            raise ModelError(f"{self.path}: holds no answer to this prompt (record it with the model)")
        completion = await self.model.write(messages, max_tokens=max_tokens, incident=incident)
        self.asked += 1
        self._answers[key] = answer = {
            "key": key,
            "finish_reason": completion.finish_reason,
            "outcome": completion.outcome,
            "usage": completion.usage.to_dict(),
            "text": completion.text,
        }
        with self.path.open("a", encoding="utf-8") as file:
            file.write(("\n" if file.tell() else "") + json.dumps(answer, ensure_ascii=False))
        return completion


def _completion(answer: dict[str, Any]) -> Completion:
    cost = answer["usage"]["cost"]
    usage = Usage(**{**answer["usage"], "cost": None if cost is None else Decimal(str(cost))})
    return Completion(answer["text"], usage, answer["finish_reason"], answer["outcome"])
