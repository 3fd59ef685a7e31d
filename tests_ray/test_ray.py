"""The engine ray: two nodes on this machine, one of them killed; and its own small cluster, interrupted and killed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from batches import corpus, letters, records, server, start, stats
from commands import run
from ray.cluster_utils import Cluster

KEY = "sk-not-for-any-log-7391"


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """Two nodes with a core each; the first one is the batch's own."""
    os.environ.update(RAY_USAGE_STATS_ENABLED="0", AMENDS_TIER="fast")
    nodes = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    yield nodes
    nodes.shutdown()


def drafting(
    source: Path, out: Path, url: str, *more: str, engine: str = "ray", **settings: Any
) -> subprocess.Popen[str]:
    """Begin a batch of *source* with *engine*."""
    return start(source, "-o", out, "-m", "gpt-4o-mini", "--base-url", url, "--engine", engine, *more, **settings)


def ended(process: subprocess.Popen[str], within: float = 300) -> tuple[int, str]:
    """Return the exit code and stderr of *process*."""
    _, told = process.communicate(timeout=within)
    return process.returncode, told


def lines(path: Path) -> int:
    """Return how many letters *path* holds by now."""
    return path.read_bytes().count(b"\n") if path.exists() else 0


def wait_for(process: subprocess.Popen[str], out: Path, count: int) -> None:
    """Wait until *process* has written *count* letters."""
    until = time.monotonic() + 240  # a machine may be busy
    while lines(out) < count:
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < until
        time.sleep(0.02)


def judged(out: Path) -> dict[str, Any]:
    """Return what each letter says and how it was judged, by id: all but the seconds."""
    rows = list(letters(out))
    assert len({row["id"] for row in rows}) == len(rows)
    for row in rows:
        for attempt in row["attempts"]:
            del attempt["seconds"]
    return {row["id"]: row for row in rows}


def test_a_node_killed_in_mid_run(tmp_path: Path, cluster: Cluster) -> None:
    """Every letter is there exactly once, and is the one that the local engine drafts."""
    node = cluster.add_node(num_cpus=1)
    source, out, alone = records(tmp_path / "in.jsonl", 200), tmp_path / "out.jsonl", tmp_path / "local.jsonl"
    with server(latency_ms=100) as url:
        process = drafting(source, out, url, "--ray-address", cluster.address, "--concurrency", "32")
        wait_for(process, out, 40)
        cluster.remove_node(node, allow_graceful=False)
        written = lines(out)
        code, told = ended(process)
        asked = stats(url)
        ended(drafting(source, alone, url, engine="local"))
    assert code == 0, told
    assert written < 200
    assert Counter(row["id"] for row in letters(out)) == Counter(corpus.ref(i) for i in range(1, 201))
    assert judged(out) == judged(alone)
    assert asked["max_in_flight"] <= 32 + 16  # the dead node's requests are with the server a little longer
    assert asked["requests"] < 2 * 200 * 1.3


def test_both_nodes_draft_and_share_one_limit(tmp_path: Path, cluster: Cluster) -> None:
    """Both nodes work, and together they ask for no more at once than --concurrency."""
    cluster.add_node(num_cpus=1)
    source, out = records(tmp_path / "in.jsonl", 120), tmp_path / "out.jsonl"
    with server(latency_ms=300) as url:
        code, told = ended(drafting(source, out, url, "--ray-address", cluster.address, "--concurrency", "6"))
        asked = stats(url)
    assert code == 0, told
    assert asked["max_in_flight"] == 6
    assert len(judged(out)) == 120


def test_a_ceiling_holds_for_all_workers(tmp_path: Path) -> None:
    """Tokens that the workers use in all stay under the ceiling, over two runs."""
    source, out = records(tmp_path / "in.jsonl", 60), tmp_path / "out.jsonl"
    with server(latency_ms=50) as url:
        for most in (60_000, 120_000):
            limit = ("--tokens", str(most), "--max-tokens", "600", "--concurrency", "8")
            code, told = ended(drafting(source, out, url, *limit))
            assert code == 1
            assert "the ceiling is reached" in told
            used = sum(row["usage"]["input_tokens"] + row["usage"]["output_tokens"] for row in letters(out))
            assert most / 4 < used <= most


