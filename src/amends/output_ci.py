"""A verdict for machines that review changes: SARIF, and annotations of a GitHub workflow."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterator
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from amends.display import safe
from amends.verdict_rows import rows

if TYPE_CHECKING:
    from amends.report import Report, Span

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_GITHUB_LEVELS = {"error": "error", "note": "notice"}


class Finding(NamedTuple):
    """Something to show beside the letter; without spans it is about the letter as a whole."""

    rule: str
    level: str  # "error" keeps the letter from passing, "note" is advice
    message: str
    spans: list[Span]


class Place(NamedTuple):
    """Where a span stands: lines and columns from 1, in characters; the end column is the one after the last."""

    line: int
    column: int
    end_line: int
    end_column: int


def findings(report: Report) -> Iterator[Finding]:
    """Yield every failed verdict, then the advice."""
    for row in rows(report):
        if row.failed:
            message = f"{row.name} {row.state}: {row.instruction or row.reason}"
            yield Finding(row.name, "error", safe(message), row.spans)
    for advice in report.advice:
        yield Finding(advice.id, "note", safe(advice.message), advice.spans)


def place_of(letter: str, start: int, end: int) -> Place:
    """Return where the offsets *start* to *end* of *letter* stand."""
    starts = [0, *(i + 1 for i, c in enumerate(letter) if c == "\n")]
    line, end_line = bisect_right(starts, start) - 1, bisect_right(starts, end) - 1
    return Place(line + 1, start - starts[line] + 1, end_line + 1, end - starts[end_line] + 1)


def sarif(letter: str, report: Report, place: str) -> str:
    """Return a SARIF 2.1.0 log with a result for each finding and place."""
    found = list(findings(report))
    rules = list(dict.fromkeys(f.rule for f in found))
    driver = {
        "name": "amends",
        "version": version("amends"),
        "rules": [{"id": rule, "shortDescription": {"text": rule.replace("_", " ")}} for rule in rules],
    }
    results = [_result(letter, finding, rules.index(finding.rule), place) for finding in found]
    # Our columns count characters; without this a reader takes them for UTF-16 units.
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2) + "\n"


def _result(letter: str, finding: Finding, index: int, place: str) -> dict[str, Any]:
    uri = quote(place.replace("\\", "/"))
    spots = [place_of(letter, span.start, span.end) for span in finding.spans] or [Place(1, 1, 1, 1)]
    return {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": finding.level,
        "message": {"text": finding.message},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": uri},
                    "region": {
                        "startLine": spot.line,
                        "startColumn": spot.column,
                        "endLine": spot.end_line,
                        "endColumn": spot.end_column,
                    },
                }
            }
            for spot in spots
        ],
    }


def github(letter: str, report: Report, place: str) -> str:
    """Return a workflow command for each finding and place; empty where there is nothing to say."""
    lines = []
    for finding in findings(report):
        for spot in [place_of(letter, s.start, s.end) for s in finding.spans] or [Place(1, 1, 1, 1)]:
            where = f"file={_property(place)},line={spot.line},endLine={spot.end_line}"
            # GitHub takes columns only within one line.
            columns = f",col={spot.column},endColumn={spot.end_column}" if spot.line == spot.end_line else ""
            level = _GITHUB_LEVELS[finding.level]
            lines.append(f"::{level} {where}{columns},title={_property(finding.rule)}::{_message(finding.message)}\n")
    return "".join(lines)


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
