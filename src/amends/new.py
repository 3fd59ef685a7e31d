"""A commented incident record to fill in."""

from __future__ import annotations

import json

from amends import files
from amends.errors import DataError, UsageError, nearest
from amends.language import language as language_of
from amends.scenario import MANY_READERS, scenarios
from amends.templates import render


def new_record(scenario: str, language: str = "en") -> str:
    """Return a TOML record of *scenario*, commented in *language*, that loads as it is.

    Raises UsageError for an unknown scenario or language, DataError for a language without samples.
    """
    if scenario not in scenarios():
        raise UsageError(f"scenario: {scenario!r} is not one{nearest(scenario, scenarios())}")
    kind, code = scenarios()[scenario], language_of(language).code
    path = files.prompts() / code / "new.toml"
    table = files.read_toml(path)
    missing = [f"{name} is missing" for name in ("say", "value", "sample") if name not in table]
    if missing or scenario not in table["sample"]:
        raise DataError(str(path), missing or [f"sample.{scenario} is missing"])
    values = {
        "scenario": kind,
        "language": language,
        "mode": "reply" if kind.mode == "either" else kind.mode,
        "group": scenario in MANY_READERS,
        "scope": "scope" in kind.requires,
        "actions": "recipient_action" in kind.requires,
        "questions": "questions_list" in kind.requires,
        "update": "next_update" in kind.requires,
        "say": table["say"] | {"title": table["sample"][scenario]["title"]},
        "value": table["value"],
        # A scenario that is told without a cause, or without a remedy, has none in its sample.
        "sample": {"cause": "", "remedy": "", **table["sample"][scenario]},
    }
    return render("new.toml.jinja", values, {"quoted": _quoted})


def _quoted(value: object) -> str:
    # A JSON string or list of strings is one of TOML too.
    return json.dumps(value, ensure_ascii=False)
