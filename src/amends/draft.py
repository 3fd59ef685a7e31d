"""The outcome of drafting: the best attempt, all attempts, and what they took."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import Any, Literal

from amends.errors import DraftError
from amends.incident import Incident
from amends.language import language
from amends.report import Report
from amends.text import clean, fold
from amends.usage import Outcome, Usage

Kind = Literal["draft", "revision", "given"]
# Why no further attempt was made; "model": it gave no more answers, see Draft.problem.
Stopped = Literal["passed", "attempts", "tokens", "seconds", "money", "model"]


@dataclass(frozen=True)
class Attempt:
    """One letter, or an answer that is none: `report` is None then, and `outcome` says why. `seconds` holds retries."""

    text: str = field(repr=False)
    report: Report | None = field(repr=False)
    usage: Usage = field(default_factory=Usage)
    seconds: float = 0.0
    outcome: Outcome = "letter"
    kind: Kind = "draft"
    model: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the attempt as JSON holds it."""
        return {
            "kind": self.kind,
            "outcome": self.outcome,
            "model": self.model,
            "text": self.text,
            "report": self.report.model_dump(mode="json") if self.report else None,
            "usage": self.usage.to_dict(),
            "seconds": round(self.seconds, 3),
        }


@dataclass(frozen=True)
class Draft:
    """One drafted letter: the best attempt, also when none passed.

    `usage` is the total. `model` names who wrote the letter, `fallback_used` whether that is the fallback or it was
    at least asked, `problem` in one line why the model gave no more. `examples` are the ids of the few-shot letters.
    """

    incident: Incident = field(repr=False)
    letter: str = field(repr=False)
    report: Report = field(repr=False)
    attempts: list[Attempt]
    usage: Usage
    model: str
    stopped: Stopped
    examples: list[str] = field(default_factory=list)
    fallback_used: bool = False
    problem: str = ""

    @property
    def passed(self) -> bool:
        """Whether the letter holds all that is required and no fault."""
        return self.report.passed

    @property
    def subject(self) -> str:
        """The subject of an email without its label, "" where there is none."""
        return subject(self.letter, self.incident)

    @property
    def diff(self) -> str:
        """What became of the letter given, as a unified diff; "" where it is unchanged or none was given."""
        given = next((a.text for a in self.attempts if a.kind == "given"), self.letter)
        lines = difflib.unified_diff(given.splitlines(), self.letter.splitlines(), "given", "revised", lineterm="", n=1)
        return "\n".join(lines)

    def raise_for_status(self) -> None:
        """Raise DraftError, naming the verdicts, unless the letter passes."""
        if not self.passed:
            names = ", ".join(self.report.failures)
            raise DraftError(
                f"the letter for {self.incident.id!r} does not pass (attempts: {len(self.attempts)}): {names}"
            )

    def to_dict(self) -> dict[str, Any]:
        """Return the draft as JSON holds it."""
        return {
            "id": self.incident.id,
            "letter": self.letter,
            "subject": self.subject,
            "passed": self.passed,
            "report": self.report.model_dump(mode="json"),
            "attempts": [attempt.to_dict() for attempt in self.attempts],
            "usage": self.usage.to_dict(),
            "model": self.model,
        }


def subject(letter: str, incident: Incident) -> str:
    """Return the subject line of an email letter without its label, "" where the first line is none."""
    first = clean(letter).text.lstrip().split("\n", 1)[0]
    label = language(incident.language).subject.match(fold(first))
    return first[label.end() :].strip() if label and incident.channel == "email" else ""
