"""What was asked of a provider's Batch API and what came back, kept in the journal so that it outlives any run.

A request is planned in a part (one file, one batch there), under way with it, and then answered, given up with a
problem, or open again. One transaction holds the answers and what they cost: a run killed between the two has neither.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, NamedTuple

from amends.batch.journal import Journal
from amends.incident import Incident

TRIES = 3  # batches that a request may stand in without an answer

_TABLES = """
CREATE TABLE IF NOT EXISTS parts (part INTEGER PRIMARY KEY, file TEXT, batch TEXT, tokens INTEGER, money TEXT);
CREATE TABLE IF NOT EXISTS asked (request TEXT PRIMARY KEY, part INTEGER, tries INTEGER, input INTEGER,
    answer TEXT, problem TEXT) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS asked_in ON asked (part);
CREATE TEMP TABLE waiting (id TEXT PRIMARY KEY, part INTEGER, record TEXT) WITHOUT ROWID;
CREATE INDEX temp.waiting_for ON waiting (part)
"""


class Part(NamedTuple):
    """Requests in one file: what the provider calls file and batch, "" before, and what they may cost at most."""

    number: int
    file: str
    batch: str
    tokens: int
    money: Decimal


class Asked(NamedTuple):
    """One request: its part while it is planned or under way, the completion as it came, or why there is none."""

    part: int | None
    answer: Any
    problem: str | None

    @property
    def pending_nowhere(self) -> bool:
        """Whether it has to be asked again."""
        return self.part is None and self.answer is None and self.problem is None


def request_id(incident: str, body: dict[str, Any], nth: int) -> str:
    """Return the custom_id of the *nth* request with this *body* for *incident*: it tells the provider nothing."""
    text = json.dumps([incident, body, nth], sort_keys=True)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


class Requests:
    """The requests of a batch, in its *journal*. Raises OSError where the disk is full."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        for statement in _TABLES.split(";"):
            self._run(statement)

    def _run(self, statement: str, *values: Any) -> sqlite3.Cursor:
        with self._on_disk():
            return self.journal.base.execute(statement, values)

    @contextmanager
    def _on_disk(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            raise OSError(None, str(error), str(self.journal.index)) from None

    def find(self, request: str) -> Asked | None:
        """Return what became of *request*, None where it was never asked."""
        row = self._run("SELECT part, answer, problem FROM asked WHERE request = ?", request).fetchone()
        return None if row is None else Asked(row[0], None if row[1] is None else json.loads(row[1]), row[2])

    def plan(self, request: str, part: int, input_tokens: int) -> None:
        """Note that *request* stands in *part*."""
        self._run(
            "INSERT INTO asked VALUES (?, ?, 0, ?, NULL, NULL) ON CONFLICT DO UPDATE SET part = excluded.part",
            request, part, input_tokens,
        )  # fmt: skip

    def parts(self) -> list[Part]:
        """Return the parts that are not settled, in the order of their making."""
        rows = self._run("SELECT part, file, batch, tokens, money FROM parts ORDER BY 1").fetchall()
        return [Part(number, file, batch, tokens, Decimal(money)) for number, file, batch, tokens, money in rows]

    def keep(self, part: Part) -> None:
        """Note *part* as it is."""
        self._run("INSERT OR REPLACE INTO parts VALUES (?, ?, ?, ?, ?)", *part[:4], str(part.money))

    def next_part(self) -> int:
        """Return a number that no part has."""
        row = self._run("SELECT max(coalesce(max(part), 0), coalesce((SELECT max(part) FROM asked), 0)) FROM parts")
        return int(row.fetchone()[0]) + 1

    def expected(self, request: str, part: int) -> int | None:
        """Return about how many input tokens *request* has, None where it is not under way in *part*."""
        row = self._run(
            "SELECT input FROM asked WHERE request = ? AND part = ? AND answer IS NULL", request, part
        ).fetchone()
        return None if row is None else int(row[0])

    def size(self, part: int) -> int:
        """Return how many requests stand in *part*."""
        return int(self._run("SELECT count(*) FROM asked WHERE part = ?", part).fetchone()[0])

    def answered(self, request: str, answer: Any) -> None:
        """Keep the completion that came."""
        text = json.dumps(answer, ensure_ascii=True)
        self._run("UPDATE asked SET answer = ?, problem = NULL WHERE request = ?", text, request)

    def refused(self, request: str, problem: str) -> None:
        """Note why there will be no answer in this run."""
        self._run("UPDATE asked SET problem = ? WHERE request = ? AND answer IS NULL", problem, request)

    def give_up(self, part: int, problem: str) -> None:
        """Note the *problem* for all of *part* that has no answer."""
        self._run(
            "UPDATE asked SET problem = ? WHERE part = ? AND answer IS NULL AND problem IS NULL", problem, part
        )  # fmt: skip

    def settle(self, part: int, *, again: str | None) -> None:
        """End *part*: what has no answer is open again; with *again*, the TRIESth time it is given up for this."""
        if again is not None:
            self._run("UPDATE asked SET tries = tries + 1 WHERE part = ? AND answer IS NULL", part)
            self._run(
                "UPDATE asked SET problem = ? WHERE part = ? AND answer IS NULL AND problem IS NULL AND tries >= ?",
                again, part, TRIES,
            )  # fmt: skip
        self._run("UPDATE asked SET part = NULL WHERE part = ?", part)
        self._run("DELETE FROM parts WHERE part = ?", part)

    def begin(self) -> None:
        """Begin a run: what was given up or only planned is open again; what is under way stays."""
        self._run("UPDATE asked SET part = NULL WHERE part NOT IN (SELECT part FROM parts)")
        self._run("UPDATE asked SET problem = NULL, tries = 0 WHERE answer IS NULL AND problem IS NOT NULL")

    def wait(self, incident: Incident, part: int) -> None:
        """Note that the letter for *incident* waits for *part*, 0 for room under a ceiling."""
        self._run("INSERT OR REPLACE INTO waiting VALUES (?, ?, ?)", incident.id, part, incident.model_dump_json())

    def waiting(self, under_way: set[int] | None = None) -> Iterator[Incident]:
        """Take and yield the letters that wait for none of *under_way*; None for all."""
        at = ""
        while True:
            rows = self._run(
                "SELECT id, part, record FROM waiting WHERE id > ? ORDER BY id LIMIT 64", at
            ).fetchall()  # fmt: skip
            if not rows:
                return
            for at, part, record in rows:
                if under_way is None or part not in under_way:
                    self._run("DELETE FROM waiting WHERE id = ?", at)
                    yield Incident.model_validate_json(record)

    def any_waiting(self) -> bool:
        """Whether a letter waits."""
        return self._run("SELECT 1 FROM waiting LIMIT 1").fetchone() is not None

    def forget(self) -> None:
        """Drop all, once every letter is drafted."""
        for table in ("asked", "parts"):
            self._run(f"DELETE FROM {table}")
