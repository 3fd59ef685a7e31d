"""Keep a language's rules in the form the check needs them, so that a first check does not wait for it.

`python -m amends.rubric.built` writes weights/rules-<lang>.json; a file whose rules have changed since is not used.
"""

from __future__ import annotations

import json
from hashlib import sha256
from importlib.resources import files as package_files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from amends import files
from amends.rubric.pattern import Pattern
from amends.rubric.rules import Rule, read_rules

_FORM = "2"  # of this file; part of the digest


def digest(source: bytes) -> str:
    """Return what ties a built file to the rules it was built from."""
    return sha256(_FORM.encode() + source).hexdigest()


def built_path(code: str) -> Traversable:
    """Return where the built rules of *code* are."""
    return package_files("amends.rubric") / "weights" / f"rules-{code}.json"


def load(code: str, source: bytes) -> list[Rule] | None:
    """Return the rules built from *source*, without their examples; None where there are none or they are stale."""
    path = built_path(code)
    if not path.is_file():
        return None
    table = json.loads(path.read_text(encoding="utf-8"))
    if table["digest"] != digest(source):
        return None
    return [_rule(row) for row in table["rules"]]


def dump(rules: list[Rule], source: bytes) -> str:
    """Return the built form of *rules*, one rule a line."""
    rows = ",\n".join(json.dumps(_row(rule), ensure_ascii=False, separators=(",", ":")) for rule in rules)
    return f'{{"digest": "{digest(source)}", "rules": [\n{rows}\n]}}\n'


def _row(rule: Rule) -> list[Any]:
    patterns = [[p.pattern, [sorted(strings) for strings in p.needs]] for p in rule.patterns]
    return [
        rule.id, rule.verdict, rule.effect, rule.message, patterns, [p.pattern for p in rule.unless],
        [p.pattern for p in rule.also], rule.parts, rule.raw,
    ]  # fmt: skip


def _rule(row: list[Any]) -> Rule:
    name, verdict, effect, message, patterns, unless, also, parts, raw = row
    return Rule(
        id=name, verdict=verdict, effect=effect, message=message,
        patterns=tuple(Pattern(text, tuple(map(frozenset, needs))) for text, needs in patterns),
        unless=tuple(map(Pattern, unless)), also=tuple(map(Pattern, also)),
        parts=tuple(parts), raw=raw, good=(), bad=(), source="",
    )  # fmt: skip


def main() -> None:
    """Write the built rules of every language."""
    for code in files.languages():
        source = (files.prompts() / code / "rubric.toml").read_bytes()
        rules, _ = read_rules(files.prompts() / code / "rubric.toml", code)
        Path(str(built_path(code))).write_text(dump(rules, source), encoding="utf-8")


if __name__ == "__main__":
    main()
