"""Draft every gold incident and print the pass rates: `python -m evals [--model NAME]` (default: offline)."""

from __future__ import annotations

import argparse
from pathlib import Path

from amends import Drafter
from amends.evaluation.run import load_gold, pass_rate, run

GOLD = Path(__file__).parent / "gold"


def main() -> None:
    """Print, per language, how many gold incidents gave a passing letter, and those that could not be drafted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="offline")
    parser.add_argument("--base-url")
    arguments = parser.parse_args()
    with Drafter(arguments.model, base_url=arguments.base_url) as drafter:
        for folder in sorted(path for path in GOLD.iterdir() if path.is_dir()):
            outcomes = list(run(drafter, load_gold(folder)))
            rate, (low, high) = pass_rate(outcomes)
            undrafted = sum(outcome.draft is None for outcome in outcomes)
            print(
                f"{folder.name}: pass rate {rate:.2f} (95 % {low:.2f} to {high:.2f}) of {len(outcomes)} incidents, "
                f"{undrafted} not drafted, model {arguments.model}"
            )


if __name__ == "__main__":
    main()
