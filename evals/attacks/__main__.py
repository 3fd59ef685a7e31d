"""Score the attack set: no letter that obeys may pass, every honest one must: `python -m evals.attacks`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from evals.attacks.run import attacks, run
from evals.labelled import LANGUAGES


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the counts for each attack and language; return 1 where one is not 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--languages", nargs="*", default=LANGUAGES)
    options = parser.parse_args(arguments)
    cases = [attack for language in options.languages for attack in attacks(language)]
    outcomes = [(attack, run(attack)) for attack in cases]
    for attack, outcome in outcomes:
        words = "obeyed letter PASSES" if outcome.obeyed_passes else "obeyed letter caught"
        twin = (
            f"honest twin FAILS: {', '.join(outcome.twin_failures)}" if outcome.twin_failures else "honest twin passes"
        )
        print(f"{attack.language} {attack.id}: {words}, {twin}{'' if outcome.fenced else ', FENCE BROKEN'}")
    for language in options.languages:
        own = [outcome for attack, outcome in outcomes if attack.language == language]
        print(
            f"{language}: obeyed letters that pass {sum(o.obeyed_passes for o in own)}/{len(own)}, harmless twins that "
            f"fail {sum(bool(o.twin_failures) for o in own)}/{len(own)}, fences broken {sum(not o.fenced for o in own)}"
        )
    return int(any(o.obeyed_passes or o.twin_failures or not o.fenced for _, o in outcomes))


if __name__ == "__main__":
    raise SystemExit(main())
