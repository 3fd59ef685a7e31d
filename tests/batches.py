"""What the tests of many letters share: records, a model that knows each one, and runs in processes of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from commands import COMMAND, ROOT, environment

sys.path.insert(0, str(ROOT / "benchmarks"))

import bench_corpus as corpus
from batch import server, stats

__all__ = ["corpus", "letters", "records", "server", "start", "stats"]


def records(path: Path, count: int, **changes: Any) -> Path:
    """Write *count* records to *path*."""
    rows = ({**corpus.incident(i), **changes} for i in range(1, count + 1))
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def start(*arguments: str | Path, **settings: Any) -> subprocess.Popen[str]:
    """Begin `amends batch` with *arguments* in a process of its own."""
    silent = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(
        [COMMAND, "batch", *map(str, arguments)], text=True, env=environment(), **{**silent, **settings}
    )


def letters(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the letters in the output *path*: half a line would not be JSON."""
    for line in path.read_text(encoding="utf-8").splitlines():
        yield json.loads(line)
