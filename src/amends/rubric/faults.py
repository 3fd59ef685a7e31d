"""Decide the twelve faults of a letter."""

from __future__ import annotations

import re
from collections.abc import Callable

from amends.report import FAULTS, Fault, Span
from amends.rubric.reading import Evidence, Reading
from amends.rubric.verdicts import meanings
from amends.rubric.wording import foreign_sentences
from amends.scenario import MANY_READERS
from amends.text import bare, fold

_SLOTS = (
    r"\[[^\[\]\n]{1,60}\]",
    r"\{\{?[^{}\n]{1,60}\}\}?",
    r"<[^<>\n]{1,60}>",
    r"［[^［］\n]{1,40}］",
    r"\$\{[^}\n]{1,40}\}",
    r"%[A-Z_]{3,30}%",
    r"_{4,}",
    r"\.{6,}",
    r"\bX{2,4}[/.]X{2,4}(?:[/.]X{2,4})?",
    r"\bX{3,}\b",
    r"\b(?:TBD|TODO)\b",
)
_SLOT = re.compile("|".join(_SLOTS))
OWNED = 0.5  # how likely a sentence must be one that owns the fault, to clear what its paragraph says of others
_MAY_BE_SLOT = re.compile(r"[\[{<［_%$]|\.{6}|XX|TBD|TODO")
_FILLED = re.compile(r"\d{2,}|https?://|@[\w-]+\.|^.(?:\d+|i{1,3}|iv|v|[a-zα-ω])\W$", re.IGNORECASE)

# Money, data, health or business was lost: no joke fits, whatever the voice.
LOSSES = frozenset({"billing_error", "wrong_transfer", "data_loss", "security_notice", "outage", "partial_outage"})

Found = tuple[list[Span], str]


def faults(reading: Reading) -> dict[str, Fault]:
    """Return the verdict on each fault."""
    found = {}
    for name in FAULTS:
        spans, reason = SHOWN[name](reading) if name in SHOWN else _by_meaning(name, reading)
        waived = reading.ruleset.waived.get(name)
        if waived and spans:
            spans, reason = [], f"waived: {waived}"
        found[name] = Fault(
            found=bool(spans), reason=reason, spans=spans, instruction=_instruction(name, reading) if spans else ""
        )
    return found


def _instruction(name: str, reading: Reading) -> str:
    """Return the instruction of the rule that found it, else that of the verdict."""
    hits = reading.shows.get(name)
    return hits[0].rule.message if hits else meanings(reading.asked)[name].instruction


def _by_meaning(name: str, reading: Reading) -> Found:
    evidence = reading.evidence[name]
    if not evidence:
        return [], ""
    best = max(evidence, key=lambda e: e.probability)
    return [reading.span(e.start, e.end) for e in evidence], best.reason


def _tone(reading: Reading) -> Found:
    """Return what is unprofessional; one light remark is allowed where voice, severity and scenario let it pass."""
    evidence = reading.evidence["unprofessional_tone"]
    light = [e for e in evidence if e.reason.endswith(".joke") or e.reason.startswith("probability")]
    if evidence and len(light) == len(evidence) == 1 and _light_remark_allowed(reading):
        return [], "one light remark, which the record allows"
    return _by_meaning("unprofessional_tone", reading)


def _light_remark_allowed(reading: Reading) -> bool:
    incident = reading.incident
    return (
        incident is not None
        and incident.company.voice == "playful"
        and incident.severity == "low"
        and incident.scenario not in LOSSES
    )


def apologies(reading: Reading) -> list[int]:
    """Return the sentences that apologise, two verbs in one sentence counted once (rubric, "An apology")."""
    found = {e.sentence for e in reading.evidence["remorse"]} | {
        h.sentence for h in reading.shows.get("conditional_apology", ())
    }
    return sorted(found)


