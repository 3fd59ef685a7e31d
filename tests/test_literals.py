"""The strings that a pattern needs are in whatever it matches, so that skipping it without them loses nothing."""

from __future__ import annotations

import re

import pytest

from amends import files
from amends.rubric.literals import literals
from amends.rubric.rules import rules
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
        (r"误(?:发|送)|多扣", set()),
        (r"重复(?:扣款|收费)", {"重复"}),
    ],
)
def test_the_strings_that_a_pattern_needs(pattern: str, needed: set[str]) -> None:
    """The longest that are sure, empty where nothing is."""
    assert literals(pattern) == needed


@pytest.mark.parametrize("code", files.languages())
def test_every_match_holds_one_of_them(code: str) -> None:
    """Each shipped pattern, over its rule's examples: where it matches, one of its strings is there."""
    for rule in (rule for rule in rules(code).rules if not rule.raw):
        for text in map(fold, (*rule.good, *rule.bad)):
            for pattern in rule.patterns:
                found, needed = pattern.search(text), literals(pattern.pattern)
                assert not found or not needed or any(literal in found[0] for literal in needed), pattern.pattern


@pytest.mark.parametrize("code", files.languages())
def test_every_shipped_pattern_is_one(code: str) -> None:
    """Compiling waits until a pattern is tried; here each is."""
    for rule in rules(code).rules:
        for pattern in (*rule.patterns, *rule.unless, *rule.also):
            assert isinstance(pattern.compiled, re.Pattern), rule.id
