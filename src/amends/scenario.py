"""The kinds of incident: what each asks of a letter, loaded from prompts/scenarios.toml."""

from __future__ import annotations

from functools import cache
from typing import Literal, NamedTuple

from amends import files

MANY_READERS = ("group_notice", "security_notice", "outage", "partial_outage", "data_loss")


class Scenario(NamedTuple):
    """A kind of incident: when to use it, what its letter must hold, and where that comes from."""

    id: str
    title: str
    use_when: str
    not_when: str
    mode: Literal["reply", "proactive", "either"]
    signer: str
    fears_first: str
    moves: list[str]
    tone: dict[str, str]
    words: int
    waives: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    contact_by: str = ""  # the requirement that stands in for `contact`
    source: str = ""


@cache
def scenarios() -> dict[str, Scenario]:
    """Return every scenario by its id."""
    tables = files.read_toml(files.prompts() / "scenarios.toml")
    return {name: Scenario(id=name, **table) for name, table in tables.items()}


@cache
def scenario_names() -> tuple[str, ...]:
    """Return the ids of all scenarios, in the order of prompts/scenarios.toml."""
    return tuple(scenarios())