def apology_limit(words: int) -> int:
    """Return how many apologies a letter of *words* words may hold (rubric: 3 up to 300 words, then 1 per 100)."""
    return 3 if words <= 300 else max(3, words // 100)


def _over_apology(reading: Reading) -> Found:
    numbers, limit = apologies(reading), apology_limit(reading.letter.words)
    if len(numbers) <= limit:
        return [], ""
    return reading.sentence_spans(numbers), f"{len(numbers)} apologies, at most {limit} in {reading.letter.words} words"


def word_limit(reading: Reading) -> int:
    """Return how many words the letter's body may have (rubric, `verbose`)."""
    incident = reading.incident
    many = incident is not None and (incident.scenario in MANY_READERS or bool(incident.recipient.group))
    return 450 if many else 250


def _verbose(reading: Reading) -> Found:
    limit, words = word_limit(reading), reading.letter.words
    if words <= limit:
        return [], ""
    body = reading.letter.of("body")
    return [reading.span(body[0].start, body[-1].end)], f"{words} words, at most {limit}"


def _placeholder(reading: Reading) -> Found:
    """Return unfilled slots: brackets without anything of one case in them, and what the language's rules show."""
    letter, spans = reading.letter, []
    if _MAY_BE_SLOT.search(letter.clean.text):
        for sentence in letter.sentences:
            for match in _SLOT.finditer(letter.clean.text, sentence.start, sentence.end):
                if not _FILLED.search(match[0]) and not _held(match[0], reading):
                    spans.append(reading.span(match.start(), match.end()))
    spans += [reading.span(h.start, h.end) for h in reading.shows.get("placeholder", ())]
    return spans, "an unfilled slot" if spans else ""


def _held(slot: str, reading: Reading) -> bool:
    """Whether a bracket holds a name or a term of the record; small letters are a label, which records hold too."""
    words = slot[1:-1]
    return not slot.startswith("{") and not words.islower() and reading.holds(words)


def _unsupported(reading: Reading) -> Found:
    if reading.incident is None:
        return [], "no incident record to check against"
    missing = [c for c in reading.claims if c.source is None]
    spans = [Span(start=c.start, end=c.end, text=c.text) for c in missing]
    return spans, "; ".join(dict.fromkeys(c.note or f"{c.kind} {c.value} is not in the record" for c in missing))[:600]


def _wrong_language(reading: Reading) -> Found:
    numbers, reason = foreign_sentences(reading.letter, reading.asked)
    return reading.sentence_spans(numbers), reason


def _blame(reading: Reading) -> Found:
    """Return where the fault is put on somebody else and not owned in the same paragraph (rubric, `blame_shift`)."""
    sentences = reading.letter.sentences
    owning = {e.sentence: e for e in reading.evidence["responsibility"] if e.probability >= OWNED or _by_rule(e)}
    owned = {sentences[number].paragraph for number in owning}
    others = [e for e in reading.evidence["blame_shift"] if not _names_own_firm(e, reading)]
    # A sentence that blames often sounds like owning: it clears itself only by a rule, or if that is likelier.
    evidence = [
        e
        for e in others
        if sentences[e.sentence].paragraph not in owned
        or (set(owning) & _paragraph(e, reading) == {e.sentence} and not _clears(owning[e.sentence], e))
    ]
    if not evidence:
        return [], "a part of somebody else, owned in the same paragraph" if reading.evidence["blame_shift"] else ""
    best = max(evidence, key=lambda e: e.probability)
    return [reading.span(e.start, e.end) for e in evidence], best.reason


def _by_rule(evidence: Evidence) -> bool:
    return evidence.reason.startswith("rule ")


def _paragraph(evidence: Evidence, reading: Reading) -> set[int]:
    """Return the numbers of the sentences in the same paragraph."""
    sentences = reading.letter.sentences
    return {n for n, s in enumerate(sentences) if s.paragraph == sentences[evidence.sentence].paragraph}


def _clears(owned: Evidence, blamed: Evidence) -> bool:
    return _by_rule(owned) or (not _by_rule(blamed) and owned.probability > blamed.probability)


def _names_own_firm(evidence: Evidence, reading: Reading) -> bool:
    """Whether what is blamed is the kind of firm that the sender's is: "the bank's error" in a letter of a bank."""
    article = fold(reading.letter.language.table.get("article", ""))
    if not article or reading.incident is None or not reading.incident.company.name.strip():
        return False
    kind = fold(bare(reading.incident.company.name)).split()[0].removeprefix(article)
    blamed = fold(reading.letter.clean.text[evidence.start : evidence.end])
    return re.search(rf"{article}{re.escape(kind)}(?!\w)", blamed) is not None


SHOWN: dict[str, Callable[[Reading], Found]] = {
    "blame_shift": _blame,
    "unprofessional_tone": _tone,
    "over_apology": _over_apology,
    "verbose": _verbose,
    "placeholder": _placeholder,
    "unsupported_fact": _unsupported,
    "wrong_language": _wrong_language,
}
