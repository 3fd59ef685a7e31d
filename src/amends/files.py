"""Where the files of prompts/ and of the evaluation's page are, from a checkout, an editable install or a wheel."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from amends.errors import DataError


@cache
def prompts() -> Traversable:
    """Return the folder prompts/: inside the installed package, else beside src/ in a checkout."""
    shipped = files("amends") / "prompts"
    return shipped if shipped.is_dir() else checkout() / "prompts"


@cache
def page_part(name: str) -> str | None:
    """Return what the file *name* of the evaluation's page holds, without the line end at its end; None if none."""
    path = files("amends") / "evaluation" / "pages" / name
    return path.read_text(encoding="utf-8").rstrip("\n") if path.is_file() else None


def checkout() -> Path:
    """Return the folder that src/ is in where amends runs from a checkout; elsewhere it holds nothing of ours."""
    return Path(__file__).parents[2]


def read_toml(path: Traversable | Path) -> dict[str, Any]:
    """Return the tables of a TOML file. Raises DataError with the file's name and the parser's place."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise DataError(str(path), [f"not readable as TOML: {error}"]) from None


@cache
def languages() -> tuple[str, ...]:
    """Return the language codes that prompts/ has a folder for, sorted."""
    return tuple(sorted(p.name for p in prompts().iterdir() if p.is_dir() and (p / "language.toml").is_file()))
