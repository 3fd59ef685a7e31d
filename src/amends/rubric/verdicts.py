"""What each verdict means in words, loaded from prompts/<lang>/verdicts.toml."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from amends import files
from amends.errors import DataError
from amends.report import ELEMENTS, FAULTS, REQUIREMENTS


class Meaning(NamedTuple):
    """What a verdict's id stands for; `instruction` tells the writer what to do."""

    id: str
    title: str
    counts: str
    not_enough: str
    instruction: str
    source: str


@cache
def meanings(code: str) -> dict[str, Meaning]:
    """Return the meaning of every verdict in the language *code*. Raises DataError naming what is missing."""
    path = files.prompts() / code / "verdicts.toml"
    table = files.read_toml(path)
    problems, found = [], {}
    for name in (*ELEMENTS, *FAULTS, *REQUIREMENTS):
        entry = table.get(name, {})
        missing = [key for key in Meaning._fields[1:] if key not in entry]
        problems += [f"{name}: {key} is missing" for key in missing]
        if not missing:
            found[name] = Meaning(id=name, **{key: entry[key] for key in Meaning._fields[1:]})
    if problems:
        raise DataError(str(path), problems)
    return found
