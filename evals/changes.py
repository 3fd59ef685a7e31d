"""What the changes of a letter share: their shape, their words, and whether a record holds a value."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from amends import Incident
from evals.labelled import Labelled

_FOLDER = Path(__file__).parent / "mutations"

# The changed letter, what was there and what is there, and the record where it changes too; None: nothing to change.
Made = tuple[Any, ...] | None
Change = Callable[[Labelled, list[Incident], Random], Made]


@cache
def data(language: str) -> dict[str, Any]:
    """Return what is put into letters of *language*."""
    return tomllib.loads((_FOLDER / f"{language}.toml").read_text(encoding="utf-8"))


def replaced(letter: str, start: int, end: int, after: str) -> Made:
    """Return *letter* with *after* in the place of a stretch."""
    return letter[:start] + after + letter[end:], letter[start:end], after


def text_of(incident: Incident) -> str:
    """Return all paths and values of the record."""
    return "\n".join(f"{path} {value}" for path, value in incident.leaves())


def holds(incident: Incident, value: str) -> bool:
    """Whether the record holds *value* somewhere, so that stating it would be no fault."""
    value, text = _western(value), _western(text_of(incident))
    digits = re.sub(r"\D", "", value)
    return value in text or (bool(digits) and digits in re.sub(r"[^\d\n]", "", text))


def _western(text: str) -> str:
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)


def is_frame(letter: str, match: re.Match[str]) -> bool:
    """Whether a match stands in quoted mail or in a line that only dates the letter: no claim about the case."""
    start, end = letter.rfind("\n", 0, match.start()) + 1, letter.find("\n", match.end())
    line = letter[start : end if end >= 0 else len(letter)]
    return line.startswith(">") or (len(line) < 40 and line[:1] not in "-•*" and not set(line) & set("：:"))
