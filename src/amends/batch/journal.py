"""What a batch has done: the letters in the output file, an index of them beside it, and what is still to do.

The output is the truth: one write a letter, each line beginning with its key, so that a run killed at any moment
leaves at worst half a last line, which the next run cuts. The index (SQLite) may lag behind; what it lacks is read
from the output's end. Its exclusive lock keeps a second run out, and a killed run's lock falls with it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sqlite3
import time
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from amends.errors import UsageError

COMMIT_EVERY = 1.0  # seconds between two rounds of fsync and commit: what a power cut may cost

_HEAD = re.compile(rb'\{"key": "([0-9a-f]{32})", "passed": (true|false), "id": ')
_TABLES = """
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS done (key BLOB PRIMARY KEY, id TEXT, start INTEGER, passed INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS undrafted (id TEXT PRIMARY KEY, key BLOB, reason TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS state (one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER, tokens INTEGER, money TEXT);
INSERT OR IGNORE INTO state VALUES (1, 0, 0, '0');
CREATE TEMP TABLE seen (id TEXT PRIMARY KEY, line INTEGER, key BLOB) WITHOUT ROWID;
"""


class Undrafted(NamedTuple):
    """An incident without a letter, and why."""

    id: str
    reason: str


def key_of(record: str, settings: Mapping[str, str]) -> bytes:
    """Return the key of a letter: 16 bytes of a hash of the record's JSON and of every setting that shapes it."""
    digest = hashlib.blake2b(digest_size=16)
    for part in (record, *(f"{name}={value}" for name, value in sorted(settings.items()))):
        digest.update(part.encode("utf-8", "surrogatepass") + b"\0")
    return digest.digest()


class Journal:
    """The output file *path* and its index. Use it as a context manager; raises UsageError for what cannot go on."""

    def __init__(self, path: Path, settings: Mapping[str, str]) -> None:
        self.path = path
        self.settings = dict(settings)
        self.index = path.with_name(path.name + ".journal")
        self._committed = time.monotonic()

    def __enter__(self) -> Journal:
        if not self.path.absolute().parent.is_dir():
            raise UsageError(f"{self.path}: its folder does not exist")
        fresh = not self.index.exists()
        if fresh and self.path.exists() and self.path.stat().st_size:
            raise UsageError(f"{self.path}: exists without the journal {self.index.name} (name another output)")
        self.base = sqlite3.connect(self.index, timeout=0.2, isolation_level=None, check_same_thread=False)
        try:
            self._open()
        except BaseException:
            self.base.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.commit(held_tokens=0, held_money=Decimal(0))
        finally:
            os.close(self._file)
            self.base.close()

    def _open(self) -> None:
        try:
            self.base.execute("PRAGMA locking_mode=EXCLUSIVE")
            self.base.execute("PRAGMA journal_mode=WAL")
            self.base.execute("BEGIN EXCLUSIVE")
            for statement in filter(str.strip, _TABLES.split(";")):
                self.base.execute(statement)
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise UsageError(f"{self.path}: another run is writing it (wait for its end)") from None
            raise UsageError(f"{self.index}: cannot be used: {error}") from None
        except sqlite3.DatabaseError:
            raise UsageError(f"{self.index}: is no journal of a batch (name another output)") from None
        self._same_settings()
        self._file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o666)
        self.base.execute("COMMIT")
        self.base.execute("BEGIN")
        self.size, self.tokens, money = self.base.execute("SELECT size, tokens, money FROM state").fetchone()
        self.money = Decimal(money)
        self._catch_up()

    def _same_settings(self) -> None:
        known = dict(self.base.execute("SELECT name, value FROM settings"))
        if not known:
            self.base.executemany("INSERT INTO settings VALUES (?, ?)", self.settings.items())
            return
        changed = [
            f"{name}: {known.get(name, 'nothing')} then, {self.settings.get(name, 'nothing')} now"
            for name in sorted({*known, *self.settings})
            if known.get(name) != self.settings.get(name)
        ]
        if changed:
            raise UsageError(
                f"{self.path}: holds letters of other settings ({'; '.join(changed)}); name another output, "
                "or use the settings of then"
            )

    def _catch_up(self) -> None:
        """Index what the output holds beyond the index's end, and cut half a line."""
        if os.fstat(self._file).st_size < self.size:
            # Somebody shortened the output: what is left is the truth.
            self.base.execute("DELETE FROM done")
            self.size = 0
        for start, line in self._lines(self.size):
            found = _HEAD.match(line)
            if found is None:
                raise UsageError(f"{self.path}: byte {start}: no line of a batch's (name another output)")
            decoded, _ = json.JSONDecoder().raw_decode(line[found.end() :].decode("utf-8", "replace"))
            self._index(bytes.fromhex(found[1].decode()), decoded, start, found[2] == b"true")
            self.size = start + len(line)
        os.ftruncate(self._file, self.size)

    def _lines(self, start: int) -> Iterator[tuple[int, bytes]]:
        with open(self.path, "rb") as file:
            file.seek(start)
            while (line := file.readline()).endswith(b"\n"):
                yield start, line
                start += len(line)

    def _index(self, key: bytes, id: str, start: int, passed: bool) -> None:
        self.base.execute("INSERT OR REPLACE INTO done VALUES (?, ?, ?, ?)", (key, id, start, passed))
        self.base.execute("DELETE FROM undrafted WHERE id = ?", (id,))

    def seen(self, id: str, line: int, key: bytes) -> int | None:
        """Note that this run's input holds *id*; return the line where it did before, None for the first time."""
        found = self.base.execute("SELECT line FROM temp.seen WHERE id = ?", (id,)).fetchone()
        if found is None:
            self.base.execute("INSERT INTO temp.seen VALUES (?, ?, ?)", (id, line, key))
        return None if found is None else int(found[0])

    def done(self, key: bytes) -> bool | None:
        """Return whether the letter of *key* passed, None where there is none yet."""
        found = self.base.execute("SELECT passed FROM done WHERE key = ?", (key,)).fetchone()
        return None if found is None else bool(found[0])

    def add(self, key: bytes, id: str, passed: bool, rest: Mapping[str, Any]) -> None:
        """Append a letter. Raises OSError, with nothing half written, where the disk is full."""
        head = f'{{"key": "{key.hex()}", "passed": {json.dumps(passed)}, "id": {json.dumps(id)}'
        fields = json.dumps({k: v for k, v in rest.items() if k not in ("id", "passed")}, ensure_ascii=False)
        line = f"{head}, {fields[1:]}\n".encode("utf-8", "replace")
        written = 0
        try:
            while written < len(line):
                written += os.pwrite(self._file, line[written:], self.size + written)
        except OSError as error:
            os.ftruncate(self._file, self.size)
            error.filename = error.filename or str(self.path)
            raise
        start, self.size = self.size, self.size + len(line)
        self._index(key, id, start, passed)

    def put_off(self, key: bytes, id: str, reason: str) -> None:
        """Note an incident as not drafted; the next run takes it up."""
        self.base.execute("INSERT OR REPLACE INTO undrafted VALUES (?, ?, ?)", (id, key, reason))

    def undrafted(self) -> Iterator[Undrafted]:
        """Yield what is not drafted, of this run's input."""
        rows = self.base.execute("SELECT u.id, u.reason FROM undrafted u JOIN temp.seen s ON s.id = u.id ORDER BY 1")
        yield from (Undrafted(*row) for row in rows)

    def commit_now_and_then(self, held_tokens: int, held_money: Decimal) -> None:
        """Commit where the last time is more than COMMIT_EVERY ago."""
        if time.monotonic() - self._committed > COMMIT_EVERY:
            self.commit(held_tokens, held_money)

    def commit(self, held_tokens: int, held_money: Decimal) -> None:
        """Make all so far survive a power cut. What requests under way may use counts as used if this run is killed."""
        os.fsync(self._file)
        try:
            self.base.execute(
                "UPDATE state SET size = ?, tokens = ?, money = ?",
                (self.size, self.tokens + held_tokens, str(self.money + held_money)),
            )
            self.base.execute("COMMIT")
            self.base.execute("BEGIN")
        except sqlite3.OperationalError as error:
            raise OSError(None, str(error), str(self.index)) from None
        self._committed = time.monotonic()

    def drop_stale(self) -> int:
        """Take letters out whose incident has changed and has a new letter; return how many."""
        rows = self.base.execute(
            "SELECT d.start FROM done d JOIN temp.seen s ON s.id = d.id WHERE d.key != s.key "
            "AND EXISTS (SELECT 1 FROM done n WHERE n.key = s.key) ORDER BY 1"
        ).fetchall()
        stale = {row[0] for row in rows}
        if not stale:
            return 0
        part = self.path.with_name(f".{self.path.name}.part")
        with open(part, "wb") as file:
            file.writelines(line for start, line in self._lines(0) if start not in stale)
            file.flush()
            os.fsync(file.fileno())
        # The index is emptied first: killed between the two, the next run reads the whole output anew.
        self.base.execute("DELETE FROM done")
        self.size = 0
        self.commit(0, Decimal(0))
        os.replace(part, self.path)
        os.close(self._file)
        self._file = os.open(self.path, os.O_RDWR)
        self._catch_up()
        return len(stale)
