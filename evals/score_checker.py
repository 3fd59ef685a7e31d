"""Score the check against labelled letters: `python -m evals.score_checker [--split test] [--tier fast]`."""

from __future__ import annotations

import argparse
import hashlib
import os
from collections.abc import Sequence
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import amends
from amends.evaluation.labels import Counts, count, interval, label_table
from amends.report import ELEMENTS, FAULTS, REQUIREMENTS
from evals import reliability
from evals.labelled import FOLDER, LANGUAGES, Labelled, letters

SURFACE = (
    "salutation", "signature", "contact", "over_apology", "placeholder", "verbose", "wrong_language",
    "generic_inconvenience", "conditional_apology",
)  # fmt: skip
LETTER_DATE = date(2026, 11, 24)  # what "yesterday" counts from, so that a score stays the same tomorrow
RESULTS = Path(__file__).parent / "results"


class Case(NamedTuple):
    """A letter with the violations its reader marked and those the check found."""

    language: str
    id: str
    incident: str
    truth: frozenset[str]
    found: frozenset[str]


def case(item: Labelled) -> Case:
    """Return what the check says of one labelled letter."""
    report = amends.check(item.letter, item.incident, letter_date=LETTER_DATE)
    required = {name for name in item.missing if report.elements[name].required}
    truth = frozenset(required | set(item.faults) | item.unmet)
    return Case(item.language, item.id, item.incident.id, truth, frozenset(report.failures))


def counts(cases: Sequence[Case], verdict: str) -> Counts:
    """Return the counts of one verdict over *cases*."""
    return count([verdict in c.truth for c in cases], [verdict in c.found for c in cases])


def macro(cases: Sequence[Case], verdicts: Sequence[str]) -> float:
    """Return the mean F1 over those verdicts that the letters' reader marked at least once."""
    marked = [v for v in verdicts if any(v in c.truth for c in cases)]
    return sum(counts(cases, v).f1 for v in marked) / len(marked) if marked else 1.0


def clean_failing(cases: Sequence[Case]) -> float:
    """Return the share of letters without a violation that do not pass."""
    clean = [c for c in cases if not c.truth]
    return sum(bool(c.found) for c in clean) / len(clean) if clean else 0.0


def bad_passing(cases: Sequence[Case]) -> float:
    """Return the share of letters with a violation that pass."""
    bad = [c for c in cases if c.truth]
    return sum(not c.found for c in bad) / len(bad) if bad else 0.0


def single_passing(cases: Sequence[Case]) -> float:
    """Return the share of letters with exactly one violation that pass."""
    single = [c for c in cases if len(c.truth) == 1]
    return sum(not c.found for c in single) / len(single) if single else 0.0


DEEPER = tuple(v for v in (*ELEMENTS, *FAULTS) if v not in SURFACE)
FIGURES = {
    "macro F1, surface": lambda cases: macro(cases, SURFACE),
    "macro F1, meaning": lambda cases: macro(cases, DEEPER),
    "clean letters that fail": clean_failing,
    "letters with a violation that pass": bad_passing,
    "with exactly one that pass": single_passing,
}


def table(cases: Sequence[Case], signature: str) -> str:
    """Return the figures as Markdown: per language and pooled, with 95 % intervals, then each verdict."""
    groups = [("all", list(cases))] + [(c, [x for x in cases if x.language == c]) for c in LANGUAGES]
    rows = [f"{signature}\n", "| figure | " + " | ".join(name for name, _ in groups) + " |"]
    rows.append("|---" * (len(groups) + 1) + "|")
    for name, figure in FIGURES.items():
        cells = []
        for _, group in groups:
            low, high = interval(group, lambda c: (c.language, c.incident), figure, 300)
            cells.append(f"{figure(group):.2f} ({low:.2f}–{high:.2f})" if group else "–")
        rows.append(f"| {name} | " + " | ".join(cells) + " |")
    labels = (*ELEMENTS, *FAULTS, *REQUIREMENTS)
    rows += ["", label_table("verdict", {verdict: counts(cases, verdict) for verdict in labels})]
    by_language = {
        f"{code}: {verdict}": counts(group, verdict)
        for code, group in groups[1:]
        for verdict in labels
        if any(verdict in c.truth | c.found for c in group)
    }
    rows += ["Each language, where the verdict is marked or found:", "", label_table("verdict", by_language)]
    return "\n".join(rows)


def signature_of(what: str, tier: str, split: str) -> str:
    """Return what figures were measured on, so that nobody can misquote them."""
    files = sorted(p for p in FOLDER.rglob("*.jsonl") if p.name.startswith("test") == (split == "test"))
    digest = hashlib.sha256(b"".join(p.read_bytes() for p in files)).hexdigest()[:12]
    today = datetime.now(UTC).date().isoformat()
    return f"split {split}, {what}, tier {tier}, amends {version('amends')}, data {digest}, {today}"


def main() -> None:
    """Print the table; a run over the test split is logged in results/test_runs.log."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--split", choices=("train", "test"), default="test")
    parser.add_argument("--tier", choices=("rules", "fast", "semantic"), default="semantic")
    parser.add_argument("--errors", action="store_true", help="list the letters judged wrongly (training letters only)")
    arguments = parser.parse_args()
    os.environ["AMENDS_TIER"] = arguments.tier
    items = [item for code in LANGUAGES for item in letters(code, arguments.split)]
    cases = [case(item) for item in items]
    signed = signature_of(f"{len(cases)} letters", arguments.tier, arguments.split)
    text = table(cases, signed)
    if arguments.tier != "rules":
        text += "\n" + reliability.table(reliability.said_of(items, semantic=arguments.tier == "semantic"))
    print(text)
    if arguments.errors and arguments.split == "train":
        for c in cases:
            if c.truth != c.found:
                print(c.id, "missed", sorted(c.truth - c.found), "false", sorted(c.found - c.truth))
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"checker-{arguments.split}-{arguments.tier}.md").write_text(text, encoding="utf-8")
    if arguments.split == "test":
        with (RESULTS / "test_runs.log").open("a", encoding="utf-8") as log:
            log.write(f"{datetime.now(UTC).isoformat(timespec='seconds')} {signed}\n")


if __name__ == "__main__":
    main()
