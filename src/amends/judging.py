"""A second opinion: a model doubts a pass, and never grants one."""

from __future__ import annotations

import hashlib
import re
from typing import Any, NamedTuple, Protocol

from amends.report import FAULTS, Report
from amends.rubric.verdicts import meanings
from amends.templates import render

# Counted or matched exactly by code: a model's opinion on them adds nothing.
_EXACT = frozenset({"over_apology", "verbose", "placeholder", "unsupported_fact", "wrong_language"})
_LINE = re.compile(r"^\W*(\w+)\s*\|\s*(yes|no|cannot tell)\b\s*\|?\s*(.*)$", re.IGNORECASE)


class Writes(Protocol):
    """Whatever answers messages: a model, or a script of one."""

    async def write(self, messages: list[dict[str, str]]) -> Any:
        """Return a completion with the answer in `.text`."""


class Opinion(NamedTuple):
    """What the judge said of one verdict; `quote` is verbatim from the letter, or empty."""

    verdict: str
    answer: str
    quote: str


def messages(letter: str, report: Report) -> list[dict[str, str]]:
    """Return what the judge is asked about a letter that passed."""
    asked = meanings("en")
    elements = [asked[name] for name, verdict in report.elements.items() if verdict.required]
    faults = [asked[name] for name in FAULTS if name not in _EXACT]
    fence = hashlib.sha256(letter.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    values = {"elements": elements, "faults": faults, "letter": letter, "fence": fence}
    text = render("judge.md.jinja", values)
    return [{"role": "user", "content": text}]


def opinions(answer: str, letter: str) -> list[Opinion]:
    """Return the judge's opinions; one whose quote is not in the letter becomes "cannot tell"."""
    found = []
    for line in answer.splitlines():
        match = _LINE.match(line.strip())
        if not match:
            continue
        verdict, said, quote = match[1].lower(), match[2].lower(), match[3].strip().strip("\"“”'")
        if quote and " ".join(quote.split()) not in " ".join(letter.split()):
            said, quote = "cannot tell", ""
        found.append(Opinion(verdict, said, quote))
    return found


def doubted(report: Report, found: list[Opinion]) -> list[str]:
    """Return the verdicts of a pass that the judge doubts: a required element denied, a fault proved by a quote."""
    doubts = []
    for opinion in found:
        element, fault = report.elements.get(opinion.verdict), opinion.verdict in FAULTS
        denied = element is not None and element.required and opinion.answer == "no"
        proved = fault and opinion.verdict not in _EXACT and opinion.answer == "yes" and opinion.quote
        if denied or proved:
            doubts.append(opinion.verdict)
    return doubts


async def second_opinion(letter: str, report: Report, judge: Writes) -> Report:
    """Return *report* with `needs_look` set where *judge* doubts a pass. A report that fails is returned as it is."""
    if not report.passed:
        return report
    completion = await judge.write(messages(letter, report))
    doubts = doubted(report, opinions(completion.text, letter))
    return report.model_copy(update={"needs_look": True, "doubts": doubts}) if doubts else report
