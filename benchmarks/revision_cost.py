"""What the two ways of asking for a revision take, in tokens and at each provider's price for cached input."""

from __future__ import annotations

import argparse
from pathlib import Path

from amends import Incident, check, prompt
from amends.model import OFFLINE
from amends.offline import compose
from amends.prices import cheaper_revision, price
from amends.report import Report
from amends.usage import Usage, estimated_input

RECORDS = Path(__file__).parents[1] / "examples" / "incidents"
MODELS = ("gpt-4o-mini", "gpt-4.1", "gpt-5", "gpt-5-mini")
FAILED = ("responsibility", "generic_inconvenience")


def failing(report: Report) -> Report:
    """Return *report* with two verdicts failed: what a first letter often lacks, and the commonest stock phrase."""
    element, fault = report.elements[FAILED[0]], report.faults[FAILED[1]]
    return report.model_copy(
        update={
            "passed": False,
            "elements": {**report.elements, FAILED[0]: element.model_copy(update={"present": False, "spans": []})},
            "faults": {**report.faults, FAILED[1]: fault.model_copy(update={"found": True})},
        }
    )


def main() -> None:
    """Print the figures for one record."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("record", nargs="?", type=Path, default=RECORDS / "double-charge.toml")
    incident = Incident.load(parser.parse_args().record)
    letter = compose(incident)
    report = failing(check(letter, incident))
    first = prompt.messages(incident)
    short = estimated_input(prompt.revision(incident, letter, report, first))
    resent = estimated_input(prompt.resent(incident, letter, report, first))
    prefix = estimated_input(first.messages)
    print(f"revision of {incident.id!r}, prompt with {len(first.examples)} examples (tokens: UTF-8 bytes / 4)")
    print(f"  first prompt {prefix:,} · short revision {short:,} · conversation resent {resent:,}")
    print(f"  short / resent {short / resent:.2f} (at most 0.70)")
    print("  input cost of 1,000 revisions in USD, the resent one with the first prompt in the provider's cache")
    for model in MODELS:
        known = price(model)
        if known is None:
            print(f"  {model:12} no price known: short")
            continue
        alone = 1000 * known.of(Usage(input_tokens=short))
        cached = 1000 * known.of(Usage(input_tokens=resent, cached_tokens=prefix))
        chosen = cheaper_revision(short, resent, prefix, known)
        print(f"  {model:12} short {alone:6.3f} · resent {cached:6.3f} · chosen: {chosen}")
    print(f"  a host whose prices are not known, and {OFFLINE!r}: short")


if __name__ == "__main__":
    main()
