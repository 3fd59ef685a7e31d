"""Each letter of a run as the page shows it: cut into marked pieces, with its verdicts, ledger and attempts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from amends import files
from amends.evaluation.page_attempts import Step, steps
from amends.evaluation.result import Case, Run
from amends.language import language
from amends.verdict_rows import Row, claims, shown

State = str  # passed, failed or undrafted: what the page's filter chooses by


class Piece(NamedTuple):
    """A stretch of a letter and the verdicts whose words it is among; `numbers` are of those that end here."""

    text: str
    names: Sequence[str] = ()
    kind: str = ""
    numbers: Sequence[int] = ()


class Line(NamedTuple):
    """A line of the ledger: what the letter states, or (`text` empty) what it leaves out."""

    text: str
    kind: str
    value: str
    field: str
    note: str
    fine: bool


class Letter(NamedTuple):
    """A case and what the page shows of it. `numbers` tell a verdict's place in `verdicts`, from 1."""

    case: Case
    state: State
    direction: str
    language: str
    pieces: list[Piece]
    gold: list[Piece]
    verdicts: list[Row]
    numbers: dict[str, int]
    ledger: list[Line]
    steps: list[Step]
    tags: list[str]


class _Span(NamedTuple):
    start: int
    end: int
    name: str
    kind: str
    number: int


def letters(run: Run) -> list[Letter]:
    """Return the letters of *run*, those that do not pass first, else in its order."""
    found = [_letter(case) for case in run.cases]
    return sorted(found, key=lambda letter: letter.state == "passed")


def _letter(case: Case) -> Letter:
    verdicts = [] if case.report is None else shown(case.report)
    names = [row.name for row in verdicts] or list(case.carriers)
    numbers = {name: number for number, name in enumerate(names, 1)}
    known = case.language.split("-")[0].lower() in files.languages()
    return Letter(
        case=case,
        state="passed" if case.passed else "failed" if case.drafted else "undrafted",
        # A language of a later version is left to the reader's program.
        direction=language(case.language).direction if known else "auto",
        language=language(case.language).name if known else case.language,
        pieces=_pieces(case.letter, list(_found(verdicts))),
        gold=_pieces(case.gold_letter, list(_carried(case, numbers))),
        verdicts=verdicts,
        numbers=numbers,
        ledger=list(_ledger(case)),
        steps=steps(case),
        tags=list(_tags(case)),
    )


def _found(verdicts: Sequence[Row]) -> Iterator[_Span]:
    for number, row in enumerate(verdicts, 1):
        if row.name == "verbose":
            continue  # it is found in the whole body, and would hide the rest
        present = row.state in ("present", "met", "found")
        kind = "near" if not present else "fault" if row.group == "faults" else "element"
        yield from (_Span(span.start, span.end, row.name, kind, number) for span in row.spans)


def _carried(case: Case, numbers: dict[str, int]) -> Iterator[_Span]:
    """Yield where the sentences stand that the reviewer marked in the gold letter."""
    for name, sentences in case.carriers.items():
        for sentence in filter(str.strip, sentences):
            # A sentence that a line end cuts is one sentence.
            pattern = r"\s+".join(map(re.escape, sentence.split()))
            if match := re.search(pattern, case.gold_letter):
                yield _Span(*match.span(), name, "element", numbers.get(name, 0))


def _pieces(text: str, spans: Sequence[_Span]) -> list[Piece]:
    """Return *text* in pieces, cut where a span begins or ends."""
    spans = [s for s in spans if 0 <= s.start < s.end <= len(text)]
    cuts = sorted({0, len(text), *(s.start for s in spans), *(s.end for s in spans)})
    return [_piece(text, start, end, spans) for start, end in pairwise(cuts)]


def _piece(text: str, start: int, end: int, spans: Sequence[_Span]) -> Piece:
    over = [s for s in spans if s.start <= start and end <= s.end]
    kinds = {s.kind for s in over}
    kind = next((kind for kind in ("fault", "element", "near") if kind in kinds), "")
    names = tuple(dict.fromkeys(s.name for s in over))
    return Piece(text[start:end], names, kind, tuple(sorted({s.number for s in over if s.end == end and s.number})))


def _ledger(case: Case) -> Iterator[Line]:
    if case.report is None:
        return
    for claim in claims(case.report):
        yield Line(claim.text, claim.kind, claim.value, claim.source or "", claim.note, claim.source is not None)
    for fact in sorted(case.report.unstated, key=lambda fact: not fact.required):
        yield Line("", "", fact.value, fact.field, "", not fact.required)


def _tags(case: Case) -> Iterator[str]:
    """Yield what the letter may be chosen by: missing:X, found:X, has:X, and earlier:X for what was mended."""
    if case.report is not None:
        for name, element in (*case.report.elements.items(), *case.report.requirements.items()):
            if element.present or element.failed:
                yield f"{'has' if element.present else 'missing'}:{name}"
        yield from (f"found:{name}" for name, fault in case.report.faults.items() if fault.found)
    before = dict.fromkeys(failure.id for attempt in case.attempts for failure in attempt.failures)
    yield from (f"earlier:{name}" for name in before if name not in case.failed)
