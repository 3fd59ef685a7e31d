"""The attempts of one letter, each with what it changes in the one before."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import NamedTuple

from amends.evaluation.result import Attempt, Case

_LIMIT = 4000  # words of an attempt up to which they are compared: the time grows with their square
# Chinese has no spaces between words: a character is a word there.
_WORD = re.compile(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+|\s+|[^\w\s]")


class Change(NamedTuple):
    """A stretch of an attempt: `same`, `new`, or `gone` from the attempt before."""

    kind: str
    text: str


class Step(NamedTuple):
    """An attempt; `beside` is the number of the attempt that its `changes` begin from, 0 where they are all of it."""

    number: int
    attempt: Attempt
    kept: bool
    beside: int
    changes: list[Change]


def steps(case: Case) -> list[Step]:
    """Return the attempts of *case*; the text of one that stands alone and is the letter is not repeated."""
    found: list[Step] = []
    before = 0
    for number, attempt in enumerate(case.attempts, 1):
        beside = before if attempt.kind == "revision" else 0
        # Of attempts with the same text the first is the one that was kept.
        kept = case.drafted and attempt.text == case.letter and not any(step.kept for step in found)
        if beside:
            changes = list(differences(case.attempts[beside - 1].text, attempt.text))
        else:
            alone = kept and len(case.attempts) == 1
            changes = [Change("same", attempt.text)] if attempt.text and not alone else []
        found.append(Step(number, attempt, kept, beside, changes))
        if attempt.outcome == "letter":
            before = number
    return found


def differences(before: str, after: str) -> Iterator[Change]:
    """Yield what *after* keeps of *before*, what is gone from it, and what is new, word by word."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    if max(len(old), len(new)) > _LIMIT:
        old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Change("same", "".join(new[k:m]))
            continue
        if i < j:
            yield Change("gone", "".join(old[i:j]))
        if k < m:
            yield Change("new", "".join(new[k:m]))
