"""Decide the ten elements and the scenario's requirements of a letter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from amends.report import ELEMENTS, REQUIREMENTS, Element, Span
from amends.rubric.reading import Reading
from amends.rubric.verdicts import meanings
from amends.scenario import MANY_READERS


def elements(reading: Reading) -> dict[str, Element]:
    """Return the verdict on each element, required or not as scenario and record say."""
    found = {}
    for name in ELEMENTS:
        spans, reason = FRAMES[name](reading) if name in FRAMES else _by_meaning(name, reading)
        required, why = _required(name, reading)
        if not required:
            reason = f"{reason}; {why}" if reason else why
        found[name] = Element(
            present=bool(spans), required=required, reason=reason, spans=spans,
            instruction=meanings(reading.asked)[name].instruction,
        )  # fmt: skip
    return found


def _by_meaning(name: str, reading: Reading) -> tuple[list[Span], str]:
    evidence = reading.evidence[name]
    if evidence:
        best = max(evidence, key=lambda e: e.probability)
        return reading.sentence_spans(e.sentence for e in evidence), best.reason
    denied = reading.denied.get(name)
    if denied:
        words = reading.letter.text_of(reading.letter.sentences[min(denied)])
        return [], f"what sounds like it does not count: “{words[:80]}”"
    return [], "no sentence does it"


def _salutation(reading: Reading) -> tuple[list[Span], str]:
    spans = reading.sentence_spans(
        i
        for i, s in enumerate(reading.letter.sentences)
        if s.part == "salutation" and i not in reading.denied.get("salutation", ())
    )
    return spans, "the opening line" if spans else "the letter starts with its body"


def _signature(reading: Reading) -> tuple[list[Span], str]:
    names = [
        i
        for i, s in enumerate(reading.letter.sentences)
        if s.part == "signature"
        and sum(c.isalpha() for c in s.folded) >= 2
        and i not in reading.denied.get("signature", ())
    ]
    spans = reading.sentence_spans(names)
    return spans, "the closing lines" if spans else "nobody signs after the closing"


def _contact(reading: Reading) -> tuple[list[Span], str]:
    """Return the ways to answer: a rule's phrase, or an address, number or link of the record outside the signature."""
    evidence = reading.evidence["contact"]
    spans = reading.sentence_spans(e.sentence for e in evidence)
    reason = max(evidence, key=lambda e: e.probability).reason if evidence else ""
    if not spans:
        given = reading.stated("contact.email", "contact.phone", "contact.url")
        spans = [Span(start=c.start, end=c.end, text=c.text) for c in given]
        reason = "the record's contact" if given else "no way to answer is given"
    return spans, reason


def _repair(reading: Reading) -> tuple[list[Span], str]:
    """Return the remedies; a next step with its time is one too (rubric, `repair`)."""
    spans, reason = _by_meaning("repair", reading)
    if not spans:
        given = reading.announced("next_update")
        if given:
            return [Span(start=c.start, end=c.end, text=c.text) for c in given], "a next step with its time"
    return spans, reason


_UNSAID = "the letter does not say it"

FRAMES: dict[str, Callable[[Reading], tuple[list[Span], str]]] = {
    "salutation": _salutation,
    "signature": _signature,
    "contact": _contact,
    "repair": _repair,
}


def _required(name: str, reading: Reading) -> tuple[bool, str]:
    """Return whether *name* is required here, and if not, why."""
    incident, scenario = reading.incident, reading.scenario
    if name in reading.ruleset.waived:
        return False, f"waived: {reading.ruleset.waived[name]}"
    if incident is None or scenario is None:
        return True, ""
    if name in scenario.waives:
        return False, f"not asked of {scenario.id}"
    if name == "salutation" and incident.channel == "public_post":
        return False, "a public post needs none"
    if name == "explanation" and (incident.cause_status != "known" or not incident.cause):
        return False, "the record holds no known cause"
    if name == "prevention" and not incident.preventions:
        return False, "the record holds no preventions"
    if name == "repair" and not (incident.remedies or incident.next_update):
        return False, "the record holds no remedies"
    if name in ("explanation", "prevention") and _many(reading) and reading.stated("references"):
        return False, "the letter links the published account"
    return True, ""


def _many(reading: Reading) -> bool:
    return reading.scenario is not None and reading.scenario.id in MANY_READERS


def requirements(reading: Reading) -> dict[str, Element]:
    """Return the verdict on each requirement that scenario and record ask for."""
    verdicts = {}
    for name in REQUIREMENTS:
        if not ASKED[name](reading):
            continue
        spans, reason = MET[name](reading)
        waived = reading.ruleset.waived.get(name)
        verdicts[name] = Element(
            present=bool(spans), required=waived is None, spans=spans,
            reason=f"waived: {waived}" if waived else reason or _UNSAID,
            instruction=meanings(reading.asked)[name].instruction,
        )  # fmt: skip
    for rule in reading.ruleset.rules:
        if rule.effect == "requires":
            spans = _says(reading, rule.id)
            reason = f"rule {rule.id}" if spans else "the house asks for it, and the letter does not say it"
            verdicts[rule.id] = Element(present=bool(spans), spans=spans, reason=reason, instruction=rule.message)
    return verdicts


def with_stand_ins(reading: Reading, found: dict[str, Element], met: dict[str, Element]) -> dict[str, Element]:
    """Return the elements with `contact` earned by the scenario's questions or request where they stand in for it."""
    by = reading.scenario.contact_by if reading.scenario else ""
    if by and not found["contact"].present:
        spans = met[by].spans if by in met else MET[by](reading)[0]
        if spans:
            found = {**found, "contact": found["contact"].model_copy(
                update={"present": True, "spans": spans, "reason": f"the {by.replace('_', ' ')} invites an answer"}
            )}  # fmt: skip
    return found


