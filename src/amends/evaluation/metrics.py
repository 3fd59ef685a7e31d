"""The figures of a letter, one function each: what it says of one case, None where it says nothing of it.

A run's figure is the mean over the cases it says something of; how many those are stands beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Literal, NamedTuple

from amends.errors import UsageError, nearest
from amends.evaluation.result import Case

SIMILARITY = "sacrebleu"  # the package that `similarity` needs (the extra `evals`)


class Metric(NamedTuple):
    """A figure: its value for one case, and what it must not be taken for.

    `unit` is "share" (0 to 1) or what is counted; a "yes" is a share of cases that are 0 or 1. `better` says which
    way is better, "" where neither is.
    """

    name: str
    title: str
    value: Callable[[Case], float | None]
    unit: str
    better: Literal["more", "less", ""]
    hides: str


def drafted(case: Case) -> float | None:
    """Return 1 where there is a letter, 0 where none could be drafted."""
    return float(case.drafted)


def first_pass(case: Case) -> float | None:
    """Return 1 where a first draft (any of the candidates) passes, 0 where none does."""
    return float(any(a.passed for a in case.attempts if a.kind == "draft")) if case.drafted else None


def pass_rate(case: Case) -> float | None:
    """Return 1 where the letter passes the check, 0 where it does not."""
    return float(case.passed) if case.drafted else None


def elements(case: Case) -> float | None:
    """Return the share of the elements that the reviewer marked in the gold letter which the letter has too."""
    if case.report is None or not case.carriers:
        return None
    verdicts = {**case.report.elements, **case.report.requirements}
    present = [name in verdicts and verdicts[name].present for name in case.carriers]
    return sum(present) / len(present)


def faults(case: Case) -> float | None:
    """Return how many kinds of fault the letter shows."""
    return None if case.report is None else float(sum(fault.found for fault in case.report.faults.values()))


def supported(case: Case) -> float | None:
    """Return the share of the letter's claims that the record holds."""
    if case.report is None or not case.report.ledger:
        return None
    return sum(claim.source is not None for claim in case.report.ledger) / len(case.report.ledger)


def facts_stated(case: Case) -> float | None:
    """Return the share of the facts that the gold letter's file requires which the letter states."""
    if case.report is None or not case.required_facts:
        return None
    missing = [fact.field for fact in case.report.unstated]
    stated = [
        not any(field == path or field.startswith((f"{path}.", f"{path}[")) for field in missing)
        for path in case.required_facts
    ]
    return sum(stated) / len(stated)


def similarity(case: Case) -> float | None:
    """Return the letter's likeness to the gold letter: chrF (0 to 100), None also without the package for it."""
    if not case.drafted or not available("similarity"):
        return None
    score: float = _chrf().sentence_score(case.letter, [case.gold_letter]).score
    return score


def length(case: Case) -> float | None:
    """Return the words of the letter's body for each word of the gold letter's."""
    return None if case.report is None or not case.gold_words else case.report.words / case.gold_words


def attempts(case: Case) -> float | None:
    """Return how many letters the model wrote until this one: candidates and revisions, also empty answers."""
    return float(len(case.attempts)) if case.drafted else None


def requests(case: Case) -> float | None:
    """Return the HTTP requests, retries included."""
    return float(case.used.requests)


def input_tokens(case: Case) -> float | None:
    """Return the input tokens, cached ones included, as the server counted them."""
    return float(case.used.input_tokens)


def cached_tokens(case: Case) -> float | None:
    """Return the input tokens that the provider had in its cache."""
    return float(case.used.cached_tokens)


def output_tokens(case: Case) -> float | None:
    """Return the output tokens, reasoning included where the server counts it."""
    return float(case.used.output_tokens)


def cost(case: Case) -> float | None:
    """Return the cost in USD at list price, None where no price is known."""
    return case.used.cost


def latency(case: Case) -> float | None:
    """Return the seconds that the model took for the letter, all its rounds together."""
    return case.seconds


_ALL = (
    Metric("drafted", "letters drafted", drafted, "yes", "more", "why the others are missing: see the problems"),
    Metric("first_pass", "pass at the first attempt", first_pass, "yes", "more",
           "letters that could not be drafted; with candidates, one of several first letters is enough"),
    Metric("pass_rate", "pass in the end", pass_rate, "yes", "more",
           "letters that could not be drafted, and whatever the check cannot see (docs/check.md)"),
    Metric("elements", "gold letter's elements present", elements, "share", "more",
           "whether they are well put, and elements beyond the gold letter's"),
    Metric("faults", "kinds of fault a letter", faults, "count", "less",
           "how bad they are, and how often the same fault occurs in a letter"),
    Metric("supported", "claims that the record holds", supported, "share", "more",
           "what a letter leaves out, and claims that the ledger does not read; without claims it says nothing"),
    Metric("facts_stated", "required facts stated", facts_stated, "share", "more",
           "whether they are stated clearly; what the record withholds counts as stated"),
    Metric("similarity", "likeness to the gold letter (chrF)", similarity, "of 100", "",
           "quality: a good letter in other words scores low, a copied one with a wrong amount high; "
           "not comparable between languages"),
    Metric("length", "words for each word of the gold letter", length, "ratio", "",
           "whether the words are needed; the gold letter is one good length of many"),
    Metric("attempts", "letters written for one", attempts, "count", "less", "how much each of them cost"),
    Metric("requests", "requests", requests, "count", "less", "requests that ran at the same time"),
    Metric("input_tokens", "input tokens", input_tokens, "count", "less",
           "which of them were cheaper; servers that count none are estimated"),
    Metric("cached_tokens", "cached input tokens", cached_tokens, "count", "more",
           "what was not cached; it depends on what ran before"),
    Metric("output_tokens", "output tokens", output_tokens, "count", "less", "reasoning that a server does not count"),
    Metric("cost", "cost (USD)", cost, "USD", "less", "discounts, and letters whose price is not known"),
    Metric("latency", "seconds of the model", latency, "s", "less",
           "the load at the time; a recorded answer keeps the time that it took when it was recorded"),
)  # fmt: skip
METRICS: dict[str, Metric] = {metric.name: metric for metric in _ALL}


def metric(name: str) -> Metric:
    """Return the metric called *name*. Raises UsageError that lists them."""
    if name not in METRICS:
        raise UsageError(f"metric: {name!r} is unknown{nearest(name, METRICS)}; there are {', '.join(METRICS)}")
    return METRICS[name]


def available(name: str) -> bool:
    """Whether the packages that a metric needs are installed."""
    return name != "similarity" or find_spec(SIMILARITY) is not None


@cache
def _chrf() -> Any:
    # A library of an extra is looked up by who has it.
    return import_module("sacrebleu.metrics").CHRF()
