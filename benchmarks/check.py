"""Measure the fast tier without the ledger: letters a second on one core, and what long and hostile texts take."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from evals.labelled import LANGUAGES, letters

GOAL = 500  # letters a second, of about 150 words
WORDS = (110, 200)
ROUNDS = 5
HOSTILE = {
    "a sentence without end": "we are sorry that " * 5_600,
    "quotes": '"“' * 50_000,
    "brackets": "[{<" * 33_000,
    "line breaks": "sorry\n" * 16_000,
    "one word": "a" * 100_000,
}


def main() -> int:
    """Print the figures; return 1 where a language misses the goal or a hostile text of 100 kB takes over a second."""
    os.environ["AMENDS_TIER"] = "fast"
    import amends

    slow = False
    for code in LANGUAGES:
        reports = [(item.letter, amends.check(item.letter, language=code)) for item in letters(code)]
        texts = [text for text, report in reports if WORDS[0] <= report.words <= WORDS[1]]
        best = float("inf")
        for _ in range(ROUNDS):
            start = time.process_time()
            for text in texts:
                amends.check(text, language=code)
            best = min(best, (time.process_time() - start) / len(texts))
        print(
            f"{code}: {1 / best:,.0f} letters a second ({best * 1000:.2f} ms of CPU; {len(texts)} letters; goal {GOAL})"
        )
        slow = slow or 1 / best < GOAL
    for name, text in HOSTILE.items():
        start = time.process_time()
        amends.check(text, language="en")
        taken = time.process_time() - start
        print(f"{len(text):,} characters, {name}: {taken:.2f} s (limit 1)")
        slow = slow or taken > 1
    return int(slow)


if __name__ == "__main__":
    raise SystemExit(main())
