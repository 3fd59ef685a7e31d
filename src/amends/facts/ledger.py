"""Match the claims of a letter to the record they come from."""

from __future__ import annotations

import re
from bisect import bisect_right
from datetime import date
from decimal import Decimal
from itertools import accumulate
from operator import itemgetter
from typing import NamedTuple

from amends.facts.dayparts import dayparts
from amends.facts.found import Count, Day, Fact, Text
from amends.facts.frame import is_foreign, own_date, unread
from amends.facts.lexicon import Lexicon, lexicon
from amends.facts.match import MATCHES, nearest, show
from amends.facts.match_time import Today, calendar
from amends.facts.meanings import Told, meanings, read_sentences
from amends.facts.names import names
from amends.facts.record import Record, read_complaint, read_record, region
from amends.facts.scan import scan
from amends.facts.status import told_as_done
from amends.facts.unstated import unstated
from amends.facts.weekdays import unpromised
from amends.facts.withheld import stated
from amends.incident import Incident
from amends.letter import Letter, sentence_at
from amends.report import Claim, Unstated
from amends.text import fold

_LINGUA_FRANCA = "en"
_PAID = ("amount", "percent")
_MISREAD = ("date", "time", "duration", "amount", "percent")
_SMALL = 12  # a word for a number up to this is seldom a figure
_NOTED = 40  # unmatched claims that get a look for what is nearest
_LISTED = 12  # characters from the day before to the day after
_STEM = 4  # letters by which two forms of a word are told to be one
_TOLD_OF = ("impact", "what_happened")
_AFTER = re.compile(r"[ \n](?:of |off )?([^\W\d_]{4,})")
_SIDE_BY_SIDE = re.compile(r"[ \n]?[,(（]?[ \n]?(?:the )?")


class Reading(NamedTuple):
    """A letter beside its record."""

    letter: Letter
    folded: str  # the letter's clean text, folded; quotations are not masked
    record: Record
    lexicon: Lexicon
    today: Today
    foreign: bool  # whether the letter is in a language that no lexicon knows


def build(letter: Letter, incident: Incident, letter_date: date | None = None) -> tuple[list[Claim], list[Unstated]]:
    """Return the letter's claims, unmatched ones first, and the record's facts that it does not state.

    *letter_date* is what "yesterday" counts from: default the date that stands on a line of its own, else today.
    """
    code = letter.language.code
    lex = lexicon(code)
    record = read_record(incident, code)
    folded = fold(letter.clean.text)
    taken = unread(letter, folded)
    facts = scan(Text(letter.clean.text, folded, taken), lex, region(incident.language))
    own, facts = own_date(facts, letter, folded)
    known = letter_date or own
    reading = Reading(
        letter, folded, record, lex, Today(known or date.today(), known is not None), is_foreign(letter, folded)
    )
    claims = _figures(facts, reading)
    if incident.base != code or any(c.source is None for c in claims):
        claims = _in_other_words(claims, reading, incident.base)
    reads = read_sentences(letter)
    told = [
        *meanings(reads, record, _paid(facts, reading)),
        *told_as_done(reads, facts, record, code),
        *stated(letter, record, folded),
        *dayparts(folded, facts, record, code),
        *names(letter, record, taken, foreign=reading.foreign),
    ]
    claims += [_told(t, reading) for t in told]
    claims.sort(key=lambda c: (c.source is not None, c.start))
    return claims, unstated(letter, record, facts, claims, folded)


def _figures(facts: list[Fact], reading: Reading) -> list[Claim]:
    """Return the claims that *facts* are; the first unmatched ones say what is nearest in the record."""
    claims, noted = [], 0
    for index, fact in enumerate(facts):
        claim = _claim(fact, facts[max(0, index - 1) : index + 2], reading)
        if claim and claim.source is None and not claim.note:
            held = nearest(fact, reading.record) if noted < _NOTED else None
            where = f": the record has {show(held.fact)} at {held.path}" if held else " is not in the record"
            claim, noted = claim.model_copy(update={"note": f"{show(fact)}{where}"}), noted + 1
        if claim:
            claims.append(claim)
    return claims


def _paid(facts: list[Fact], reading: Reading) -> dict[int, str]:
    """Return where the letter tells the sum or percentage of a remedy, and the field that holds it."""
    sums = ((f.start, MATCHES[f.kind](f, reading.record, reading.today)) for f in facts if f.kind in _PAID)
    return {start: source for start, source in sums if source and source.startswith("remedies[")}


