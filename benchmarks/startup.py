"""Wall time of starting up, beside the imports it is measured against: `python benchmarks/startup.py`."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROUNDS = 9
LETTER = """\
Subject: The double charge on 3 March

Dear Ms Lee,

We are sorry that we charged your card twice on 3 March. That was our mistake, and it left you short of money.
Our system repeated the charge after a lost answer. We have refunded 49 USD, and it asks before it repeats now.
Just reply to this message if anything is open.

Kind regards
Anna Berg
"""
PYDANTIC = "from pydantic import BaseModel\nclass Model(BaseModel):\n    name: str"


def main() -> None:
    """Print each start-up's median over ROUNDS interleaved runs, and its ratio to what it is measured against."""
    amends = str(Path(sys.executable).with_name("amends"))
    with tempfile.TemporaryDirectory() as folder:
        letter = Path(folder, "letter.txt")
        letter.write_text(LETTER, encoding="utf-8")
        commands = {
            "import openai": [sys.executable, "-c", "import openai"],
            "import pydantic, one model": [sys.executable, "-c", PYDANTIC],
            "import amends": [sys.executable, "-c", "import amends"],
            "amends --help": [amends, "--help"],
            "amends check (fast tier)": [amends, "check", str(letter)],
        }
        seconds: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(ROUNDS + 1):
            for name, command in commands.items():
                seconds[name].append(_seconds(command))
    # The first round warms the file cache and writes byte code; it does not count.
    took = {name: median(runs[1:]) for name, runs in seconds.items()}
    for name, value in took.items():
        print(f"{name:<28}{value * 1000:7.0f} ms")
    for name, base, limit in (
        ("amends --help", "import openai", 0.4),
        ("amends check (fast tier)", "import openai", 0.75),
        ("import amends", "import pydantic, one model", 2.0),
    ):
        print(f"{name} / {base}: {took[name] / took[base]:.2f} (at most {limit})")


def _seconds(command: list[str]) -> float:
    start = time.perf_counter()
    # `amends check` may say with its exit code that the letter does not pass: that is not asked here.
    # The fast tier is what a plain install has; the extra `semantic` loads a model on top.
    settings = {**os.environ, "AMENDS_TIER": "fast"}
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=settings, check=False)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
