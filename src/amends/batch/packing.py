"""A drafter on its way to another process: settings instead of connections, and never its API key."""

from __future__ import annotations

import io
import os
import pickle
from dataclasses import replace
from typing import Any

from amends.drafting import Drafter
from amends.errors import UsageError
from amends.model import OpenAIModel, Settings
from amends.rounds import Terms

KEY = "OPENAI_API_KEY"  # where the key is in the environment of the process that unpacks


def unpacked(pack: bytes, key: str) -> Drafter:
    """Return the drafter that *pack* holds, with *key*, or with this environment's where there is none."""
    if key:
        os.environ[KEY] = key
    drafter: Drafter = pickle.loads(pack)
    return drafter


class _Packer(pickle.Pickler):
    """Packs a drafter for another process: settings instead of connections, and no key."""

    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self.keys: set[str] = set()

    def reducer_override(self, thing: Any) -> Any:
        """Return how to make *thing* anew where it holds what cannot or must not travel."""
        if isinstance(thing, Drafter):
            return _drafter, (thing.terms, thing.attempts, thing.rules, thing.examples)
        if isinstance(thing, OpenAIModel):
            if thing.settings.client is not None:
                raise UsageError("client: it cannot go to other processes (give base_url and api_key)")
            self.keys.add(thing.settings.api_key or "")
            return _model, (replace(thing.settings, api_key=None),)
        return NotImplemented


def packed(drafter: Drafter) -> tuple[bytes, str]:
    """Return *drafter* as bytes without its API key, and the key. Raises UsageError for what cannot travel."""
    file = io.BytesIO()
    packer = _Packer(file)
    try:
        packer.dump(drafter)
    except (pickle.PicklingError, AttributeError, TypeError):
        raise UsageError(
            "engine: the drafter goes to other processes, and its model or check cannot (both must be importable)"
        ) from None
    if len(packer.keys) > 1:
        raise UsageError("api key: the models of a drafter that goes to other processes must have the same one")
    return file.getvalue(), next(iter(packer.keys), "")


def _drafter(terms: Terms, attempts: int, rules: Any, examples: Any) -> Drafter:
    drafter = Drafter(terms.model, attempts=attempts, rules=rules, examples=examples)
    return drafter.altered(**vars(terms))


def _model(settings: Settings) -> OpenAIModel:
    return OpenAIModel(replace(settings, api_key=os.environ.get(KEY) or None))
