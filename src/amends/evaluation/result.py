"""A finished evaluation: its signature and what came of every gold incident, saved as one JSON file (docs/evals.md)."""

from __future__ import annotations

import json
import os
from pathlib import Path
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from amends.draft import Kind
from amends.errors import DataError, UsageError
from amends.report import Report, Span
from amends.usage import Outcome

FORMAT = "amends-eval"
VERSION = 1  # raised with every change that an older reader would misread
_LIMIT = 500_000_000  # bytes of a run's file
_TOLD = 5  # problems of a bad file that are named
_WORDING = {"missing": "is missing", "string_type": "is not text", "list_type": "is not a list"}


class _Frozen(BaseModel):
    # What a newer version adds without need for a new reader is left alone.
    model_config = ConfigDict(frozen=True, extra="ignore")


class Signature(_Frozen):
    """What the figures were measured on: it stands beside every one of them, so that nobody can misquote them.

    `prompts` and `gold` are hashes of everything in prompts/ and of the gold letters used; `tier` is the check's;
    `settings` is what else shaped the letters (attempts, candidates, temperature, …); `date` is an ISO day.
    """

    model: str
    languages: list[str]
    incidents: int
    repeat: int
    prompts: str
    gold: str
    tier: str
    amends: str
    date: str
    scenarios: list[str] = []
    settings: dict[str, str] = {}

    def line(self) -> str:
        """Return the signature in one line."""
        chosen = f" ({', '.join(self.scenarios)})" if self.scenarios else ""
        settings = "".join(f" · {name} {value}" for name, value in self.settings.items())
        return (
            f"model {self.model} · {', '.join(self.languages)}{chosen} · {self.incidents} incidents × {self.repeat}"
            f"{settings} "
            f"· prompts {self.prompts} · gold {self.gold} · check {self.tier} · amends {self.amends} · {self.date}"
        )


class Used(_Frozen):
    """Requests, tokens as the server counted them (`cached_tokens` are among the input), and USD, None if unknown."""

    requests: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    cost: float | None = None


class Failure(_Frozen):
    """A verdict that kept an attempt from passing. `group` is elements, requirements or faults, as in a report."""

    id: str
    group: str
    reason: str = ""
    spans: list[Span] = []


class Attempt(_Frozen):
    """One answer of the model: a letter with what failed in it, or no letter (`outcome` says why)."""

    kind: Kind
    outcome: Outcome
    text: str = Field(repr=False)
    passed: bool
    failures: list[Failure] = []
    used: Used = Used()
    seconds: float = 0.0


class Fact(_Frozen):
    """A field of the incident that a letter may state, or must not (`withheld`), on one line."""

    path: str
    value: str
    withheld: bool = False


class Case(_Frozen):
    """One gold incident, drafted once: its facts, the gold letter, and the best letter with its report.

    `repeat` counts from 0. `digest` is the hash of the gold file's content: only cases with the same one are paired.
    `carriers` are the gold letter's sentences for each element, as its reviewer marked them; `required_facts` the
    fields a letter must state. `report` is the check's on `letter`: verdicts with spans and reasons, and the ledger;
    it is None, and `problem` says why, where no letter could be drafted. `seconds` is how long the model took.
    """

    gold: str
    repeat: int
    language: str
    scenario: str
    digest: str
    facts: list[Fact] = Field(repr=False)
    complaint: str = Field(default="", repr=False)
    gold_letter: str = Field(repr=False)
    gold_words: int
    carriers: dict[str, list[str]] = Field(repr=False)
    required_facts: list[str]
    letter: str = Field(default="", repr=False)
    report: Report | None = Field(default=None, repr=False)
    attempts: list[Attempt] = Field(default=[], repr=False)
    used: Used = Used()
    seconds: float | None = None
    stopped: str = ""
    problem: str = ""

    @property
    def key(self) -> tuple[str, int]:
        """What tells the case from the others of its run: the gold letter's id and the repeat."""
        return self.gold, self.repeat

    @property
    def drafted(self) -> bool:
        """Whether there is a letter."""
        return self.report is not None

    @property
    def passed(self) -> bool:
        """Whether there is a letter and it passes."""
        return self.report is not None and self.report.passed

    @property
    def failed(self) -> list[str]:
        """The ids of the verdicts that keep the letter from passing."""
        return [] if self.report is None else list(self.report.failures)


class Run(_Frozen):
    """A finished evaluation. `cases` are in the order of the gold letters, then of the repeats."""

    signature: Signature
    cases: list[Case]


def dumps(run: Run) -> str:
    """Return *run* as its file holds it."""
    table = {"format": FORMAT, "version": VERSION, **run.model_dump(mode="json")}
    return json.dumps(table, ensure_ascii=False, indent=1) + "\n"


def save(run: Run, path: str | Path) -> None:
    """Write *run* to *path*, over what is there, whole or not at all. Raises UsageError."""
    target = Path(path).resolve()
    part = target.with_name(f".{target.name}.{uuid4().hex}.part")
    try:
        # A lone surrogate, which JSON records can hold, becomes a question mark.
        part.write_bytes(dumps(run).encode("utf-8", "replace"))
        os.replace(part, target)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {(error.strerror or 'unknown reason').lower()}") from None
    finally:
        part.unlink(missing_ok=True)


def load(path: str | Path) -> Run:
    """Return the run that was saved to *path*. Raises DataError for a file that holds none."""
    try:
        if Path(path).stat().st_size > _LIMIT:
            raise DataError(str(path), [f"more than {_LIMIT:,} bytes, which is no run of `amends eval`"])
        table = json.loads(Path(path).read_bytes())
    except OSError as error:
        raise DataError(str(path), [f"cannot be read: {(error.strerror or 'unknown reason').lower()}"]) from None
    except (ValueError, RecursionError):
        raise DataError(str(path), ["is not JSON (a file that `amends eval -o` wrote is expected)"]) from None
    if not isinstance(table, dict) or table.get("format") != FORMAT:
        raise DataError(str(path), ["is no run (a file that `amends eval -o` wrote is expected)"])
    if table.get("version") != VERSION:
        version = table.get("version")
        raise DataError(
            str(path), [f"is of version {version!r}, and this amends reads version {VERSION} (make the run again)"]
        )
    try:
        return Run.model_validate(table)
    except ValidationError as error:
        # pydantic's own text, and what the record's reader makes of it, quote the values: letters.
        problems = [f"{_path(e['loc'])}: {_WORDING.get(e['type'], 'does not fit')}" for e in error.errors()]
        more = [f"…and {len(problems) - _TOLD} more"] if len(problems) > _TOLD else []
        raise DataError(str(path), [*problems[:_TOLD], *more]) from None


def _path(loc: tuple[int | str, ...]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc).removeprefix(".")
