"""Score drafts against the project's gold letters: `python -m evals [options of amends eval]` (default: offline)."""

from __future__ import annotations

import sys
from pathlib import Path

from amends.cli import main

OUT = Path(__file__).parent / "out"  # ignored by git
# What "yesterday" counts from, so that a score stays the same tomorrow.
DEFAULTS = {"--letter-date": "2026-11-24", "-o": str(OUT / "run.json"), "--gold": str(Path(__file__).parent / "gold")}


def arguments(given: list[str]) -> list[str]:
    """Return the arguments of `amends`: those given, and the defaults of the options that are not among them."""
    missing = [word for option, value in DEFAULTS.items() if option not in given for word in (option, value)]
    return ["eval", *missing, "--force", *given]


if __name__ == "__main__":
    OUT.mkdir(exist_ok=True)
    sys.argv = ["amends", *arguments(sys.argv[1:])]
    main()
