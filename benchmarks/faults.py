"""A batch against a server that fails in every way, killed three times: `python benchmarks/faults.py [--letters N]`."""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import bench_corpus as corpus
from batch import server, stats

RATES = {"rate_429": 0.2, "rate_500": 0.05, "rate_reset": 0.02, "rate_truncated": 0.01, "rate_hang": 0.01}
KILLS = 3


def main() -> None:
    """Run it, and say whether every letter is there once and what it cost in requests."""
    options = argparse.ArgumentParser()
    options.add_argument("--letters", type=int, default=5000)
    count, luck = options.parse_args().letters, random.Random(11)
    with tempfile.TemporaryDirectory() as folder, server(latency_ms=50, retry_after="0.2", **RATES) as url:
        source, out = Path(folder) / "in.jsonl", Path(folder) / "out.jsonl"
        source.write_text("".join(json.dumps(corpus.incident(i)) + "\n" for i in range(1, count + 1)))
        command = [
            str(Path(sys.executable).with_name("amends")), "batch", str(source), "-o", str(out), "-m", "mock",
            "--base-url", url, "--timeout", "5",
        ]  # fmt: skip
        start = time.monotonic()
        for _ in range(KILLS):
            with subprocess.Popen(command, env=os.environ, stderr=subprocess.DEVNULL) as process:
                time.sleep(luck.uniform(3, 15))
                process.kill()
        last = subprocess.run(command, capture_output=True, text=True, env=os.environ)
        rows = [json.loads(line) for line in out.read_text().splitlines()]
        found = Counter(row["id"] for row in rows)
        expected = Counter(corpus.ref(i) for i in range(1, count + 1))
        needed = sum(len(row["attempts"]) for row in rows)
        asked = stats(url)
        print(f"{count} letters, {KILLS} kills, {time.monotonic() - start:.0f} s: lost {len(expected - found)}, "
              f"twice {len(found - expected)}; {asked['requests']} requests for {needed} answers: "
              f"{asked['requests'] / needed:.3f} each; faults {asked['faults']}")  # fmt: skip
        print(last.stderr.strip())
        sys.exit(0 if found == expected and asked["requests"] <= 1.5 * needed else 1)


if __name__ == "__main__":
    main()
