"""Find, for a regular expression, a set of strings of which any match must hold at least one."""

from __future__ import annotations

from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

_SHORTEST = 2  # a single character is in every letter and tells nothing


def literals(pattern: str) -> frozenset[str]:
    """Return strings of which every match of *pattern* holds one; empty where no such set is known.

    A letter that holds none of them cannot match, which spares trying some five hundred patterns on it.
    """
    return _best(parser.parse(pattern)) or frozenset()


def _best(sequence: Any) -> frozenset[str] | None:
    """Return the most telling set of a sequence: the one whose shortest member is longest."""
    sets: list[frozenset[str]] = []
    for run in _runs(sequence):
        if isinstance(run, str):
            if len(run) >= _SHORTEST:
                sets.append(frozenset([run]))
        else:
            found = _of(*run)
            if found:
                sets.append(found)
    return max(sets, key=lambda s: (min(map(len, s)), -len(s)), default=None)


def _runs(sequence: Any) -> list[Any]:
    """Return the sequence with neighbouring literal characters joined, and plain groups opened."""
    runs: list[Any] = []
    current = ""
    for op, argument in _flat(sequence):
        if str(op) == "LITERAL":
            current += chr(argument)
            continue
        if current:
            runs.append(current)
            current = ""
        runs.append((op, argument))
    if current:
        runs.append(current)
    return runs


def _flat(sequence: Any) -> list[tuple[Any, Any]]:
    flat: list[tuple[Any, Any]] = []
    for op, argument in sequence:
        if str(op) == "SUBPATTERN":
            flat += _flat(argument[-1])
        else:
            flat.append((op, argument))
    return flat


def _of(op: Any, argument: Any) -> frozenset[str] | None:
    name = str(op)
    if name == "BRANCH":
        found = [_best(branch) for branch in argument[1]]
        return None if any(not f for f in found) else frozenset().union(*(f for f in found if f))
    if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT") and argument[0] >= 1:
        return _best(argument[2])
    return None
