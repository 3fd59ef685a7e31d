"""Rules: what patterns show or rule out a verdict, loaded from prompts/<lang>/rubric.toml and a house's own files."""

from __future__ import annotations

import re
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, NamedTuple

from amends import files
from amends.errors import DataError
from amends.letter import Part
from amends.report import ELEMENTS, FAULTS, REQUIREMENTS
from amends.rubric.pattern import Pattern
from amends.text import fold_pattern

PARTS = ("subject", "salutation", "body", "closing", "signature")
EFFECTS = ("shows", "denies", "advises", "requires")
_PATTERNS = ("patterns", "unless", "also")
_FIELDS = {*_PATTERNS, "verdict", "effect", "message", "parts", "raw", "good", "bad", "source"}


class Rule(NamedTuple):
    """One rule. A sentence that a pattern matches (and an `also`, if there are any, and no `unless`) has what it names.

    effect "shows": the sentence carries the element, or is the fault. "denies": whatever else speaks for
    the verdict, this sentence does not count. "advises": a remark that never decides; `verdict` is its id.
    "requires": the letter must hold such a sentence; it is reported as a requirement under the rule's id.
    """

    id: str
    verdict: str
    effect: str
    message: str
    patterns: tuple[Pattern, ...]
    unless: tuple[Pattern, ...]
    also: tuple[Pattern, ...]
    parts: tuple[Part, ...]
    raw: bool  # matched on the text as written, for what folding would hide
    good: tuple[str, ...]
    bad: tuple[str, ...]
    source: str

    def reads(self, part: Part) -> bool:
        """Whether the rule looks at *part* of a letter; a fault is one in the letterhead too."""
        return part in self.parts or (part == "heading" and self.verdict in FAULTS)


def read_rules(path: Traversable | Path, code: str, *, compiled: bool = True) -> tuple[list[Rule], dict[str, str]]:
    """Return the rules and waivers of one file, their patterns *compiled*, else when they are first tried.

    Raises DataError with every problem and its rule.
    """
    table = files.read_toml(path)
    problems: list[str] = []
    found: list[Rule] = []
    waived = _waivers(table, problems)
    for group, entries in table.items():
        if group in ("waive", "reason"):
            continue
        if not isinstance(entries, dict) or not all(isinstance(entry, dict) for entry in entries.values()):
            problems.append(f"{group}: not a table of rules (write [{group}.some-name])")
            continue
        for name, entry in entries.items():
            rule = _rule(f"{group}.{name}", entry, problems, compiled=compiled)
            if rule:
                found.append(rule)
    if problems:
        raise DataError(str(path), problems)
    return found, waived


def _waivers(table: dict[str, Any], problems: list[str]) -> dict[str, str]:
    names, reason = table.get("waive", []), table.get("reason", "")
    for name in names:
        if name not in (*ELEMENTS, *FAULTS, *REQUIREMENTS):
            problems.append(f"waive: {name!r} is no element, fault or requirement of the rubric")
    if names and not reason:
        problems.append('waive: needs a reason (reason = "…"), which every report will show')
    return {name: str(reason) for name in names}


def _rule(name: str, entry: dict[str, Any], problems: list[str], *, compiled: bool) -> Rule | None:
    before = len(problems)
    problems += [
        f"{name}: unknown field {key!r} (one of {', '.join(sorted(_FIELDS))})" for key in entry if key not in _FIELDS
    ]
    effect = entry.get("effect", "shows")
    if effect not in EFFECTS:
        problems.append(f"{name}: unknown effect {effect!r} (one of {', '.join(EFFECTS)})")
    verdict = entry.get("verdict", "")
    if effect in ("shows", "denies") and verdict not in (*ELEMENTS, *FAULTS, *REQUIREMENTS):
        problems.append(f"{name}: verdict {verdict!r} is no element, fault or requirement of the rubric")
    problems += [f"{name}: {key} is missing" for key in ("patterns", "good", "bad", "message") if not entry.get(key)]
    parts = tuple(entry.get("parts", ("subject", "body", "closing")))
    problems += [f"{name}: unknown part {part!r} (one of {', '.join(PARTS)})" for part in parts if part not in PARTS]
    raw = bool(entry.get("raw", False))
    for key in _PATTERNS:
        for text in entry.get(key, []):
            wrong = _wrong(text, raw=raw, compiled=compiled)
            if wrong:
                problems.append(f"{name}: {key}: {text!r} {wrong}")
    if len(problems) > before:
        return None
    patterns, unless, also = (
        tuple(Pattern(text if raw else fold_pattern(text)) for text in entry.get(key, [])) for key in _PATTERNS
    )
    return Rule(
        name, verdict, effect, entry["message"], patterns, unless, also,
        parts, raw, tuple(entry["good"]), tuple(entry["bad"]), entry.get("source", ""),
    )  # fmt: skip


def _wrong(text: str, *, raw: bool, compiled: bool) -> str:
    """Return what is wrong with a pattern, "" where nothing is."""
    # In a set of characters ".+" is no gap.
    if re.search(r"(?<!\\)\.[*+]", re.sub(r"\[\^?\]?(?:\\.|[^\]\\])*\]", "[]", text)):
        return "has a gap without bound (write .{0,60} for .*)"
    try:
        if compiled:
            re.compile(text if raw else fold_pattern(text))
    except re.error as error:
        return f"is no regular expression: {error}"
    return ""
