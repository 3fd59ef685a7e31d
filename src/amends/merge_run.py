"""A whole merge: which letters are needed, each drafted once and kept, then filled, checked and written for each."""

from __future__ import annotations

import csv
import hashlib
import json
import mailbox
import multiprocessing
import os
import re
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, Literal, NamedTuple

from amends import merge
from amends.batch.worker import begin, cores
from amends.draft import Draft
from amends.drafting import Drafter
from amends.errors import AmendsError, IncidentError, UsageError
from amends.incident import Incident
from amends.output_eml import message
from amends.report import Report
from amends.usage import Usage

Form = Literal["eml", "mbox", "jsonl"]
Check = Callable[[str, Incident], Report]
SAMPLES = 3
_NOTHING = Usage(cost=Decimal(0))  # a filled letter asks no model
_CHUNK = 32


class Filled(NamedTuple):
    """One recipient's letter, or why there is none. `content` is what is written."""

    id: str
    letter: str
    content: str
    problems: list[str]


@dataclass
class Plan:
    """What a merge will do: how many recipients each letter is for, and what drafting them took."""

    count: int = 0
    letters: dict[str, int] = field(default_factory=dict)
    samples: list[Filled] = field(default_factory=list)
    templates: dict[str, merge.Template] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    requests: int = 0
    tokens: int = 0
    cost: float | None = 0.0


def rows(path: Path, mapping: Mapping[str, str], skip: frozenset[str]) -> Iterator[dict[str, str]]:
    """Yield the recipients in a CSV file by the paths of their fields. Raises UsageError."""
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            paths = {column: path for path, column in mapping.items()}
            for row in reader:
                named = {paths.get(c, c): v for c, v in row.items() if isinstance(c, str) and isinstance(v, str) and v}
                yield {name: value for name, value in named.items() if name not in skip}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "is not a CSV file in UTF-8"
        raise UsageError(f"{path}: cannot be read: {reason.lower()}") from None


class Merge:
    """A merge of the record *base* with the recipients in *recipients* into the folder *out*."""

    def __init__(
        self, drafter: Drafter, base: Mapping[str, Any], recipients: Path, out: Path, *, check: Check,
        form: Form = "eml", mapping: Mapping[str, str] | None = None, skip: frozenset[str] = frozenset(),
        address: str = "",
    ) -> None:  # fmt: skip
        self.drafter, self.base, self.recipients, self.out = drafter, dict(base), recipients, out
        self.check, self.form, self.mapping = check, form, dict(mapping or {})
        self.skip, self.address = skip, address

    def _rows(self) -> Iterator[tuple[dict[str, str], str]]:
        """Yield each recipient's fields and address."""
        for row in rows(self.recipients, self.mapping, self.skip):
            to = row.pop(self.address, "") if self.address else ""
            yield row, to

    def plan(self) -> Plan:
        """Draft the letters that are not drafted yet, and return what the merge will do."""
        plan, firsts = Plan(), {}
        for row, _ in self._rows():
            name = _name(merge.kind_of(row))
            if name not in firsts:
                merge.refuse_columns(list(row))
                firsts[name] = row
            plan.count += 1
            plan.letters[name] = plan.letters.get(name, 0) + 1
        if not firsts:
            raise UsageError(f"{self.recipients}: holds no recipient")
        self.out.mkdir(parents=True, exist_ok=True)
        for name, row in firsts.items():
            self._draft(name, row, plan)
        for row, to in self._rows():
            if len(plan.samples) == SAMPLES:
                break
            plan.samples.append(self._fill(plan)((row, to)))
        return plan

    def _draft(self, name: str, row: dict[str, str], plan: Plan) -> None:
        """Get the letter of one kind: kept from an earlier run, or drafted for a stand-in."""
        fields = merge.stand_in(row)
        incident = Incident.load(merge.overlaid(self.base, fields))
        key = hashlib.blake2b(
            f"{incident.model_dump_json()}{self.drafter.model.name}".encode(), digest_size=16
        ).hexdigest()
        kept = self.out / f"letter-{key}.json"
        if kept.exists():
            stored = json.loads(kept.read_text(encoding="utf-8"))
            plan.templates[name] = merge.Template([tuple(piece) for piece in stored["pieces"]], stored["stand_ins"])
            return
        draft = self.drafter.draft(incident)
        plan.requests += draft.usage.requests
        plan.tokens += draft.usage.tokens
        plan.cost = None if plan.cost is None or draft.usage.cost is None else plan.cost + float(draft.usage.cost)
        if not draft.passed:
            plan.failures[name] = ", ".join(draft.report.failures)
            return
        made = merge.template(draft.letter, incident, draft.report, fields)
        plan.templates[name] = made
        _write(kept, json.dumps(made._asdict(), ensure_ascii=False))

    def _fill(self, plan: Plan) -> Callable[[tuple[dict[str, str], str]], Filled]:
        return partial(_filled, self.base, plan.templates, plan.failures, self.check, self.form)

    def run(self, plan: Plan, tell: Callable[[int], None] = lambda done: None) -> tuple[int, int]:
        """Write every letter that passes, and the list of those that do not. Return how many of each."""
        written = failed = 0
        fill, target = (
            self._fill(plan),
            self.out / {"mbox": "letters.mbox", "jsonl": "letters.jsonl", "eml": ""}[self.form],
        )
        part = target.with_name(f".{target.name}.part")
        exceptions = self.out / ".exceptions.part"
        seen: set[str] = set()
        context = multiprocessing.get_context("forkserver" if hasattr(os, "fork") else "spawn")
        with (
            ProcessPoolExecutor(cores(), mp_context=context, initializer=begin) as pool,
            open(part if self.form == "jsonl" else os.devnull, "w", encoding="utf-8") as lines,
            open(exceptions, "w", encoding="utf-8") as refused,
        ):
            if self.form == "mbox":
                part.unlink(missing_ok=True)
            box = mailbox.mbox(part) if self.form == "mbox" else None
            # A bounded number of recipients is under way, however long the list is.
            for batch in _chunks(self._rows(), _CHUNK * 64):
                for filled in pool.map(fill, batch, chunksize=_CHUNK):
                    problems = filled.problems or (["id: is used twice"] if filled.id in seen else [])
                    seen.add(filled.id)
                    if problems:
                        failed += 1
                        refused.write(json.dumps({"id": filled.id, "problems": problems}, ensure_ascii=False) + "\n")
                        continue
                    written += 1
                    if box is not None:
                        box.add(filled.content.encode("ascii"))
                    elif self.form == "jsonl":
                        lines.write(filled.content + "\n")
                    else:
                        _write(self.out / f"{_file_name(filled.id)}.eml", filled.content)
                tell(written + failed)
            if box is not None:
                box.close()
        if self.form != "eml":
            os.replace(part, target)
        os.replace(exceptions, self.out / "exceptions.jsonl")
        return written, failed


