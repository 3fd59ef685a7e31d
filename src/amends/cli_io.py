"""What the commands share: reading letters and records, printing, and writing files."""

from __future__ import annotations

import os
import re
import sys
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from amends.display import safe
from amends.errors import IncidentError, UsageError

if TYPE_CHECKING:
    from amends.incident import Incident

FILE_LIMIT = 1_000_000  # bytes of a letter's file

_TOML_LINE = re.compile(r"^\s*(?:\[|[\w\"'.-]+\s*=)", re.MULTILINE)


def read_letter(path: str) -> str:
    """Return the letter in the file *path*, or on stdin for "-", exactly as it is there. Raises UsageError."""
    data = _read(path)
    place = _place(path)
    if b"\0" in data:
        raise UsageError(f"{place}: is not a text file (save the letter as plain UTF-8 text)")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{place}: is not UTF-8 text (byte {error.start}; save the letter as UTF-8)") from None
    if not text.strip():
        raise UsageError(f"{place}: is empty (a letter is expected)")
    return text


def load_incident(path: str) -> Incident:
    """Return the record in the file *path*, or on stdin for "-" (TOML, YAML or JSON, told by its look)."""
    # Imported here: pydantic is a good part of the start-up, and not every command needs a record.
    from amends.incident import Incident

    if path != "-":
        return Incident.load(path)
    table = read_record(path)
    try:
        return Incident.load(table)
    except IncidentError as error:
        raise IncidentError("stdin", error.problems) from None


def read_record(path: str) -> dict[str, object]:
    """Return the fields of the record at *path* as they were written, without asking whether it is complete."""
    from amends import record_file  # see load_incident

    if path != "-":
        return record_file.read(Path(path))
    try:
        text = _read(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise IncidentError("stdin", [f"is not UTF-8 text (byte {error.start})"]) from None
    ending = ".json" if text.lstrip().startswith("{") else ".toml" if _TOML_LINE.search(text) else ".yaml"
    return record_file.parse(text, ending, "stdin")


def read_date(text: str | None) -> date | None:
    """Return the day that *text* names, None for None. Raises UsageError."""
    try:
        return date.fromisoformat(text) if text is not None else None
    except ValueError:
        raise UsageError(f"--letter-date: {safe(text or '')!r} is not a date (write 2026-01-31)") from None


def _read(path: str) -> bytes:
    try:
        if path == "-":
            data = sys.stdin.buffer.read(FILE_LIMIT + 1)
        else:
            with open(path, "rb") as file:
                data = file.read(FILE_LIMIT + 1)
    except OSError as error:
        raise UsageError(f"{_place(path)}: cannot be read: {(error.strerror or 'no such file').lower()}") from None
    if len(data) > FILE_LIMIT:
        raise UsageError(f"{_place(path)}: more than {FILE_LIMIT:,} bytes, which is no letter")
    return data


def _place(path: str) -> str:
    return "stdin" if path == "-" else path


def emit(text: str) -> None:
    """Print data on stdout, as it is."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader had enough (`| head`): stay quiet, and let the exit code be the verdict's.
        hush()


def hush() -> None:
    """Send what is left for stdout nowhere, so that closing it at exit cannot fail again."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say(text: str) -> None:
    """Print a remark on stderr, without what a terminal would obey."""
    with suppress(BrokenPipeError):
        print(safe(text), file=sys.stderr)


def complain(text: str) -> None:
    """Print an error on stderr, each line under the command's name."""
    for line in text.splitlines():
        say(f"amends: {line}")


def refuse_existing(path: Path, *, force: bool) -> None:
    """Raise UsageError where write_file would refuse, so that nothing is spent on a letter with no place to go."""
    if path.is_dir():
        raise UsageError(f"{path}: is a folder (name a file in it)")
    if not path.absolute().parent.is_dir():
        raise UsageError(f"{path}: its folder does not exist")
    if not force and (path.exists() or path.is_symlink()):
        raise UsageError(f"{path}: exists (--force writes over it)")


def write_file(path: Path, content: bytes, *, force: bool) -> None:
    """Write *content* to *path* whole or not at all; over an existing file only with *force*. Raises UsageError."""
    refuse_existing(path, force=force)
    target = path.resolve()
    part = target.with_name(f".{target.name}.{uuid4().hex}.part")
    try:
        with open(part, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if not force:
            _claim(part, target)
        os.replace(part, target)
    except FileExistsError:
        raise UsageError(f"{path}: exists (--force writes over it)") from None
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {(error.strerror or 'unknown reason').lower()}") from None
    finally:
        part.unlink(missing_ok=True)


def _claim(part: Path, target: Path) -> None:
    """Put *part* at *target* unless somebody else's file is there by now, where the file system knows links."""
    try:
        os.link(part, target)
    except FileExistsError:
        raise
    except OSError:
        if target.exists():
            raise FileExistsError from None