def _says(reading: Reading, name: str) -> list[Span]:
    return reading.sentence_spans(h.sentence for h in reading.shows.get(name, ()))


def _by_rule(reading: Reading, name: str) -> tuple[list[Span], str]:
    said = _says(reading, name)
    return said, "a rule's phrase" if said else ""


def _next_update(reading: Reading) -> tuple[list[Span], str]:
    given = reading.announced("next_update")
    if given:
        return [Span(start=c.start, end=c.end, text=c.text) for c in given], "the record's next_update"
    return _by_rule(reading, "next_update")


def _listed(kind: str, least: float) -> Callable[[Reading], tuple[list[Span], str]]:
    def met(reading: Reading) -> tuple[list[Span], str]:
        """Return the sentences that say the record's list again, if they say at least half of it."""
        sentences: set[int] = set()
        said = 0
        for phrase in reading.phrases.get(kind, ()):
            numbers = [
                n
                for n, stems in enumerate(reading.said)
                if phrase.stems and len(phrase.stems & stems) / len(phrase.stems) >= least
            ]
            said += bool(numbers)
            sentences.update(numbers)
        total = len(reading.phrases.get(kind, ()))
        if total and said * 2 >= total:
            return reading.sentence_spans(sentences), f"{said} of {total} entries of {kind}"
        return [], f"{said} of {total} entries of {kind} are said"

    return met


def _questions(reading: Reading) -> tuple[list[Span], str]:
    spans, reason = _listed("questions", 0.35)(reading)
    if not spans:
        numbers = [
            n
            for n, s in enumerate(reading.letter.sentences)
            if s.part == "body" and s.folded.rstrip("\"' )").endswith(_marks(reading))
        ]
        spans, reason = reading.sentence_spans(numbers), "questions to the recipient" if numbers else reason
    return spans, reason


def _marks(reading: Reading) -> tuple[str, ...]:
    return ("?", "？", ";") if reading.letter.language.code == "el" else ("?", "？")


def _rebooking(reading: Reading) -> tuple[list[Span], str]:
    said = _says(reading, "rebooking")
    if said or reading.incident is None:
        return said, "a rule's phrase"
    # A remedy with a time of day is an appointment, and so is one without money that names a day: the rest are refunds.
    remedies = enumerate(reading.incident.remedies)
    timed = [f"remedies[{n}]" for n, r in remedies if isinstance(r.by, datetime) or r.amount is None]
    given = [c for c in (reading.announced(*timed) if timed else ()) if c.kind in ("date", "time", "weekday")]
    return [Span(start=c.start, end=c.end, text=c.text) for c in given], "the record's new time" if given else ""


def _feedback(reading: Reading) -> tuple[list[Span], str]:
    spans = _says(reading, "feedback_request")
    if spans:
        return spans, "a rule's phrase"
    return _questions(reading)


def _scope(reading: Reading) -> tuple[list[Span], str]:
    incident = reading.incident
    assert incident is not None
    hit, missed = _listed("affected", 0.34)(reading), _listed("not_affected", 0.34)(reading)
    if incident.affected and not hit[0]:
        return [], f"affected: {hit[1]}"
    if incident.not_affected and not missed[0]:
        return [], f"not affected: {missed[1]}"
    return hit[0] + missed[0], "what was affected and what was not"


def _period(reading: Reading) -> tuple[list[Span], str]:
    """Return the dates and times that are those of the record's `when`, wherever else the record may hold them."""
    incident = reading.incident
    assert incident is not None
    days = {m.isoformat()[5:10] for m in (incident.when.start, incident.when.end) if m}
    given = [
        *reading.stated("when"),
        *(c for c in reading.claims if c.source and c.kind == "date" and c.value[-5:] in days),
    ]
    if given:
        return [Span(start=c.start, end=c.end, text=c.text) for c in given], "the record's when"
    return _by_rule(reading, "period")


def _recipient_action(reading: Reading) -> tuple[list[Span], str]:
    incident = reading.incident
    assert incident is not None
    kinds = [k for k in ("recipient_actions", "recommended_actions") if getattr(incident, k)]
    if not kinds:
        said = _says(reading, "recipient_action")
        return said, "nothing is needed" if said else ""
    for kind in kinds:
        spans, reason = _listed(kind, 0.3)(reading)
        if spans:
            return spans, reason
    return [], "what the recipient must do is not said"


ASKED: dict[str, Callable[[Reading], bool]] = {
    "next_update": lambda r: bool(
        r.incident
        and r.incident.next_update
        and "investigating" in (r.incident.scenario, r.incident.cause_status)
    ),
    "tried_list": lambda r: _asks(r, "tried_list") and bool(r.incident and r.incident.tried),
    "questions_list": lambda r: _asks(r, "questions_list") and bool(r.incident and r.incident.questions),
    "rebooking": lambda r: _asks(r, "rebooking"),
    "feedback_request": lambda r: _asks(r, "feedback_request"),
    "scope": lambda r: _asks(r, "scope") and bool(r.incident and (r.incident.affected or r.incident.not_affected)),
    "period": lambda r: _asks(r, "period") and bool(r.incident and (r.incident.when.start or r.incident.when.text)),
    "recipient_action": lambda r: _asks(r, "recipient_action"),
}  # fmt: skip

MET: dict[str, Callable[[Reading], tuple[list[Span], str]]] = {
    "next_update": _next_update,
    "tried_list": _listed("tried", 0.34),
    "questions_list": _questions,
    "rebooking": _rebooking,
    "feedback_request": _feedback,
    "scope": _scope,
    "period": _period,
    "recipient_action": _recipient_action,
}


def _asks(reading: Reading, name: str) -> bool:
    return reading.scenario is not None and name in reading.scenario.requires
