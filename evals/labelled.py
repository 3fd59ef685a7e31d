"""Read the labelled letters and sentences of evals/checker/."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from amends import Incident
from amends.report import ELEMENTS
from amends.rubric.reading import Reading

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "evals" / "checker"
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
    author: str = ""


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
            x["faults"], frozenset(x.get("unmet", ())), x["carriers"], x.get("author", ""),
        )
        for x in lines(folder / name)
    ]  # fmt: skip


def shipped(language: str) -> list[Labelled]:
    """Return the few-shot and gold letters of one language: clean, with their carriers marked."""
    folders = (ROOT / "prompts" / language / "examples", ROOT / "evals" / "gold" / language)
    found = []
    for path in sorted(p for folder in folders for p in folder.glob("*.toml")):
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        missing = frozenset(set(ELEMENTS) - set(table["carriers"]))
        incident = Incident.load(table["incident"])
        found.append(
            Labelled(incident.id, language, table["letter"], incident, missing, {}, frozenset(), table["carriers"])
        )
    return found


def sentences(language: str) -> list[tuple[str, frozenset[str]]]:
    """Return the labelled single sentences of one language."""
    return [(x["text"], frozenset(x["labels"])) for x in lines(FOLDER / language / "sentences.jsonl")]


def labelled_sentences(item: Labelled, read: Reading) -> list[frozenset[str]]:
    """Return the labels of each sentence of a letter: those whose marked words overlap it."""
    marks = [(name, text) for name, texts in {**item.carriers, **item.faults}.items() for text in texts]
    spans = []
    for name, text in marks:
        start = item.letter.find(text)
        if start >= 0:
            spans.append((name, start, start + len(text)))
    labels = []
    for sentence in read.letter.sentences:
        first, last = read.letter.clean.origin(sentence.start, sentence.end)
        labels.append(frozenset(n for n, a, b in spans if min(b, last) - max(a, first) > min(8, (last - first) // 2)))
    return labels
