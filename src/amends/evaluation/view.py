"""Runs and comparisons to read: plain text, Markdown and JSON, each with the signature."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from amends.display import one_line, safe
from amends.evaluation.compare import Change, Comparison, Difference
from amends.evaluation.figures import Figure, Group, figures, left_out
from amends.evaluation.intervals import Interval
from amends.evaluation.metrics import METRICS
from amends.evaluation.result import Run

_BRIEF = ("first_pass", "pass_rate", "elements", "faults", "supported", "facts_stated", "similarity", "latency", "cost")
_TOLD = 10  # problems of letters that could not be drafted


class Table(NamedTuple):
    """Rows under a title; every cell is text on one line."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]


def run_tables(run: Run, *, limits: bool = True) -> list[Table]:
    """Return the figures of *run*: all of them, then the most telling ones by language and by scenario.

    *limits* adds what each does not show.
    """
    groups = figures(run)
    header = ("figure", "mean", "95 % interval", "letters", "says", "does not show")
    rows = [
        (f.metric, *_cells(f), str(f.cases), METRICS[f.metric].title, METRICS[f.metric].hides)
        for f in groups[0].figures.values()
    ]
    kept = slice(None if limits else -1)
    tables = [Table("All letters", header[kept], [row[kept] for row in rows])]
    shown = [name for name in _BRIEF if groups[0].figures.get(name) and groups[0].figures[name].cases]
    for kind in ("language", "scenario"):
        by_kind = [_group_row(group, shown) for group in groups if group.kind == kind]
        tables.append(Table(f"By {kind}", (kind, "letters", "not drafted", *shown), by_kind))
    problems: dict[str, list[str]] = {}
    for case in run.cases:
        if not case.drafted:
            problems.setdefault(one_line(case.problem, 200), []).append(case.gold)
    if problems:
        told = [(problem, str(len(letters)), letters[0]) for problem, letters in list(problems.items())[:_TOLD]]
        tables.append(Table("Not drafted", ("problem", "letters", "the first"), told))
    return tables


def comparison_tables(comparison: Comparison) -> list[Table]:
    """Return what differs: every metric, then the letters that changed for worse and for better."""
    tables = [
        Table(
            f"{comparison.pairs} letters of the same incidents" + "".join(f", {note}" for note in comparison.notes),
            ("figure", "before", "after", "difference", "95 % interval", "pairs"),
            [_difference_row(d) for d in comparison.differences],
        ),
        Table(
            "Incidents that pass more or less often",
            ("more", "less", "p (McNemar, exact)"),
            [(str(comparison.better), str(comparison.worse), f"{comparison.p:.3g}")],
        ),
    ]
    for title, changes in (
        ("Letters changed for the worse", [c for c in comparison.changes if c.worse]),
        ("Letters changed for the better", [c for c in comparison.changes if c.better]),
        ("Letters that fail in other verdicts", [c for c in comparison.changes if not (c.worse or c.better)]),
    ):
        if changes:
            tables.append(
                Table(title, ("letter", "repeat", "passes", "broken", "mended"), list(map(_changed, changes)))
            )
    return tables


def as_text(title: str, signatures: Sequence[str], tables: Sequence[Table]) -> str:
    """Return *tables* as plain text in columns, below the signatures."""
    return "\n".join([title, *signatures, "", *(_in_columns(table) for table in tables)])


def as_markdown(title: str, signatures: Sequence[str], tables: Sequence[Table]) -> str:
    """Return *tables* as Markdown, below the signatures."""
    lines = [f"# {title}", ""]
    for signature in signatures:
        lines += [_escaped(signature), ""]
    for table in tables:
        lines += [f"## {_escaped(table.title)}", "", _pipes(table.header), "|" + "---|" * len(table.header)]
        lines += [*map(_pipes, table.rows), ""]
    return "\n".join(lines)


TEXTS: dict[str, Callable[[str, Sequence[str], Sequence[Table]], str]] = {"text": as_text, "md": as_markdown}


