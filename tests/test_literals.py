"""The strings that a pattern needs are in whatever it matches, so that skipping it without them loses nothing."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from commands import environment

from amends import files
from amends.rubric.pattern import Pattern
from amends.rubric.rules import read_rules
from amends.text import fold


@pytest.mark.parametrize(
    ("pattern", "needed"),
    [
        (r"\bsorry if\b", {"sorry if"}),
        (r"\b(?:sorry|regret) (?:if|when)\b", {"sorry", "regret"}),
        (r"sorry|apolog(?:y|ize)", {"sorry", "apolog"}),
        (r"colou?r", {"colo"}),
        (r"(?:very )?sorry", {"sorry"}),
        (r"(?:very ){1,3}sorry", {"very "}),
        (r"(?!never )sorry", {"sorry"}),
        (r"a{2}b", set()),
        (r"\w+[aeiou]\d{2,}", set()),
        (r"3\.50", {"3.50"}),
        (r"(?i)sorry", set()),
        (r"\dx|yz", set()),
        (r"重复(?:扣款|收费)", {"重复"}),
    ],
)
def test_the_strings_that_a_pattern_needs(pattern: str, needed: set[str]) -> None:
    """The longest that are sure, empty where nothing is."""
    assert Pattern(pattern).literals == needed


def test_every_need_of_a_pattern_is_named() -> None:
    """What must be there together is told apart, optional parts and lookarounds left out."""
    assert Pattern(r"we (?:are|were)(?: so)? (?=.{3}x)sorry that").needs == (
        frozenset({"we "}), frozenset({"are", "were"}), frozenset({"sorry that"}),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("pattern", "signs"),
    [
        (r"\b(?:how|what)\b.{0,9}\?", "?"),
        (r"[!！]{2,}|[?？][!！]", "!！?？"),
        (r"#{4,}|\*{3,}", "#*"),
        (r"(?:x@)?\w+", ""),
        (r"[^?]x", ""),
        (r"[!-/]", ""),
        (r"[!a]", ""),
        (r"(?=\?)", ""),
    ],
)
def test_the_signs_that_a_pattern_needs(pattern: str, signs: str) -> None:
    """One of them is in every match; sets that are negated, a range or hold letters name none."""
    assert frozenset[str]().union(*Pattern(pattern).signs) == set(signs)


@pytest.mark.parametrize("code", files.languages())
def test_every_match_holds_what_its_pattern_needs(code: str) -> None:
    """Each shipped pattern, over the examples of its language: skipping it without its needs loses no match."""
    shipped, _ = read_rules(files.prompts() / code / "rubric.toml", code)
    texts = [text for rule in shipped for text in (*rule.good, *rule.bad)]
    for rule in shipped:
        seen = texts if rule.raw else [*map(fold, texts)]
        for pattern in (*rule.patterns, *rule.unless, *rule.also):
            lost = [text for text in seen if pattern.compiled.search(text) and not pattern.search(text)]
            assert lost == [], (rule.id, pattern.pattern)


@pytest.mark.parametrize("code", files.languages())
def test_every_shipped_pattern_is_one(code: str) -> None:
    """Compiling waits until a pattern is tried; here each is."""
    for rule in read_rules(files.prompts() / code / "rubric.toml", code)[0]:
        for pattern in (*rule.patterns, *rule.unless, *rule.also):
            assert isinstance(pattern.compiled, re.Pattern), rule.id


def test_no_reason_depends_on_the_process() -> None:
    """Where several rules would do, every process names the same one, whatever the order of its sets of strings."""
    code = "import amends; from batches import corpus; record = amends.Incident.load(corpus.incident(4));"
    code += "print(amends.check(corpus.letter(4), record).model_dump_json())"
    told = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parent,
            env={**environment(), "PYTHONHASHSEED": str(seed)},
        ).stdout
        for seed in range(1, 5)
    }  # fmt: skip
    assert len(told) == 1
