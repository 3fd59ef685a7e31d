"""Record a model's answers in a text file that one can review, and replay them without a network."""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

from amends.batch.run import fingerprint
from amends.errors import DataError, ModelError
from amends.incident import Incident
from amends.usage import OFFLINE, Completion, Message, Model, Usage

_BEGIN = '{\n "key": "'
_ENTRY = re.compile(r"^(?=\{$)", re.MULTILINE)


class Recording:
    """The answers in the file *path*: what is not there *model* is asked for, and its answer is added.

    Without *model* nobody is asked: it answers as the one model that was recorded, and raises ModelError for what is
    not there. *path* None keeps the answers in memory only. The file is a sequence of JSON objects with the letter
    line by line. `hits` and `asked` count the answers that were there, and those that were not. Raises DataError.
    """

    def __init__(self, path: str | Path | None, model: Model | None = None) -> None:
        self.path, self.model = None if path is None else Path(path), model
        self.hits = self.asked = 0
        self._answers: dict[str, dict[str, Any]] = {}
        self._cut = False  # whether the file ends within a line
        if self.path is not None and (model is None or self.path.exists()):
            self._read(self.path)
        self.name, self.settings = (model.name, _settings(model)) if model is not None else self._recorded()
        self.base_url = self.settings.get("base url")

    def for_letter(self, letter: str, repeat: int = 0) -> Writer:
        """Return a model that writes one letter, and says which in the file: each repeat gets answers of its own."""
        return Writer(self, letter, repeat)

    def found(self, key: str) -> Completion | None:
        """Return the answer under *key*, None where there is none."""
        if key not in self._answers:
            return None
        self.hits += 1
        return _completion(self._answers[key])

    def add(self, key: str, letter: str, repeat: int, completion: Completion) -> None:
        """Keep an answer."""
        self.asked += 1
        answer = {
            "key": key,
            "model": self.name,
            "settings": self.settings,
            "letter": letter,
            "repeat": repeat,
            "finish_reason": completion.finish_reason,
            "outcome": completion.outcome,
            "usage": completion.usage.to_dict(),
            "seconds": round(completion.seconds or 0.0, 3),
            "text": completion.text.split("\n"),
        }
        self._answers[key] = answer
        if self.path is None:
            return
        with self.path.open("a", encoding="utf-8", errors="replace", newline="") as file:
            file.write(("\n" if self._cut else "") + json.dumps(answer, ensure_ascii=False, indent=1) + "\n")
        self._cut = False

    def _read(self, path: Path) -> None:
        try:
            text = path.read_bytes().decode("utf-8", "replace")
        except OSError as error:
            raise DataError(str(path), [f"cannot be read: {(error.strerror or 'unknown reason').lower()}"]) from None
        self._cut = not text.endswith("\n") and bool(text)
        for entry in _ENTRY.split(text):
            try:
                answer = json.loads(entry)
                _completion(answer)
                self._answers[answer["key"]] = answer
            except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError):
                continue  # what a killed run left half written is asked again
        if text.strip() and not self._answers and not _BEGIN.startswith(text[: len(_BEGIN)]):
            raise DataError(str(path), ["is no recording (a file that `amends eval --recording` wrote is expected)"])

    def _recorded(self) -> tuple[str, dict[str, str]]:
        """Return the name and settings of the one model whose answers are in the file."""
        known = {json.dumps([a["model"], a["settings"]], sort_keys=True) for a in self._answers.values()}
        if not known:
            raise DataError(str(self.path), ["holds no answers (name a model to record them)"])
        if len(known) > 1:
            names = ", ".join(sorted(known))
            raise DataError(str(self.path), [f"holds the answers of {len(known)} models: {names} (name one of them)"])
        name, settings = json.loads(known.pop())
        return name, settings


class Writer:
    """A model for one letter that answers from a recording. `answers` are those given, `requests` those in vain."""

    def __init__(self, recording: Recording, letter: str, repeat: int) -> None:
        self.recording, self.letter, self.repeat = recording, letter, repeat
        self.name, self.base_url = recording.name, recording.base_url
        self.answers: list[Completion] = []
        self.requests = 0
        self._times: Counter[str] = Counter()

    async def write(
        self, messages: list[Message], *, max_tokens: int | None = None, incident: Incident | None = None
    ) -> Completion:
        """Return the recorded answer to *messages*, else the model's, which is recorded."""
        recording = self.recording
        content = [self.name, recording.settings, messages, max_tokens, self.repeat]
        asked = json.dumps(content, sort_keys=True)
        # Candidates are the same question asked again.
        self._times[asked] += 1
        key = hashlib.sha256(f"{asked}{self._times[asked]}".encode()).hexdigest()[:32]
        completion = recording.found(key)
        if completion is None:
            if recording.model is None:
                raise ModelError(f"{recording.path}: holds no answer to this prompt (record it with the model)")
            start = time.monotonic()
            try:
                completion = await recording.model.write(messages, max_tokens=max_tokens, incident=incident)
            except ModelError as error:
                self.requests += error.requests
                raise
            completion = completion._replace(seconds=time.monotonic() - start)
            recording.add(key, self.letter, self.repeat, completion)
        self.answers.append(completion)
        return completion


def _settings(model: Model) -> dict[str, str]:
    """Return what shapes a model's answers beside its name and the messages."""
    if model.name == OFFLINE:
        return {"prompts": fingerprint()}  # it writes from the record and its own templates, not from the messages
    wire = getattr(model, "settings", None)
    named = {"base url": getattr(model, "base_url", None), "temperature": getattr(wire, "temperature", None)}
    return {name: str(value) for name, value in named.items() if value is not None}


def _completion(answer: dict[str, Any]) -> Completion:
    cost = answer["usage"]["cost"]
    usage = Usage(**{**answer["usage"], "cost": None if cost is None else Decimal(str(cost))})
    text = "\n".join(answer["text"])
    return Completion(text, usage, answer["finish_reason"], answer["outcome"], float(answer["seconds"]))
