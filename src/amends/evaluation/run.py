"""Draft every gold incident, and keep what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.metadata import version
from typing import NamedTuple

from amends import prompt
from amends.batch.local import each
from amends.batch.run import fingerprint, settings_of
from amends.draft import Attempt as DraftAttempt
from amends.draft import Draft
from amends.drafting import Drafter
from amends.errors import AmendsError
from amends.evaluation.gold import digest, digest_of_all
from amends.evaluation.recording import Recording, Writer
from amends.evaluation.result import Attempt, Case, Fact, Failure, Run, Signature, Used
from amends.examples import Example
from amends.language import language
from amends.letter import read_letter
from amends.prices import priced
from amends.report import FAULTS, REQUIREMENTS, Report
from amends.rubric.classify import tier
from amends.usage import Model, Usage

PARALLEL = 8  # letters at once
_HERE = ("127.0.0.1", "localhost", "::1")


@dataclass
class Progress:
    """How far a run is: letters in all, done, passed, and not drafted."""

    total: int
    done: int = 0
    passed: int = 0
    undrafted: int = 0


class _Job(NamedTuple):
    place: int
    gold: Example
    repeat: int


async def evaluate(
    drafter: Drafter,
    gold: Sequence[Example],
    recording: Recording,
    *,
    repeat: int = 1,
    parallel: int = PARALLEL,
    tell: Callable[[Progress], None] = lambda progress: None,
    scenarios: Sequence[str] = (),
    letter_date: date | None = None,
) -> Run:
    """Return the run that drafts each of *gold* *repeat* times, *parallel* letters at once.

    *recording* answers for *drafter*'s model. A letter that cannot be drafted is a case with its problem. *scenarios*,
    where *gold* was chosen by them, and the drafter's *letter_date* are for the signature. A prompt never holds the
    incident's own example: amends.examples.choose keeps it out by its id.
    """
    jobs = [_Job(place * repeat + r, one, r) for place, one in enumerate(gold) for r in range(repeat)]
    progress = Progress(len(jobs))
    cases: dict[int, Case] = {}

    async def one(job: _Job) -> tuple[int, Case]:
        writer = recording.for_letter(job.gold.id, job.repeat)
        try:
            draft = await drafter.altered(model=writer).adraft(job.gold.incident)
        except AmendsError as error:
            return job.place, _undrafted(job, writer, str(error))
        return job.place, _drafted(job, draft)

    async with aclosing(each(jobs, one, parallel)) as finished:
        async for place, case in finished:
            cases[place] = case
            progress.done += 1
            progress.passed += case.passed
            progress.undrafted += not case.drafted
            tell(progress)
    return Run(
        signature=Signature(
            model=recording.name,
            languages=sorted({one.incident.base for one in gold}),
            scenarios=sorted(scenarios),
            incidents=len(gold),
            repeat=repeat,
            settings=_settings(drafter, recording, letter_date),
            prompts=fingerprint(),
            gold=digest_of_all(gold),
            tier=tier(),
            amends=version("amends"),
            date=datetime.now(UTC).date().isoformat(),
        ),
        cases=[case for _, case in sorted(cases.items())],
    )


def at_once(model: Model) -> int:
    """Return how many letters to ask *model* for at once: a server on this machine mostly answers one by one."""
    return 1 if getattr(model, "host", "") in _HERE else PARALLEL


def _settings(drafter: Drafter, recording: Recording, letter_date: date | None) -> dict[str, str]:
    """Return what shaped the letters and is not said elsewhere; the address of a server says too much."""
    shaping = {**settings_of(drafter, **{"letter date": letter_date}), **recording.settings}
    return {name: value for name, value in shaping.items() if name not in ("model", "prompts", "base url")}


def _case(job: _Job) -> Case:
    """Return the case as the gold letter makes it, without a letter yet."""
    gold, incident = job.gold, job.gold.incident
    return Case(
        gold=gold.id,
        repeat=job.repeat,
        language=incident.base,
        scenario=incident.scenario,
        digest=digest(gold),
        facts=[Fact(path=f.path, value=f.value, withheld=f.withheld) for f in prompt.facts(incident)],
        complaint=incident.complaint,
        gold_letter=gold.letter,
        gold_words=read_letter(gold.letter, language(incident.base)).words,
        carriers=gold.carriers,
        required_facts=gold.required_facts,
    )


def _drafted(job: _Job, draft: Draft) -> Case:
    # Candidates are asked at once: the slowest is what one waits for.
    first = max((a.seconds for a in draft.attempts if a.kind == "draft"), default=0.0)
    later = sum(a.seconds for a in draft.attempts if a.kind != "draft")
    return _case(job).model_copy(
        update={
            "letter": draft.letter,
            "report": draft.report,
            "attempts": [_attempt(attempt) for attempt in draft.attempts],
            "used": _used(draft.usage),
            "seconds": round(first + later, 3),
            "stopped": draft.stopped,
            "problem": draft.problem,
        }
    )


def _undrafted(job: _Job, writer: Writer, problem: str) -> Case:
    answers = [(answer, priced(answer.usage, writer)) for answer in writer.answers]
    total = sum((usage for _, usage in answers), Usage(requests=writer.requests, cost=priced(Usage(), writer).cost))
    attempts = [
        Attempt(
            kind="draft", outcome=answer.outcome, text=answer.text, passed=False, used=_used(usage),
            seconds=answer.seconds or 0.0,
        )
        for answer, usage in answers
    ]  # fmt: skip
    seconds = round(sum(attempt.seconds for attempt in attempts), 3) if attempts else None
    return _case(job).model_copy(
        update={"attempts": attempts, "used": _used(total), "seconds": seconds, "problem": problem}
    )


def _attempt(attempt: DraftAttempt) -> Attempt:
    return Attempt(
        kind=attempt.kind,
        outcome=attempt.outcome,
        text=attempt.text,
        passed=attempt.report is not None and attempt.report.passed,
        failures=[] if attempt.report is None else _failures(attempt.report),
        used=_used(attempt.usage),
        seconds=round(attempt.seconds, 3),
    )


def _failures(report: Report) -> list[Failure]:
    return [
        Failure(id=name, group=_group(name), reason=verdict.reason, spans=verdict.spans)
        for name, verdict in report.failures.items()
    ]


def _group(name: str) -> str:
    return "faults" if name in FAULTS else "requirements" if name in REQUIREMENTS else "elements"


def _used(usage: Usage) -> Used:
    return Used(**usage.to_dict())