def _told(told: Told, reading: Reading) -> Claim:
    """Return the claim that something told in words is."""
    span = reading.letter.span(told.start, told.end)
    note = "" if told.source else f"{told.kind}: {told.value}: no field of the record tells it"
    if told.kind == "withheld":
        note = f"{told.value} is withheld: a letter must not state it"
    if told.nearest:
        note = f"{told.value}: the record has promised at {told.nearest}.status"
    return Claim(
        text=span.text, start=span.start, end=span.end, kind=told.kind, value=told.value, source=told.source, note=note
    )


def _in_other_words(claims: list[Claim], reading: Reading, asked: str) -> list[Claim]:
    """Read what may be in another language with its words, too: that spares some claims and adds sums."""
    spared: set[tuple[int, int]] = set()
    added: list[Claim] = []
    for code in {asked, _LINGUA_FRANCA} - {reading.lexicon.code}:
        text = Text(reading.letter.clean.text, reading.folded, unread(reading.letter, reading.folded))
        facts = scan(text, lexicon(code), region(reading.record.incident.language))
        _, others = own_date(facts, reading.letter, reading.folded)
        places = {other[:3] for other in others}
        for fact in facts:
            told = fact.kind in _MISREAD and MATCHES[fact.kind](fact, reading.record, reading.today)
            if told or fact[:3] not in places:
                span = reading.letter.span(fact.start, fact.end)
                spared.add((span.start, span.end))
            elif code == asked and fact.kind == "amount":
                added += _figures([fact], reading)
    spans = sorted(spared)
    reach = list(accumulate((end for _, end in spans), max))  # how far any of the spans up to here goes

    def within(claim: Claim) -> bool:
        begun = bisect_right(spans, claim.start, key=itemgetter(0))
        return begun > 0 and reach[begun - 1] >= claim.end

    kept = [c for c in claims if c.source or not within(c)]
    unmatched = {c.start for c in kept if c.source is None}
    return kept + [c for c in added if c.start not in unmatched]


def _claim(fact: Fact, around: list[Fact], reading: Reading) -> Claim | None:
    """Return the claim that *fact* is, None where it is none; *around* holds its neighbours."""
    source = MATCHES[fact.kind](fact, reading.record, reading.today)
    note = ""
    if source is None and (beside := _beside(fact, around, reading)):
        source = beside
    if source and fact.kind == "weekday" and (right := _right_weekday(fact, around, reading)) is not None:
        source, note = None, f"{right.isoformat()} is another weekday"
    elif source and unpromised(fact, around, reading.folded, reading.record, reading.lexicon.code):
        source = None
    if source is None:
        source = _listed(fact, around, reading) or _numbered(fact, reading) or _one_of(fact, reading)
    if source is None and _attributed(fact, reading):
        source = "complaint"
    if source is None and not _is_claim(fact, reading):
        return None
    span = reading.letter.span(fact.start, fact.end)
    kind = "number" if fact.kind == "count" else "date" if fact.kind == "relative" else fact.kind
    kind = "percent" if kind == "ratio" else kind
    return Claim(text=span.text, start=span.start, end=span.end, kind=kind, value=show(fact), source=source, note=note)


def _listed(fact: Fact, around: list[Fact], reading: Reading) -> str | None:
    """Return the source of a day told between the days before and after it: "3, 4 and 5 March" of 3 to 5 March."""
    place = next(i for i, other in enumerate(around) if other is fact)
    days = [_day_of(other) for other in around]
    if not 0 < place < len(around) - 1 or None in days:
        return None
    before, day, after = (days[place - 1] or 0, days[place] or 0, days[place + 1] or 0)
    near = around[place + 1].start - around[place - 1].end < _LISTED
    if (before, after) != (day - 1, day + 1) or not near:
        return None
    held = {d.day: h.path for h in reading.record.of("date") for d in h.fact.value}
    return held.get(after) if before in held else None


def _day_of(fact: Fact) -> int | None:
    if fact.kind == "date":
        day: int | None = fact.value[0].day
        return day
    counted = fact.kind == "count" and fact.value.digits
    return int(fact.value.values[0]) if counted else None


def _numbered(fact: Fact, reading: Reading) -> str | None:
    """Return the source of a number that only a comma made a day: "room 6, 10-13 July"."""
    written = reading.folded[fact.start : fact.end]
    if fact.kind != "date" or not written.isdecimal() or reading.folded[fact.end : fact.end + 2] != ", ":
        return None
    value = Count((Decimal(written),), "", True)
    return MATCHES["count"](fact._replace(kind="count", value=value), reading.record, reading.today)


