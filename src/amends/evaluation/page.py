"""A run as one page that holds everything: figures, plots, and each letter beside its gold letter."""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from amends import files
from amends.evaluation.figures import Group, figures, left_out
from amends.evaluation.page_letters import Letter, letters
from amends.evaluation.page_plots import histogram, percent, plots, title
from amends.evaluation.result import Run
from amends.evaluation.view import Table, run_tables
from amends.report import ELEMENTS, FAULTS, REQUIREMENTS
from amends.rubric.verdicts import meanings
from amends.scenario import scenarios
from amends.templates import page as filled

TEMPLATE = "report.html.jinja"
# What a letter may be chosen by, and how the page says it.
TAGS = ("missing", "found", "earlier", "has")


class Choice(NamedTuple):
    """One of the things that letters are filtered by, and how many letters have it."""

    value: str
    title: str
    letters: int


def page(run: Run) -> str:
    """Return the page. All text is escaped; nothing is fetched, and no script runs but the page's own."""
    groups = figures(run)
    shown = letters(run)
    titles = verdict_titles()
    return filled(
        TEMPLATE,
        {
            "run": run,
            "line": run.signature.line(),
            "all": groups[0],
            "total": _total(run),
            "left_out": left_out(),
            "figures": run_tables(run)[0],
            "undrafted": _undrafted(run),
            "percent": percent,
            "plots": plots(run, groups),
            "attempts": histogram(run),
            "failing": _failing(run, titles),
            "letters": shown,
            "titles": titles,
            "languages": _of(groups, "language"),
            "scenarios": _of(groups, "scenario"),
            "states": Counter(letter.state for letter in shown),
            "choices": {kind: _choices(kind, shown, titles) for kind in TAGS},
            # The page's own script and style are known by their hashes, so that no other can run, escaped or not.
            "script": _hash("report.js"),
            "style": _hash("report.css"),
        },
    )


def verdict_titles() -> dict[str, str]:
    """Return the title of every verdict, by its id, in the rubric's order."""
    known = meanings("en")
    return {name: known[name].title for name in (*ELEMENTS, *REQUIREMENTS, *FAULTS)}


def _of(groups: Sequence[Group], kind: str) -> list[Choice]:
    more = {name: f"{name}: {scenario.title}" for name, scenario in scenarios().items()} if kind == "scenario" else {}
    return [Choice(g.name, more.get(g.name, title(g)), g.cases) for g in groups if g.kind == kind]


def _choices(kind: str, shown: Sequence[Letter], titles: dict[str, str]) -> list[Choice]:
    counts = Counter(tag for letter in shown for tag in letter.tags if tag.startswith(f"{kind}:"))
    order = list(titles)
    names = sorted(
        (tag.partition(":")[2] for tag in counts), key=lambda name: order.index(name) if name in order else len(order)
    )
    return [Choice(f"{kind}:{name}", titles.get(name, name), counts[f"{kind}:{name}"]) for name in names]


def _failing(run: Run, titles: dict[str, str]) -> list[tuple[str, int, int]]:
    """Return each verdict that failed, with the letters it fails in, and those where it failed in any attempt."""
    last = Counter(name for case in run.cases for name in case.failed)
    ever = Counter(
        name for case in run.cases for name in {*case.failed, *(f.id for a in case.attempts for f in a.failures)}
    )
    named = [(titles.get(name, name), last[name], count) for name, count in ever.items()]
    return sorted(named, key=lambda row: (-row[1], -row[2], row[0]))


def _undrafted(run: Run) -> Table | None:
    return next((table for table in run_tables(run) if table.title == "Not drafted"), None)


def _total(run: Run) -> dict[str, Any]:
    """Return what all letters used together; `unpriced` of them are in no cost."""
    used = [case.used for case in run.cases]
    total: dict[str, Any] = {
        name: sum(getattr(u, name) for u in used)
        for name in ("requests", "input_tokens", "cached_tokens", "output_tokens")
    }
    priced = [u.cost for u in used if u.cost is not None]
    return {**total, "cost": sum(priced) if priced else None, "unpriced": len(used) - len(priced)}


def _hash(name: str) -> str:
    text = files.page_part(name) or ""
    return f"sha256-{b64encode(sha256(text.encode('utf-8')).digest()).decode('ascii')}"
