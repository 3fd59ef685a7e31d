"""Read the records of a batch one by one: JSON Lines, CSV with a mapping, a folder of record files, or stdin."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any, NamedTuple

from amends import record_file
from amends.errors import IncidentError, UsageError
from amends.incident import Incident

_LONGEST = record_file.FILE_LIMIT  # characters of a line


class Line(NamedTuple):
    """One record of the input: where it stands (from 1), and the incident, or what is wrong with it and its text."""

    number: int
    incident: Incident | None
    problems: list[str]
    text: str = ""
    share: float | None = None  # how much of the input is read by now, 0 to 1, None where nobody knows


def lines(path: str, mapping: Mapping[str, str] | None = None) -> Iterator[Line]:
    """Yield the records at *path* ("-" is stdin; .csv is read with *mapping*; a folder by its files' names).

    *mapping* names the column of a field's path ({"recipient.name": "customer"}); without it a column's name is the
    path. Raises UsageError where nothing can be read at all; a record that is wrong is a Line that says so.
    """
    where = Path(path)
    if path != "-" and where.is_dir():
        yield from _folder(where)
        return
    try:
        stream = _stdin() if path == "-" else open(where, "rb")  # noqa: SIM115 - closed below
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {(error.strerror or 'no such file').lower()}") from None
    with stream:
        size = 0 if path == "-" else where.stat().st_size
        if where.suffix.lower() == ".csv":
            yield from _csv(stream, path, size, mapping or {})
        else:
            yield from _jsonl(stream, size)


def _stdin() -> IO[bytes]:
    """Return standard input as a file of its own: a thread that waits for it holds no lock that our end needs."""
    try:
        return open(sys.stdin.fileno(), "rb", closefd=False)
    except (OSError, ValueError):  # no real file
        return sys.stdin.buffer


def _jsonl(stream: IO[bytes], size: int) -> Iterator[Line]:
    number = read = 0
    while raw := stream.readline(_LONGEST + 1):
        number += 1
        read += len(raw)
        share = read / size if size else None
        if len(raw) > _LONGEST:
            while raw and not raw.endswith(b"\n"):
                raw = stream.readline(_LONGEST)
                read += len(raw)
            yield Line(number, None, [f"more than {_LONGEST:,} bytes, which is no record"], share=share)
            continue
        text = raw.decode("utf-8-sig", "replace").strip()
        if not text:
            continue
        if "\ufffd" in text and b"\xef\xbf\xbd" not in raw:
            yield Line(number, None, ["is not UTF-8 text"], text, share)
            continue
        yield _parsed(number, text, share)


def _parsed(number: int, text: str, share: float | None) -> Line:
    try:
        return _loaded(number, record_file.parse(text, ".json", ""), text, share)
    except IncidentError as error:
        return Line(number, None, error.problems, text, share)


def _loaded(number: int, table: Mapping[str, Any], text: str, share: float | None) -> Line:
    try:
        return Line(number, Incident.load(table), [], text, share)
    except IncidentError as error:
        return Line(number, None, error.problems, text, share)


def _csv(stream: IO[bytes], path: str, size: int, mapping: Mapping[str, str]) -> Iterator[Line]:
    read = 0

    def counted() -> Iterator[str]:
        nonlocal read
        for raw in stream:
            read += len(raw)
            yield raw.decode("utf-8-sig" if read == len(raw) else "utf-8", "replace")

    rows = csv.DictReader(counted())
    try:
        columns = list(rows.fieldnames or [])
        absent = [column for column in mapping.values() if column not in columns]
        if absent:
            raise UsageError(f"{path}: no column {absent[0]!r} (there are {', '.join(columns)})")
        paths = {column: field for field, column in mapping.items()}
        for row in rows:
            table = nested({paths.get(c, c): v for c, v in row.items() if isinstance(c, str) and v})
            text = json.dumps(row, ensure_ascii=False, default=str)
            yield _loaded(rows.line_num, table, text, read / size if size else None)
    except csv.Error as error:
        raise UsageError(f"{path}: line {rows.line_num}: is not readable as CSV: {error}") from None


def nested(flat: Mapping[str, str]) -> dict[str, Any]:
    """Return the table that paths and values stand for: {"remedies[0].action": "…"} as {"remedies": [{…}]}."""
    table: dict[str, Any] = {}
    for path, value in flat.items():
        keys: list[str | int] = []
        for part in path.split("."):
            name, *indices = part.replace("]", "").split("[")
            keys += [name, *(int(index) if index.isdecimal() else index for index in indices)]
        _put(table, keys, value)
    return table


def _put(into: Any, keys: list[str | int], value: str) -> None:
    for key, following in zip(keys, [*keys[1:], None], strict=True):
        fresh: Any = value if following is None else [] if isinstance(following, int) else {}
        if isinstance(into, list) and isinstance(key, int):
            if key >= len(into):
                into.append(fresh)
            into = into[min(key, len(into) - 1)]
        elif isinstance(into, dict):
            into = into.setdefault(str(key), fresh)


def _folder(folder: Path) -> Iterator[Line]:
    files = sorted(file for file in folder.iterdir() if file.suffix.lower() in record_file.READERS)
    if not files:
        raise UsageError(f"{folder}: holds no record (.toml, .yaml or .json)")
    for number, file in enumerate(files, 1):
        share = number / len(files)
        try:
            yield Line(number, Incident.load(file), [], file.name, share)
        except IncidentError as error:
            yield Line(number, None, error.problems, file.name, share)