def show_run(run: Run, format: str = "text") -> str:
    """Return the figures of *run* in one of the formats text, md and json."""
    if format == "json":
        return _json({
            "signature": run.signature.model_dump(mode="json"),
            "groups": [_group_json(group) for group in figures(run)],
            "left_out": left_out(),
            "undrafted": {f"{c.gold} {c.repeat}": c.problem for c in run.cases if not c.drafted},
        })  # fmt: skip
    undrafted = sum(not case.drafted for case in run.cases)
    title = f"{len(run.cases)} letter{'s' * (len(run.cases) != 1)}, {undrafted} not drafted"
    absent = [f"left out: {name} ({way})" for name, way in left_out().items()]
    return TEXTS[format](title, [run.signature.line(), *absent], run_tables(run, limits=format != "text"))


def show_comparison(comparison: Comparison, format: str = "text") -> str:
    """Return *comparison* in one of the formats text, md and json."""
    if format == "json":
        return _json({
            "before": comparison.before.model_dump(mode="json"),
            "after": comparison.after.model_dump(mode="json"),
            "pairs": comparison.pairs,
            "notes": comparison.notes,
            "differences": {d.metric: _difference_json(d) for d in comparison.differences},
            "better": comparison.better,
            "worse": comparison.worse,
            "p": comparison.p,
            "changes": [{**c._asdict(), "better": c.better, "worse": c.worse} for c in comparison.changes],
        })  # fmt: skip
    signatures = [f"before: {comparison.before.line()}", f"after:  {comparison.after.line()}"]
    return TEXTS[format]("Two runs compared", signatures, comparison_tables(comparison))


def number(metric: str, value: float) -> str:
    """Return *value* as precisely as its unit is worth reading."""
    unit = METRICS[metric].unit
    if unit == "USD":
        return f"{value:.4f}"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if unit in ("of 100", "s") else f"{value:.2f}"


def _cells(figure: Figure) -> tuple[str, str]:
    return ("–" if figure.mean is None else number(figure.metric, figure.mean), _range(figure.metric, figure.interval))


def _range(metric: str, interval: Interval | None, *, sign: str = "") -> str:
    if interval is None:
        return "–"
    low, high = (sign * (value > 0) + number(metric, value) for value in interval)
    return f"{low} to {high}"


def _group_row(group: Group, shown: Iterable[str]) -> list[str]:
    row = [group.name, str(group.cases), str(group.undrafted)]
    for name in shown:
        mean, interval = _cells(group.figures[name])
        row.append(f"{mean} ({interval})" if name == "pass_rate" and interval != "–" else mean)
    return row


def _difference_row(difference: Difference) -> tuple[str, ...]:
    name = difference.metric
    sign = "+" if difference.change > 0 else ""
    return (
        name, number(name, difference.before), number(name, difference.after),
        sign + number(name, difference.change), _range(name, difference.interval, sign="+"), str(difference.pairs),
    )  # fmt: skip


def _changed(change: Change) -> tuple[str, ...]:
    words = {True: "yes", False: "no"}
    passes = (
        words[change.passes]
        if change.passed == change.passes
        else f"{words[change.passes]}, before {words[change.passed]}"
    )
    return (change.gold, str(change.repeat), passes, ", ".join(change.broken), ", ".join(change.mended))


def _in_columns(table: Table) -> str:
    rows = [[one_line(cell, 120) for cell in row] for row in (table.header, *table.rows)]
    widths = [max(len(row[n]) for row in rows) for n in range(len(table.header))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([safe(table.title), *(f"  {line}" for line in lines), ""])


def _pipes(cells: Sequence[str]) -> str:
    return f"| {' | '.join(_escaped(one_line(cell, 300)) for cell in cells)} |"


def _escaped(text: str) -> str:
    """Return *text* so that Markdown shows it as it is, ids with underscores left readable."""
    return safe(text).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")


def _group_json(group: Group) -> dict[str, Any]:
    return {**group._asdict(), "figures": {name: _figure_json(figure) for name, figure in group.figures.items()}}


def _figure_json(figure: Figure) -> dict[str, Any]:
    low, high = figure.interval or (None, None)
    return {"mean": figure.mean, "low": low, "high": high, "cases": figure.cases}


def _difference_json(difference: Difference) -> dict[str, Any]:
    low, high = difference.interval or (None, None)
    return {
        "before": difference.before, "after": difference.after, "difference": difference.change, "low": low,
        "high": high, "pairs": difference.pairs,
    }  # fmt: skip


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"
