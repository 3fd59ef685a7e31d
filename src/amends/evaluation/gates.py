"""Conditions that a run must meet, for a build that stops where it does not; and JUnit XML to show them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from math import isfinite, nan
from typing import NamedTuple
from xml.etree import ElementTree

from amends.errors import UsageError
from amends.evaluation.compare import GUARDED, Comparison
from amends.evaluation.figures import figures, left_out
from amends.evaluation.metrics import metric
from amends.evaluation.result import Run

_LISTED = 20  # letters that a message names
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Bound(NamedTuple):
    """What a metric's mean must not be under (`least`), or not over."""

    metric: str
    value: float
    least: bool = True


class Verdict(NamedTuple):
    """A condition, whether it is met, and in one line what was found."""

    condition: str
    met: bool
    found: str


def bound(text: str, *, least: bool) -> Bound:
    """Return the bound that "pass_rate=0.95" stands for. Raises UsageError, with the metrics where one is unknown."""
    name, _, value = text.partition("=")
    known = metric(name.strip()).name
    if known in left_out():
        raise UsageError(f"{known}: cannot be computed here ({left_out()[known]})")
    try:
        number = float(value)
    except ValueError:
        number = nan
    if not isfinite(number):
        raise UsageError(f"{known}: {value!r} is not a number (write {known}=0.95)")
    return Bound(known, number, least)


def judge(
    run: Run, bounds: Sequence[Bound], comparison: Comparison | None = None, margin: float = 0.0
) -> list[Verdict]:
    """Return a verdict for each of *bounds*, and for each guarded share that must not fall by more than *margin*.

    Every letter must have been drafted besides, unless a bound says how many: a mean over those that are left would
    be met by a model that answers once.
    """
    if not any(b.metric == "drafted" for b in bounds):
        bounds = [Bound("drafted", 1.0), *bounds]
    found = figures(run, dict.fromkeys(b.metric for b in bounds))[0].figures
    verdicts = []
    for b in bounds:
        mean = found[b.metric].mean
        met = mean is not None and (mean >= b.value - 1e-9 if b.least else mean <= b.value + 1e-9)
        shown = "nothing to measure it on" if mean is None else f"{mean:.4g}"
        letters = "" if met else _letters(run, b.metric)
        verdicts.append(Verdict(f"{b.metric} {'≥' if b.least else '≤'} {b.value:g}", met, shown + letters))
    if comparison is not None:
        verdicts += _no_worse(comparison, margin)
    return verdicts


def _no_worse(comparison: Comparison, margin: float) -> Iterable[Verdict]:
    fallen = {d.metric for d in comparison.regressions(margin)}
    for d in comparison.differences:
        if d.metric in GUARDED:
            sure = f" (95 % {d.interval.low:+.3f} to {d.interval.high:+.3f})" if d.interval else ""
            worse = [change for change in comparison.changes if change.worse] if d.metric in fallen else []
            named = _named([f"{change.gold} ({', '.join(change.broken)})" for change in worse])
            found = f"{d.before:.3f} before, {d.after:.3f} now, over {d.pairs} letters: {d.change:+.3f}{sure}"
            yield Verdict(f"{d.metric} no worse than before by {margin:g}", d.metric not in fallen, found + named)


def _letters(run: Run, name: str) -> str:
    """Return the letters that keep a yes-or-no metric down."""
    known = metric(name)
    if known.unit != "yes":
        return ""
    return _named([
        f"{case.gold} ({', '.join(case.failed) or case.problem})" for case in run.cases if known.value(case) == 0
    ])  # fmt: skip


def _named(letters: Sequence[str]) -> str:
    more = f"; …and {len(letters) - _LISTED} more" if len(letters) > _LISTED else ""
    return f": {'; '.join(letters[:_LISTED])}{more}" if letters else ""


def junit(run: Run, verdicts: Sequence[Verdict]) -> str:
    """Return *verdicts* as JUnit XML, a test case each, with the signature as properties."""
    failures = sum(not verdict.met for verdict in verdicts)
    suite = ElementTree.Element(
        "testsuite", name="amends eval", tests=str(len(verdicts)), failures=str(failures), errors="0", skipped="0"
    )
    properties = ElementTree.SubElement(suite, "properties")
    ElementTree.SubElement(properties, "property", name="signature", value=_clean(run.signature.line()))
    for verdict in verdicts:
        case = ElementTree.SubElement(suite, "testcase", classname="amends.eval", name=_clean(verdict.condition))
        if verdict.met:
            ElementTree.SubElement(case, "system-out").text = _clean(verdict.found)
        else:
            failure = ElementTree.SubElement(case, "failure", message=_clean(verdict.found.split(":")[0]))
            failure.text = _clean(verdict.found)
    suites = ElementTree.Element("testsuites")
    suites.append(suite)
    ElementTree.indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(suites, encoding="unicode") + "\n"


def _clean(text: str) -> str:
    """Return *text* without the characters that XML cannot hold."""
    return _NOT_XML.sub("\ufffd", text)
