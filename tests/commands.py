"""Run the command as a user does: in this process where nothing else is asked, else in one of its own."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

from amends.cli import main

COMMAND = str(Path(sys.executable).with_name("amends"))
ROOT = Path(__file__).parents[1]
INCIDENT = ROOT / "examples" / "incidents" / "double-charge.toml"
SETTINGS = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "AMENDS_MODEL")


class Ran(NamedTuple):
    """What a run left: exit code, stdout and stderr."""

    code: int
    out: str
    err: str


def run(*arguments: str | Path, stdin: bytes = b"") -> Ran:
    """Run `amends` with *arguments* in this process, its streams caught."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(2))
    given = io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8")
    code = 0
    with (
        patch.multiple(sys, argv=["amends", *map(str, arguments)], stdin=given, stdout=out, stderr=err),
        patch.dict(os.environ, {"AMENDS_TIER": "fast"}),
    ):
        try:
            main()
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    streams = []
    for stream in (out, err):
        stream.flush()
        streams.append(stream.buffer.getvalue().decode("utf-8"))  # type: ignore[attr-defined]
    return Ran(code, *streams)


def environment(**more: str) -> dict[str, str]:
    """Return an environment without this machine's settings."""
    kept = {name: value for name, value in os.environ.items() if name not in (*SETTINGS, "NO_COLOR", "FORCE_COLOR")}
    return {**kept, "AMENDS_TIER": "fast", **more}


def on_a_terminal(*arguments: str | Path, **more: str) -> str:
    """Return what `amends` prints on a terminal, stdout and stderr together."""
    ours, theirs = pty.openpty()
    settings = environment(TERM="xterm-256color", COLUMNS="100", **more)
    with subprocess.Popen(
        [COMMAND, *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs, env=settings
    ):
        os.close(theirs)
        shown = b""
        while True:
            try:
                more_bytes = os.read(ours, 65536)
            except OSError:  # Linux says so when the other end is closed
                break
            if not more_bytes:
                break
            shown += more_bytes
    os.close(ours)
    return shown.decode("utf-8")
