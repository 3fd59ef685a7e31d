"""What a careful colleague would say of a letter; never a verdict. The words are in prompts/advice.toml."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache

from amends import files
from amends.report import Advice, Element
from amends.rubric import echo
from amends.rubric.reading import Reading
from amends.text import clean, fold

_LATE_DAYS = 14  # an answer later than this owes a word about being late


@cache
def _words() -> dict[str, dict[str, str]]:
    tables = files.read_toml(files.prompts() / "advice.toml")
    return {name: {key: str(text) for key, text in table.items()} for name, table in tables.items()}


def advice(reading: Reading, elements: dict[str, Element], letter_date: date | None = None) -> list[Advice]:
    """Return the remarks that scenario, record and letter call for."""
    found = [
        Advice(id=h.rule.verdict, message=h.rule.message, spans=[reading.span(h.start, h.end)])
        for h in reading.advises
        if h.rule.verdict != "recipient-unnamed" or (reading.incident and reading.incident.recipient.name)
    ]
    if reading.incident is None:
        return found
    for name, calls_for in CALLED_FOR.items():
        what = calls_for(reading, elements, letter_date or date.today())
        if what is not None:
            found.append(Advice(id=name, message=_words()[name]["message"].replace("{what}", what)))
    return found


def _unanswered_points(reading: Reading, elements: dict[str, Element], today: date) -> str | None:
    """Return the complaint's points that no sentence takes up."""
    incident = reading.incident
    assert incident is not None
    points = [
        text
        for text in incident.complaint_points
        if not any(echo.share(echo.Phrase("", echo.stems(text, incident.base)), said) >= 0.34 for said in reading.said)
    ]
    return "; ".join(points) if points else None


def _senior_signature(reading: Reading, elements: dict[str, Element], today: date) -> str | None:
    incident = reading.incident
    assert incident is not None
    return "" if incident.recipient.group and not incident.sender.role else None


def _talk_first(reading: Reading, elements: dict[str, Element], today: date) -> str | None:
    incident = reading.incident
    assert incident is not None
    if incident.recipient.group or incident.earlier_contact:
        return None
    return "" if incident.severity == "critical" else None


def _offer_a_talk(reading: Reading, elements: dict[str, Element], today: date) -> str | None:
    incident = reading.incident
    assert incident is not None
    return "" if incident.recipient.relationship == "ongoing" and not elements["contact"].present else None


def _late(reading: Reading, elements: dict[str, Element], today: date) -> str | None:
    reported = reading.incident.reported if reading.incident else None
    return str((today - reported).days) if reported and (today - reported).days > _LATE_DAYS else None


def _undated_remedy(reading: Reading, elements: dict[str, Element], today: date) -> str | None:
    incident = reading.incident
    assert incident is not None
    undated = [r.action for r in incident.remedies if r.status == "promised" and not r.by]
    return "; ".join(undated) if undated else None


def _only_a_voucher(reading: Reading, elements: dict[str, Element], today: date) -> str | None:
    incident = reading.incident
    assert incident is not None
    if incident.severity not in ("high", "critical") or len(incident.remedies) != 1:
        return None
    words = fold(clean(incident.remedies[0].action).text)
    return "" if any(fold(w) in words for w in _words()["only-a-voucher"]["words"].split()) else None


def _follow_up(reading: Reading, elements: dict[str, Element], today: date) -> str | None:
    incident = reading.incident
    assert incident is not None
    grave = incident.severity in ("high", "critical")
    return "" if grave and incident.scenario != "follow_up" and not incident.recipient.group else None


def _nothing_to_regret(reading: Reading, elements: dict[str, Element], today: date) -> str | None:
    incident = reading.incident
    assert incident is not None
    return "" if incident.scenario == "other" and not (incident.impact or incident.cause or incident.remedies) else None


CALLED_FOR: dict[str, Callable[[Reading, dict[str, Element], date], str | None]] = {
    "unanswered-points": _unanswered_points,
    "senior-signature": _senior_signature,
    "only-a-voucher": _only_a_voucher,
    "talk-first": _talk_first,
    "offer-a-talk": _offer_a_talk,
    "late": _late,
    "undated-remedy": _undated_remedy,
    "follow-up": _follow_up,
    "nothing-to-regret": _nothing_to_regret,
}
