"""What a record lacks before a letter can be drafted from it, and where it contradicts itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime

from amends.incident import Incident
from amends.scenario import scenarios
from amends.text import fold


def missing(incident: Incident) -> list[str]:
    """Return what *incident* lacks or contradicts, a line each: the field, the problem and what to fill in.

    Empty for a record that a letter can be drafted from. Only what no letter could do without is asked for.
    Source: the requirements and elements of the scenario (rubric, "What scenario and record change").
    """
    problems = [line for find in FINDERS for line in find(incident)]
    return list(dict.fromkeys(problems))


def _questions(incident: Incident) -> Iterator[str]:
    if "questions_list" in scenarios()[incident.scenario].requires and not incident.questions:
        yield f"questions: {incident.scenario} needs at least one question to the recipient (fill in questions)"


def _next_update(incident: Incident) -> Iterator[str]:
    if "next_update" in scenarios()[incident.scenario].requires and not incident.next_update:
        yield f"next_update: {incident.scenario} needs the day or time of the next message (fill in next_update)"


def _remedies(incident: Incident) -> Iterator[str]:
    """A letter has to offer something: a remedy, or a next step with its time."""
    waived = "repair" in scenarios()[incident.scenario].waives
    if not waived and not incident.remedies and not incident.next_update:
        yield (
            f"remedies: {incident.scenario} needs at least one, with its action and status "
            "(fill in remedies, or next_update while the case is open)"
        )


def _order(incident: Incident) -> Iterator[str]:
    """What comes after the incident may not be dated before it."""
    start = incident.when.start
    if start is None:
        return
    later = [(f"remedies[{i}].by", r.by) for i, r in enumerate(incident.remedies)]
    later += [(f"preventions[{i}].by", p.by) for i, p in enumerate(incident.preventions) if p.status == "promised"]
    later.append(("next_update", incident.next_update))
    for path, moment in later:
        if moment is not None and _day(moment) < _day(start) and incident.scenario not in _ANNOUNCED:
            yield f"{path}: {moment.isoformat()} is before when.start {start.isoformat()} (correct one of them)"


def _scope(incident: Incident) -> Iterator[str]:
    """Nothing can be affected and not affected."""
    spared = {fold(text): index for index, text in enumerate(incident.not_affected)}
    for index, text in enumerate(incident.affected):
        if fold(text) in spared:
            yield f"affected[{index}]: {text[:60]!r} is also not_affected[{spared[fold(text)]}] (delete one of them)"


def _withheld(incident: Incident) -> Iterator[str]:
    """What a letter has to state may not be withheld."""
    for index, action in enumerate(incident.recipient_actions):
        if action and incident.withheld(f"recipient_actions[{index}]"):
            yield f"withhold: recipient_actions[{index}] is what the recipient must do (take it out of withhold)"
    if incident.remedies and all(incident.withheld(f"remedies[{i}].action") for i in range(len(incident.remedies))):
        yield "withhold: no remedy is left to state (take one out of withhold)"


def _day(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


_ANNOUNCED = ("cancelled_service", "product_change", "delay", "missed_deadline")  # written before the day they speak of
FINDERS: tuple[Callable[[Incident], Iterator[str]], ...] = (
    _questions, _next_update, _remedies, _order, _scope, _withheld,
)  # fmt: skip
