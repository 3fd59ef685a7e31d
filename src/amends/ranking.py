"""Which of two attempts is the better letter."""

from __future__ import annotations

from amends.draft import Attempt
from amends.incident import Incident
from amends.prompt import MANY_WORDS
from amends.report import Report
from amends.scenario import scenarios


def better(attempt: Attempt, best: Attempt, incident: Incident) -> bool:
    """Whether *attempt* is to replace *best*: it fails in less, and as a revision has kept all that passed."""
    if attempt.kind == "revision" and _report(attempt).failures.keys() - _report(best).failures.keys():
        return False
    return _rank(attempt, incident) < _rank(best, incident)


def _rank(attempt: Attempt, incident: Incident) -> tuple[int, int, int]:
    """Return failed verdicts, words over the limit, and places where faults show: a half-mended fault is better."""
    report = _report(attempt)
    over = max(0, report.words - _words_allowed(incident))
    return len(report.failures), over, sum(len(fault.spans) for fault in report.faults.values() if fault.failed)


def _words_allowed(incident: Incident) -> int:
    return max(scenarios()[incident.scenario].words, MANY_WORDS if incident.to_group else 0)


def _report(attempt: Attempt) -> Report:
    assert attempt.report is not None  # only letters are ranked
    return attempt.report