def _filled(
    base: dict[str, Any], templates: dict[str, merge.Template], failures: dict[str, str], check: Check, form: Form,
    recipient: tuple[dict[str, str], str],
) -> Filled:  # fmt: skip
    """Fill, check and form one letter against this recipient's own facts."""
    row, to = recipient
    name = _name(merge.kind_of(row))
    id = row.get("id", "")
    try:
        incident = Incident.load(merge.overlaid(base, row))
        id = incident.id
        if name not in templates:
            return Filled(id, "", "", [f"the letter for {name or 'all'} does not pass: {failures.get(name, '')}"])
        letter = templates[name].fill(incident)
        report = check(letter, incident)
    except IncidentError as error:
        return Filled(id, "", "", error.problems)
    except AmendsError as error:
        return Filled(id, "", "", [str(error)])
    problems = [f"{verdict}: {reason}" for verdict, reason in _reasons(report)]
    if any(merge.left_over(letter, templates[name], incident)):
        problems.append("a value of the stand-in is left in the letter")
    draft = Draft(incident, letter, report, [], usage=_NOTHING, model="merge", stopped="passed")
    content = json.dumps(draft.to_dict(), ensure_ascii=False) if form == "jsonl" else message(draft, to)
    return Filled(id, letter, content, problems)


def _reasons(report: Report) -> Iterator[tuple[str, str]]:
    for name, verdict in report.failures.items():
        yield name, verdict.reason


def _name(kind: tuple[tuple[str, str], ...]) -> str:
    return ", ".join(f"{path} {value}" for path, value in kind)


def _file_name(id: str) -> str:
    plain = re.sub(r"[^\w.-]", "_", id).lstrip(".")[:100]
    return plain if plain == id else f"{plain}-{hashlib.blake2b(id.encode(), digest_size=4).hexdigest()}"


def _chunks(items: Iterator[Any], size: int) -> Iterator[list[Any]]:
    while chunk := [item for _, item in zip(range(size), items, strict=False)]:
        yield chunk


def _write(path: Path, content: str) -> None:
    """Write a file whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    part.write_text(content, encoding="utf-8")
    os.replace(part, path)
