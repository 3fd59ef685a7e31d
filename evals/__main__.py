"""Score drafts against the project's gold letters: `python -m evals [options of amends eval]` (default: offline)."""

from __future__ import annotations

import sys
from pathlib import Path

from amends.cli import main

OUT = Path(__file__).parent / "out"  # ignored by git
# What "yesterday" counts from, so that a score stays the same tomorrow.
DEFAULTS = (
    "--letter-date", "2026-11-24", "--gold", str(Path(__file__).parent / "gold"),
    "-o", str(OUT / "run.json"), "--report", str(OUT / "report.html"), "--force",
)  # fmt: skip


if __name__ == "__main__":
    OUT.mkdir(exist_ok=True)
    # Of an option given twice the last one counts.
    sys.argv = ["amends", "eval", *DEFAULTS, *sys.argv[1:]]
    main()
