"""Measure what the ledger adds to a check: milliseconds a letter, and how that grows with the letter's length."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from amends import Incident
from amends.facts import ledger
from amends.language import language
from amends.letter import read_letter

sys.path.insert(0, str(Path(__file__).parents[1]))

from evals.labelled import LANGUAGES, letters

LIMIT = 5.0  # milliseconds a letter
ROUNDS = 5
LENGTHS = (10_000, 20_000, 40_000)


def milliseconds(pairs: list[tuple[str, Incident]], code: str) -> float:
    """Return the best time that the ledger takes for one of *pairs*, reading the letter not counted."""
    read = [(read_letter(text, language(code)), incident) for text, incident in pairs]
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.process_time()
        for letter, incident in read:
            ledger.build(letter, incident)
        best = min(best, (time.process_time() - start) / len(read))
    return best * 1000


def main() -> int:
    """Print the times; return 1 where a letter takes longer than LIMIT."""
    slow = False
    for code in LANGUAGES:
        cases = [(case.letter, case.incident) for case in letters(code)]
        each = milliseconds(cases, code)
        text = "\n\n".join(letter for letter, _ in cases)
        grown = [milliseconds([((text * 2)[:length], cases[0][1])], code) for length in LENGTHS]
        print(
            f"{code}: {each:.1f} ms a letter; "
            + ", ".join(f"{n:,} characters {ms:.0f} ms" for n, ms in zip(LENGTHS, grown, strict=True))
        )
        slow = slow or each > LIMIT
    return int(slow)


if __name__ == "__main__":
    raise SystemExit(main())
