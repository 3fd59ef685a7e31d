"""Tell whether two spellings are one name: inflected, shortened, or with a letter wrong."""

from __future__ import annotations

from functools import cache

from amends.facts.lexicon import lexicon
from amends.text import fold

SHORTEST = 3  # letters of a name that are worth comparing
_VOWELS = ("a", "o", "e", "y", "i", "u", "ie")  # what a name of three letters ends in


def is_person(word: str, people: frozenset[str], code: str) -> bool:
    return len(word) >= SHORTEST and any(same(word, name, code) for name in people)


def without_particles(word: str, code: str) -> list[str]:
    particles = lexicon(code).get("particles", default=[])
    return [word[len(p) :] for p in particles if word.startswith(p) and len(word) - len(p) > 1]


def same(word: str, name: str, code: str) -> bool:
    if word == name:
        return True
    if lexicon(code).get("names", "shortened", default=False):  # Gwen for Gwendolyn, and a possessive or plural
        return len(word) > 2 and (name.startswith(word) or any(word == name + ending for ending in _endings(code)))
    return bool(_stems(word, code) & _stems(name, code))


@cache
def _stems_of(word: str, endings: tuple[str, ...]) -> frozenset[str]:
    stems = {word[: len(word) - len(e)] for e in endings if word.endswith(e) and len(word) - len(e) >= SHORTEST}
    if len(word) == SHORTEST or word[SHORTEST - 1 :] in endings:  # Ewa, Ewo, Ewie
        stems |= {word[:2] for e in _VOWELS if word[2:] == e and e in endings}
    # Polish drops the "e" of Marek and Wilczek where an ending follows.
    stems |= {s[:-2] + s[-1] for s in stems if len(s) > 3 and s[-2] == "e"}
    return frozenset(stems)


def _stems(word: str, code: str) -> frozenset[str]:
    return _stems_of(word, _endings(code))


def resembles(word: str, names: frozenset[str], most: int) -> bool:
    """Whether *word* is a name of the record with a letter or two wrong."""
    return any(
        len(word) >= 4
        and len(name) >= 4
        and abs(len(word) - len(name)) < 2
        and _distance(word, name) <= (1 if len(name) < 7 else most)
        for name in names
    )


def _distance(first: str, second: str) -> int:
    """Return how many letters differ, at most 3 counted."""
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, 1):
        previous, row[0] = row[0], i
        for j, b in enumerate(second, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (a != b))
        if min(row) > 2:
            return 3
    return row[-1]


@cache
def _endings(code: str) -> tuple[str, ...]:
    return tuple(sorted(map(fold, lexicon(code).get("names", "endings", default=[""])), key=len))
