"""The engine ray on two local nodes beside the local engine, on the same work: `python benchmarks/ray_engine.py`.

The whole batch with default settings through the command line; seconds hold the start of the workers.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ["RAY_USAGE_STATS_ENABLED"] = "0"

import bench_corpus as corpus
from batch import server, stats
from ray.cluster_utils import Cluster


def main() -> None:
    """Print the letters a second of both, and whether the letters are the same."""
    options = argparse.ArgumentParser()
    options.add_argument("--letters", type=int, default=2000)
    count = options.parse_args().letters
    nodes = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    nodes.add_node(num_cpus=1)
    with tempfile.TemporaryDirectory() as folder, server(latency_ms=200) as url:
        source, found = Path(folder) / "in.jsonl", []
        source.write_text("".join(json.dumps(corpus.incident(i)) + "\n" for i in range(1, count + 1)))
        for engine, where in (("local", []), ("ray", ["--ray-address", nodes.address])):
            out = Path(folder) / f"{engine}.jsonl"
            command = [
                str(Path(sys.executable).with_name("amends")), "batch", str(source), "-o", str(out), "-m", "mock",
                "--base-url", url, "--engine", engine, *where,
            ]  # fmt: skip
            stats(url, "/reset")
            ran = subprocess.run(command, capture_output=True, text=True)
            rows = [json.loads(line) for line in out.read_text().splitlines()]
            found.append({row["id"]: (row["letter"], row["passed"], row["report"]) for row in rows})
            assert len(rows) == len(found[-1]) == count, ran.stderr
            print(f"{engine:6} {ran.stderr.splitlines()[-1]}", flush=True)
    nodes.shutdown()
    same = found[0] == found[1]
    print("the same letters and reports" if same else "the letters differ")
    sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()
