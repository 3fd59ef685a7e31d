"""Find what the letter tells as done and the record only promises."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from typing import NamedTuple

from amends.facts.found import Fact
from amends.facts.lexicon import Lexicon, lexicon
from amends.facts.meanings import Read, Told, remedies_in
from amends.facts.record import Record
from amends.facts.vocabulary import Hit
from amends.incident import Prevention, Remedy
from amends.language import language
from amends.text import bare, fold, fold_pattern

_CLEAR = 2  # content words that a clause must share with an entry, where no amount or date names it
_STEM = 5  # letters by which two forms of a word are taken for one
_SIGNS = 2
_DEFAULTS = {"breaks": "[;:,.]"}
_LONG_WORD = re.compile(r"[^\W\d_]{4,}")


class Entry(NamedTuple):
    """A remedy or prevention of the record: what names it in a letter."""

    path: str
    done: bool
    action: str  # as the record words it: a letter that copies it tells no status
    stems: frozenset[str]
    names: frozenset[str]  # the remedies that it names: "refund"
    amount: Decimal | None
    by: date | None


def told_as_done(reads: list[Read], every: list[Fact], record: Record, code: str) -> Iterator[Told]:
    """Yield each clause that tells a promised remedy or prevention as done; *every* fact stands where it begins."""
    lex = lexicon(code)
    entries = list(_entries(record, lex))
    starts = [fact.start for fact in every]
    if all(entry.done for entry in entries):
        return
    for read in reads:
        condition = _pattern(code, "condition").search(read.folded)
        depends = condition.end() if condition else len(read.folded)  # "if it does not suit you, we paid it back"
        clauses = list(_clauses(read, lex))
        facts = _inside(read, every, starts)
        told = [_told_in(read, start, end, facts) for start, end in clauses]
        for index, (start, end) in enumerate(clauses):
            names = {h.name for h in told[index]}
            if "status.done" not in names or (names & {"status.promised"} and not _already(read, start, end, lex)):
                continue
            entry = _meant(read, start, end, facts, entries, lex)
            if not entry and _already(read, start, end, lex) and not _of_done(read, start, end, entries, lex):
                around = _around(read, clauses, told, index, lex)
                entry = _meant(read, *around, facts, entries, lex, alone=True)
            if not entry and "status.promised" not in names:
                entry = _dated(read, start, end, facts, entries, record, lex)
            if not entry or entry.done:
                continue
            done = [h for h in told[index] if h.name == "status.done" and h.start < depends]
            done = [h for h in done if not _copied(read, h.start, entry)]
            claims = [h for h in done if not _describes(read, h.start, entry, lex)]
            if claims:
                offset = read.sentence.start
                yield Told("status", offset + claims[0].start, offset + claims[0].end, "done", None, entry.path)


def _inside(read: Read, facts: list[Fact], starts: list[int]) -> list[Fact]:
    """Return the facts in the sentence and the one before it; *starts* are the places of *facts*, in order."""
    first = bisect_left(starts, read.sentence.start)
    return facts[max(0, first - 1) : bisect_left(starts, read.sentence.end)]


def _told_in(read: Read, start: int, end: int, facts: list[Fact]) -> list[Hit]:
    """Return the words between two offsets that tell a status: the month of May promises nothing."""
    place = read.sentence.start
    months = [(f.start - place, f.end - place) for f in facts if f.kind == "date"]
    return [
        h
        for h in read.hits
        if start <= h.start < end
        and h.name.startswith("status.")
        and not any(a <= h.start and h.end <= b for a, b in months)
    ]


def _already(read: Read, start: int, end: int, lex: Lexicon) -> bool:
    """Whether a clause says outright that something has happened, whatever else stands in it."""
    if _pattern(lex.code, "supposed").search(read.folded, start, end):
        return False
    return bool(_pattern(lex.code, "already").search(read.folded, start, end))


def _of_done(read: Read, start: int, end: int, entries: list[Entry], lex: Lexicon) -> bool:
    """Whether a clause has a word of something that the record, too, tells as done."""
    words = stems(read.folded[start:end], lex)
    return any(entry.done and entry.stems & words for entry in entries)


def _around(
    read: Read, clauses: list[tuple[int, int]], told: list[list[Hit]], index: int, lex: Lexicon
) -> tuple[int, int]:
    """Return the offsets of a clause with its neighbours that tell no status: "the rent of 1500, paid by 4 May"."""
    stops = _pattern(lex.code, "stops")
    open_ = [not hits and not stops.search(read.folded, *clause) for hits, clause in zip(told, clauses, strict=True)]
    first = last = index
    while first and open_[first - 1]:
        first -= 1
    while last + 1 < len(clauses) and open_[last + 1]:
        last += 1
    return clauses[first][0], clauses[last][1]


def _dated(
    read: Read, start: int, end: int, facts: list[Fact], entries: list[Entry], record: Record, lex: Lexicon
) -> Entry | None:
    """Return the promised entry on whose day a clause says that something has happened: "已于3月25日登门"."""
    place = read.sentence.start
    for fact in facts:
        if fact.kind != "date" or not place + start <= fact.start < place + end:
            continue
        clause = f"{read.folded[start : fact.start - place]}@{read.folded[fact.end - place : end]}"
        if not (_already(read, start, end, lex) or _pattern(lex.code, "on_day").search(clause)):
            continue
        meant = [entry for entry in entries if _is_day(fact, entry)]
        days = {(d.month, d.day) for d in fact.value}
        others = [p for moment, p in record.moments if (moment.month, moment.day) in days and not p.endswith("].by")]
        if len(meant) == 1 and not others:
            return meant[0]
    return None


def _copied(read: Read, place: int, entry: Entry) -> bool:
    """Whether "done" at *place* stands in the record's own words for what is promised."""
    start = read.sentence.folded.find(entry.action) if entry.action else -1
    return 0 <= start <= place < start + len(entry.action)


