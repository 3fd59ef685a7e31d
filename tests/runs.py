"""Finished evaluations made up for a test, without drafting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from amends.evaluation.result import Attempt, Case, Fact, Failure, Run, Signature, Used
from amends.report import ELEMENTS, FAULTS, Claim, Element, Fault, Report, Span

LETTER = "Szanowna Pani,\n\nprzepraszamy. Zwróciliśmy 49,00 zł.\n\nJan Żak"


def a_report(lacking: Sequence[str] = (), faults: Sequence[str] = (), **more: Any) -> Report:
    """Return a report in which the elements *lacking* are absent and *faults* are found."""
    span = Span(start=16, end=28, text="przepraszamy")
    return Report(
        passed=not lacking and not faults,
        language="pl",
        words=100,
        elements={
            name: Element(present=name not in lacking, reason="rule x", spans=[] if name in lacking else [span])
            for name in ELEMENTS
        },
        faults={name: Fault(found=name in faults, reason="rule y" if name in faults else "") for name in FAULTS},
        ledger=[
            Claim(text="49,00 zł", start=42, end=50, kind="amount", value="49 PLN", source="remedies[0].amount"),
        ],
        **more,
    )


def a_case(
    gold: str, repeat: int = 0, *, lacking: Sequence[str] = (), faults: Sequence[str] = (), problem: str = "",
    language: str = "pl", scenario: str = "delay", first: Sequence[str] = (), **more: Any,
) -> Case:  # fmt: skip
    """Return a case: its letter lacks *lacking* and shows *faults*, its first attempt lacked *first* besides."""
    report = None if problem else a_report(lacking, faults)
    attempts = []
    if report is not None:
        if first:
            missing = [Failure(id=name, group="elements", reason="no evidence") for name in first]
            attempts.append(
                Attempt(kind="draft", outcome="letter", text="Nic.", passed=False, failures=missing, seconds=2.0)
            )
        failures = [Failure(id=name, group="elements") for name in lacking]
        failures += [Failure(id=name, group="faults") for name in faults]
        attempts.append(
            Attempt(
                kind="revision" if first else "draft", outcome="letter", text=LETTER, passed=report.passed,
                failures=failures, used=Used(requests=1, input_tokens=1000, output_tokens=200), seconds=1.5,
            )
        )  # fmt: skip
    return Case(**{
        "gold": gold, "repeat": repeat, "language": language, "scenario": scenario, "digest": f"digest of {gold}",
        "facts": [Fact(path="remedies[0].amount", value="49 PLN")], "gold_letter": LETTER, "gold_words": 80,
        "carriers": {"remorse": ["przepraszamy."], "repair": ["Zwróciliśmy 49,00 zł."]},
        "required_facts": ["remedies[0].amount"], "letter": "" if problem else LETTER, "report": report,
        "attempts": attempts, "used": Used(requests=max(1, len(attempts)), input_tokens=1000, output_tokens=200),
        "seconds": None if problem else 1.5, "problem": problem, **more,
    })  # fmt: skip


def a_run(cases: Sequence[Case], **more: Any) -> Run:
    """Return a run of *cases* with a signature that fits."""
    return Run(
        signature=Signature(**{
            "model": "scripted", "languages": sorted({case.language for case in cases}),
            "incidents": len({case.gold for case in cases}), "repeat": max((c.repeat + 1 for c in cases), default=1),
            "prompts": "aaaa", "gold": "bbbb", "tier": "fast", "amends": "0.1.0", "date": "2026-11-24", **more,
        }),
        cases=list(cases),
    )  # fmt: skip
