"""A merge with many recipients: `python benchmarks/merge.py [--recipients N]`."""

from __future__ import annotations

import argparse
import csv
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import bench_corpus as corpus

BASE = """
id = "all"
scenario = "billing_error"
language = "en"
what_happened = "We charged your card twice for the same order."
impact = "You were short of money for days."
cause = "Our system repeated the charge after a lost answer from the bank."
company.name = "Fernhill Post"
recipient.name = "Nobody"
sender = { name = "Dana Whitfield", role = "Support lead" }
when.start = 2026-03-03
remedies = [{ action = "We have refunded the second charge", amount = { value = "10", currency = "EUR" } }]
preventions = [{ action = "The system now asks the bank before it repeats a charge" }]
contact.email = "care@fernhill.example"
"""


def main() -> None:
    """Merge, and print how long it took and what was written."""
    options = argparse.ArgumentParser()
    options.add_argument("--recipients", type=int, default=10_000)
    count = options.parse_args().recipients
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "base.toml").write_text(BASE)
        with (folder / "r.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["id", "recipient.name", "facts.order", "remedies[0].amount.value", "when.start"])
            for i in range(count):
                person = corpus.incident(i + 1)
                amount, start = person["remedies"][0]["amount"]["value"], person["when"]["start"]
                writer.writerow([person["id"], person["recipient"]["name"], person["facts"]["order"], amount, start])
        command = [str(Path(sys.executable).with_name("amends")), "merge", "base.toml", "r.csv", "-o", "out", "-y"]
        start_at = time.monotonic()
        ran = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL, env=os.environ
        )
        seconds = time.monotonic() - start_at
        print(f"merge: {ran.stderr.strip().splitlines()[-1]}; {seconds:.0f} s, {count / seconds:.0f} letters/s")
        sys.exit(ran.returncode)


if __name__ == "__main__":
    main()