def test_the_key_is_in_no_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers send the key; neither Ray's logs nor its files nor a command line hold it, nor a letter's words."""
    folder = Path("/tmp") / f"amends-ray-{os.getpid()}"  # Ray's sockets need a short path
    monkeypatch.setenv("RAY_TMPDIR", str(folder))
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    source, out, seen = records(tmp_path / "in.jsonl", 40), tmp_path / "out.jsonl", []
    with server(latency_ms=200) as url:
        process = drafting(source, out, url)
        wait_for(process, out, 5)
        for place in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                seen.append(place.read_bytes())
            except OSError:
                continue  # it has ended
        code, told = ended(process)
    assert code == 0, told
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert any(path.suffix == ".log" for path in files)
    words = next(letters(out))["letter"].splitlines()[4][:60].encode()
    for held in [*seen, *(path.read_bytes() for path in files), told.encode()]:
        assert KEY.encode() not in held
        assert words not in held
    shutil.rmtree(folder)


@pytest.mark.parametrize("presses", [1, 2])
def test_ctrl_c(tmp_path: Path, presses: int) -> None:
    """The first Ctrl-C finishes what is under way, the second drops it; another engine goes on with the rest."""
    source, out = records(tmp_path / "in.jsonl", 400), tmp_path / "out.jsonl"
    with server(latency_ms=300) as url:
        process = drafting(source, out, url, "--concurrency", "8", start_new_session=True)
        wait_for(process, out, 10)
        for _ in range(presses):
            os.killpg(process.pid, signal.SIGINT)  # a terminal sends it to all of its processes
            pressed = time.monotonic()
            time.sleep(0.1)
        code, told = ended(process)
        took, half = time.monotonic() - pressed, lines(out)
        assert code == 130, told
        assert "Traceback" not in told
        assert "go on" in told
        assert half < 200
        assert took < (30 if presses == 1 else 5)
        assert ended(drafting(source, out, url, engine="local"))[0] == 0
    assert len(judged(out)) == 400


def test_killed_outright(tmp_path: Path) -> None:
    """After a SIGKILL the cluster is gone with its run, and the next one goes on with nothing lost or doubled."""
    source, out = records(tmp_path / "in.jsonl", 150), tmp_path / "out.jsonl"
    with server(latency_ms=100) as url:
        process = drafting(source, out, url, "--concurrency", "16")
        wait_for(process, out, 30)
        process.kill()
        process.communicate()
        before = lines(out)
        assert ended(drafting(source, out, url, "--concurrency", "16"))[0] == 0
        asked = stats(url)["requests"]
    assert len(judged(out)) == 150
    assert before >= 30
    assert asked <= 2 * 150 + 2 * 24 + 16  # what was under way is asked for again, what was written is not


def test_an_incident_that_kills_its_worker(tmp_path: Path) -> None:
    """Workers that die again and again end in a reason for each of their incidents, not in an endless run."""
    code = """
import asyncio, os, pathlib, sys
from amends import Drafter
from amends.batch.run import Batch
from amends.batch.source import lines
from deadly import check
out = pathlib.Path(sys.argv[2])
counts = asyncio.run(Batch(Drafter('offline', check=check), lines(sys.argv[1]), out, engine='ray').run())
print(counts.undrafted, counts.reasons[0].reason)
"""
    (tmp_path / "deadly.py").write_text("import os\ndef check(letter, incident):\n    os._exit(1)\n", encoding="utf-8")
    records(tmp_path / "in.jsonl", 3)
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    ran = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "in.jsonl", tmp_path / "out.jsonl"],
        capture_output=True, text=True, timeout=120, env={**os.environ, "PYTHONPATH": path},
    )  # fmt: skip
    assert "3 its worker died 3 times" in ran.stdout, ran.stderr
    assert {row["id"] for row in letters(tmp_path / "out.undrafted.jsonl")} == {corpus.ref(i) for i in (1, 2, 3)}


def test_a_node_that_judges_otherwise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A node with another tier of the check ends the run with a line, before any letter."""
    monkeypatch.setenv("AMENDS_TIER", "rules")
    nodes = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    source, out = records(tmp_path / "in.jsonl", 3), tmp_path / "out.jsonl"
    with server() as url:
        code, told = ended(drafting(source, out, url, "--ray-address", nodes.address))
        asked = stats(url)["requests"]
    nodes.shutdown()
    assert code == 2
    assert told.splitlines()[-1].startswith("amends: a machine of the cluster has another amends"), told
    assert "Traceback" not in told
    assert (lines(out), asked) == (0, 0)


def test_no_cluster(tmp_path: Path) -> None:
    """An address where no cluster is, is told in a line, with exit code 2."""
    ran = run(
        "batch", records(tmp_path / "in.jsonl", 1), "-o", tmp_path / "out.jsonl", "--engine", "ray",
        "--ray-address", "127.0.0.1:9",
    )  # fmt: skip
    assert ran.code == 2
    assert "127.0.0.1:9" in ran.err
    assert "Traceback" not in ran.err
