"""How far a second, blind reader agrees with the labels: `python -m evals.agreement`, kappa a label and language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from amends.evaluation.labels import Counts, count
from amends.report import ELEMENTS, FAULTS, REQUIREMENTS
from amends.rubric.reading import BY_MEANING
from evals.labelled import FOLDER, LANGUAGES, lines

RESULTS = Path(__file__).parent / "results"


class Pair(NamedTuple):
    """What two readers say of one letter or sentence: the labels of each."""

    first: frozenset[str]
    second: frozenset[str]


def of_letters(language: str) -> list[Pair]:
    """Return the pairs of the letters that were read twice: missing elements, faults, and requirements not met."""
    folder = FOLDER / language
    known = {row["id"]: row for name in ("letters", "test") for row in lines(folder / f"{name}.jsonl")}
    return [Pair(_said(known[row["id"]]), _said(row)) for row in lines(folder / "second.jsonl")]


def of_sentences(language: str) -> list[Pair]:
    """Return the pairs of the single sentences that were read twice."""
    folder = FOLDER / language
    known = {row["text"]: row["labels"] for row in lines(folder / "sentences.jsonl")}
    return [
        Pair(frozenset(known[row["text"]]), frozenset(row["labels"]))
        for row in lines(folder / "second_sentences.jsonl")
    ]


def _said(row: dict[str, Any]) -> frozenset[str]:
    return frozenset((*row["missing"], *row["faults"], *row.get("unmet", ())))


def agreement(pairs: Sequence[Pair], label: str) -> Counts:
    """Return the counts of the second reader's *label* against the first's."""
    return count([label in p.first for p in pairs], [label in p.second for p in pairs])


def pooled(pairs: Sequence[Pair], labels: Iterable[str]) -> Counts:
    """Return the counts over all *labels*: each pair of a text and a label is one decision."""
    decisions = [(label in p.first, label in p.second) for p in pairs for label in labels]
    return count([first for first, _ in decisions], [second for _, second in decisions])


def table(of: str, by_language: dict[str, list[Pair]], labels: Sequence[str]) -> str:
    """Return the kappas as Markdown: a row for each label that a reader gave, a column for each language."""
    every = [pair for pairs in by_language.values() for pair in pairs]
    sizes = ", ".join(f"{code} {len(pairs)}" for code, pairs in by_language.items())
    rows = [
        f"## {of}: {len(every)} ({sizes})",
        "",
        "| label | both | first only | second only | kappa |",
        "|---" * 5 + "|",
    ]
    for label in labels:
        c = agreement(every, label)
        if c.found + c.false + c.missed:
            rows.append(f"| {label} | {c.found} | {c.missed} | {c.false} | {c.kappa:.2f} |")
    rows += ["", "| all labels | " + " | ".join(by_language) + " | pooled |", "|---" * (len(by_language) + 2) + "|"]
    cells = [f"{pooled(pairs, labels).kappa:.2f}" if pairs else "–" for pairs in (*by_language.values(), every)]
    rows.append("| kappa | " + " | ".join(cells) + " |")
    return "\n".join(rows) + "\n"


def main() -> None:
    """Print the tables and keep them in results/agreement.md."""
    letters = {code: of_letters(code) for code in LANGUAGES}
    sentences = {code: of_sentences(code) for code in LANGUAGES}
    text = "# What a second reader says, who saw neither the labels nor the first reader's notes\n\n"
    text += table("Letters read twice", letters, (*ELEMENTS, *FAULTS, *REQUIREMENTS))
    text += "\n" + table("Sentences read twice", sentences, BY_MEANING)
    print(text)
    (RESULTS / "agreement.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