def _entries(record: Record, lex: Lexicon) -> Iterator[Entry]:
    incident = record.incident
    story = stems(fold(bare(" ".join((incident.what_happened, incident.impact, incident.cause)))), lex)
    common = frozenset(language(lex.code).common_words)
    lists: dict[str, Sequence[Remedy | Prevention]] = {
        "remedies": incident.remedies,
        "preventions": incident.preventions,
    }
    for name, entries in lists.items():
        for index, entry in enumerate(entries):
            amount = getattr(entry, "amount", None)
            action = fold(bare(entry.action))
            own = frozenset(s for s in stems(action, lex) - story if s not in common)
            path, named = f"{name}[{index}]", remedies_in(action, record.code)
            yield Entry(path, entry.status == "done", action.strip(". "), own, named, amount and amount.value, entry.by)


def stems(folded: str, lex: Lexicon, signs: int = _SIGNS) -> frozenset[str]:
    """Return the beginnings of the words of *folded* that carry meaning; *signs* in a row where nothing parts words."""
    if not lex.spaced:
        runs = re.findall(r"[\u4e00-\u9fff]+", folded)
        return frozenset(run[i : i + signs] for run in runs for i in range(len(run) - signs + 1))
    return frozenset(_stem(word, lex.code) for word in _LONG_WORD.findall(folded))


@lru_cache(maxsize=20_000)
def _stem(word: str, code: str) -> str:
    for particle in lexicon(code).get("particles", default=[]):
        if word.startswith(particle) and len(word) - len(particle) > 3:
            word = word[len(particle) :]
            break
    return word[:_STEM]


@cache
def _pattern(code: str, name: str) -> re.Pattern[str]:
    """Return the pattern or patterns *name* of a language's [status]; one that never matches where it has none."""
    patterns = lexicon(code).get("status", name, default=_DEFAULTS.get(name, []))
    bodies = [patterns] if isinstance(patterns, str) else patterns
    return re.compile("|".join(f"(?:{fold_pattern(body)})" for body in bodies) or "(?!)")


def _clauses(read: Read, lex: Lexicon) -> Iterator[tuple[int, int]]:
    """Yield the offsets of the clauses of a sentence; a comma between digits parts nothing."""
    start, text = 0, read.sentence.folded
    for match in _pattern(lex.code, "breaks").finditer(text):
        inside = text[match.start() - 1 : match.start()].isdigit() and text[match.end() : match.end() + 1].isdigit()
        if not inside:
            yield start, match.start()
            start = match.end()
    yield start, len(text)


def _describes(read: Read, place: int, entry: Entry, lex: Lexicon) -> bool:
    """Whether "done" at *place* only tells which thing is meant: "已付的定金" is paid, and not yet paid back.

    Where the pattern names the act, it must not be the entry's own: "已寄出的新机" does tell that it was sent.
    """
    pattern = _pattern(lex.code, "describes")
    match = next((m for m in pattern.finditer(read.folded) if m.start() <= place < m.end()), None)
    if not match:
        return False
    own = stems(pattern.sub(" ", entry.action), lex, signs=1)
    return not stems(match.groupdict().get("act") or "", lex, signs=1) & own


def _meant(
    read: Read,
    start: int,
    end: int,
    facts: Iterable[Fact],
    entries: list[Entry],
    lex: Lexicon,
    *,
    alone: bool = False,
) -> Entry | None:
    """Return the entry that a clause speaks of, None where it is not clear which one.

    With *alone*, nothing that is done may be spoken of beside it.
    """
    first, last = read.sentence.start + start, read.sentence.start + end
    inside = [f for f in facts if first <= f.start < last]
    words = stems(read.folded[start:end], lex)
    names = frozenset(h.name.removeprefix("remedies.") for h in read.hits if start <= h.start < end)
    scored = sorted(((_score(entry, inside, words, names), entry) for entry in entries), key=lambda s: -s[0])
    if not scored or scored[0][0] < _CLEAR:
        return None
    best = scored[0]
    rivals = [entry for score, entry in scored if score >= (1 if alone else best[0] - 1) and entry.done]
    if alone:
        rivals += [entry for entry in entries if entry.done and any(_is_sum(fact, entry) for fact in inside)]
    return None if rivals else best[1]


def _is_sum(fact: Fact, entry: Entry) -> bool:
    return fact.kind == "amount" and entry.amount in fact.value.values


def _is_day(fact: Fact, entry: Entry) -> bool:
    by = entry.by
    return by is not None and fact.kind == "date" and any((d.month, d.day) == (by.month, by.day) for d in fact.value)


def _score(entry: Entry, facts: list[Fact], words: frozenset[str], names: frozenset[str]) -> int:
    score = min(len(entry.stems & words), 3) + bool(entry.names & names)
    if not score:  # the sum or the day of a remedy is often that of the failure
        return 3 if any(_is_sum(f, entry) for f in facts) and any(_is_day(f, entry) for f in facts) else 0
    for fact in facts:
        if _is_sum(fact, entry):
            score += 2
        if _is_day(fact, entry):
            score += 1
    return score