def _one_of(fact: Fact, reading: Reading) -> str | None:
    """Return the field that names what a letter tells one unit of: "a day of leave" for who took leave."""
    if fact.kind != "duration" or not _says_one(fact, reading):
        return None
    after = _AFTER.match(reading.folded, fact.end)
    if not after or after[1] in reading.letter.language.common_words:
        return None
    fields = (f for f in reading.record.fields if f.path in _TOLD_OF)
    return next((f.path for f in fields if after[1][:_STEM] in f.folded), None)


def _right_weekday(fact: Fact, around: list[Fact], reading: Reading) -> date | None:
    """Return the date beside a weekday where it falls on another one."""
    for other in around:
        if other.kind != "date":
            continue
        first, second = sorted((fact, other), key=lambda f: f.start)
        if not _SIDE_BY_SIDE.fullmatch(reading.folded, first.end, second.start):
            continue
        full = [d for claimed in other.value if (d := _resolved(claimed, reading.record))]
        if full and not any(d.weekday() == fact.value for d in full):
            return full[0]
    return None


def _resolved(claimed: Day, record: Record) -> date | None:
    """Return the calendar date that *claimed* stands for, its year taken from the record."""
    if claimed.full:
        return claimed.full
    same = (d for d, _ in calendar(record) if (d.month, d.day) == (claimed.month or d.month, claimed.day))
    return next(same, None)


def _attributed(fact: Fact, reading: Reading) -> bool:
    """Whether the letter gives a figure or date of the complaint as the recipient's words."""
    if fact.kind in ("link", "email", "phone"):
        return False
    sentence = sentence_at(reading.letter.sentences, fact.start)
    if not sentence or not reading.lexicon.attribution.search(reading.folded, sentence.start, sentence.end):
        return False
    return MATCHES[fact.kind](fact, read_complaint(reading.record), reading.today) is not None


def _is_claim(fact: Fact, reading: Reading) -> bool:
    """Whether a figure that the record lacks is a claim at all."""
    if fact.kind == "duration" and _says_one(fact, reading):
        # "One hour" is a claim only where the record counts hours; in Greek the word is also the article.
        return any(h.fact.value.unit == fact.value.unit for h in reading.record.of("duration"))
    if fact.kind != "count":
        return True
    value: Count = fact.value
    if value.noun and any(
        h.fact.value.noun == value.noun and h.fact.value.values != value.values for h in reading.record.of("count")
    ):
        return True
    if value.digits:
        return value.values[0] > 1
    if value.values[0] <= _SMALL:
        return False
    return reading.lexicon.spaced or _is_counted(fact, reading)


def _is_counted(fact: Fact, reading: Reading) -> bool:
    """Whether signs that spell a number stand before something counted: "五十三位", and not "千家万户"."""
    counted = reading.lexicon.get("counted", default="(?!)")
    return fact.end - fact.start > 1 and bool(re.compile(counted).match(reading.folded, fact.end))


def _says_one(fact: Fact, reading: Reading) -> bool:
    return fact.value.values == (1,) and not reading.folded[fact.start].isdigit()


def _beside(fact: Fact, around: list[Fact], reading: Reading) -> str | None:
    """Return the source of a date that a relative day or a day of the month stands beside or repeats."""
    # Arabic tells a day in words as well: "it was the twentieth".
    in_words = bool(reading.lexicon.get("days")) and fact.kind == "count"
    if fact.kind == "count" and (fact.value.digits or in_words) and fact.value.values[0] <= 31:
        joined = re.compile(reading.lexicon.get("also", default=" - "))
        dated = any(
            (other.kind == "weekday" and _SIDE_BY_SIDE.fullmatch(reading.folded, other.end, fact.start))
            or (other.kind == "date" and joined.fullmatch(reading.folded, other.end, fact.start))
            for other in around
        )
        if fact.value.noun and not reading.foreign and not dated:
            return None
        days = (h.path for h in reading.record.of("date") if any(d.day == fact.value.values[0] for d in h.fact.value))
        return next(days, None)
    if fact.kind != "relative":
        return None
    for other in around:
        first, second = sorted((fact, other), key=lambda f: f.start)
        if other.kind in ("date", "weekday") and _SIDE_BY_SIDE.fullmatch(reading.folded, first.end, second.start):
            return MATCHES[other.kind](other, reading.record, reading.today)
    return None
