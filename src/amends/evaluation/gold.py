"""The gold letters that drafts are scored against."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path

from amends import files
from amends.errors import DataError, UsageError, nearest
from amends.examples import Example, read_example


def default_gold() -> Path:
    """Return the project's own gold letters. Raises UsageError where amends does not run from its checkout."""
    folder = files.checkout() / "evals" / "gold"
    if not folder.is_dir():
        raise UsageError("gold letters: are not part of the installed package (name a folder of them: --gold DIR)")
    return folder


def load_gold(folder: str | Path) -> list[Example]:
    """Return the gold letters of *folder* and its language folders. Raises DataError with every problem."""
    paths = sorted(Path(folder).rglob("*.toml"))
    if not paths:
        raise DataError(str(folder), ["holds no .toml file with a gold letter"])
    gold: list[Example] = []
    problems: list[str] = []
    seen: dict[str, Path] = {}
    for path in paths:
        try:
            one = read_example(path)
        except DataError as error:
            problems += str(error).split("\n")
            continue
        if one.id in seen:
            problems.append(f"{path}: incident.id: {one.id!r} is also the id of {seen[one.id]}")
        seen[one.id] = path
        gold.append(one)
    if problems:
        raise DataError("", problems)
    return gold


def chosen(
    gold: Sequence[Example], languages: Collection[str] = (), scenarios: Collection[str] = (), limit: int | None = None
) -> list[Example]:
    """Return those of *gold* in *languages* and of *scenarios* (none: all), at most *limit* of each language.

    Raises UsageError for a language or scenario that none has.
    """
    for what, names, known in (
        ("language", languages, {one.incident.base for one in gold}),
        ("scenario", scenarios, {one.incident.scenario for one in gold}),
    ):
        for name in names:
            if name not in known:
                raise UsageError(f"{what}: no gold letter has {name!r}{nearest(name, sorted(known))}")
    fitting = [
        one
        for one in gold
        if (not languages or one.incident.base in languages) and (not scenarios or one.incident.scenario in scenarios)
    ]
    if not fitting:
        raise UsageError("no gold letter is of these languages and scenarios at once")
    if limit is None:
        return fitting
    counted: Counter[str] = Counter()
    taken = []
    for one in fitting:
        counted[one.incident.base] += 1
        taken += [one] if counted[one.incident.base] <= limit else []
    return taken


def digest(one: Example) -> str:
    """Return a hash of all of a gold letter that a score depends on."""
    content = [one.incident.model_dump(mode="json"), one.letter, one.carriers, one.required_facts]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:12]


def digest_of_all(gold: Sequence[Example]) -> str:
    """Return a hash of *gold*, whatever its order."""
    return hashlib.sha256("".join(sorted(map(digest, gold))).encode()).hexdigest()[:12]
