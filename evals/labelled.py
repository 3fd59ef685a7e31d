"""Read the labelled letters and sentences of evals/checker/."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from amends import Incident

FOLDER = Path(__file__).parent / "checker"
LANGUAGES = ("en", "zh", "pl", "el", "ar")


class Labelled(NamedTuple):
    """A whole letter, its record, and what its reader marked."""

    id: str
    language: str
    letter: str
    incident: Incident
    missing: frozenset[str]
    faults: dict[str, list[str]]
    unmet: frozenset[str]
    carriers: dict[str, list[str]]


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a JSONL file; none where there is no such file."""
    if path.is_file():
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip():
                yield json.loads(line)


def letters(language: str, split: str = "train") -> list[Labelled]:
    """Return the labelled letters of one language: split "train", or "test" (scored, never read)."""
    prefix = "" if split == "train" else "test_"
    folder = FOLDER / language
    records = {r["id"]: Incident.load(r) for r in lines(folder / f"{prefix}incidents.jsonl")}
    name = "letters.jsonl" if split == "train" else "test.jsonl"
    return [
        Labelled(
            x["id"], language, x["letter"], records[x["incident"]], frozenset(x["missing"]),
            x["faults"], frozenset(x.get("unmet", ())), x["carriers"],
        )
        for x in lines(folder / name)
    ]  # fmt: skip


def sentences(language: str) -> list[tuple[str, frozenset[str]]]:
    """Return the labelled single sentences of one language."""
    return [(x["text"], frozenset(x["labels"])) for x in lines(FOLDER / language / "sentences.jsonl")]
