"""What code needs to know of a language, loaded from prompts/<lang>/language.toml."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, NamedTuple

from amends import files
from amends.errors import DataError, UsageError
from amends.text import fold_pattern

_REQUIRED = (
    "name",
    "native_name",
    "direction",
    "default_region",
    "subject_label",
    "subject_labels",
    "salutations",
    "closings",
)


class Language(NamedTuple):
    """The frames of a letter in one language: patterns match folded text at the start of a line."""

    code: str
    name: str
    direction: str
    default_region: str
    subject_label: str
    subject: re.Pattern[str]
    salutation: re.Pattern[str]
    closing: re.Pattern[str]
    postscript: re.Pattern[str]
    quote_intro: re.Pattern[str]
    abbreviations: frozenset[str]
    common_words: frozenset[str]
    table: dict[str, Any]


@cache
def language(code: str) -> Language:
    """Return the language of *code* ("pl" or "pl-PL"). Raises UsageError with the list of languages."""
    base = code.split("-")[0].lower()
    if base not in files.languages():
        raise UsageError(f"language: {code!r} is not one amends knows (one of {', '.join(files.languages())})")
    path = files.prompts() / base / "language.toml"
    table = files.read_toml(path)
    missing = [f"{key} is missing" for key in _REQUIRED if key not in table]
    if missing:
        raise DataError(str(path), missing)
    return Language(
        code=base,
        name=table["name"],
        direction=table["direction"],
        default_region=table["default_region"],
        subject_label=table["subject_label"],
        subject=_any([re.escape(label) for label in _all_subject_labels()], r"\s*[:：]"),
        salutation=_any(table["salutations"]),
        closing=_any(table["closings"]),
        postscript=_any(table.get("postscripts", []) or [r"(?!)"]),
        quote_intro=_any(table.get("quote_intros", []) or [r"(?!)"]),
        abbreviations=frozenset(table.get("abbreviations", [])),
        common_words=frozenset(fold_pattern(word) for word in table.get("common_words", [])),
        table=table,
    )


@cache
def _all_subject_labels() -> tuple[str, ...]:
    """Return the subject labels of every language: a label in the wrong language is still a label."""
    labels: list[str] = []
    for code in files.languages():
        labels += files.read_toml(files.prompts() / code / "language.toml").get("subject_labels", [])
    return tuple(labels)


def _any(patterns: list[str], tail: str = "") -> re.Pattern[str]:
    return re.compile(f"(?:{'|'.join(fold_pattern(p) for p in patterns)}){tail}")
