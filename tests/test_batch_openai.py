"""The openai-batch engine, as users run it, against a loopback server with files and batches."""

from __future__ import annotations

import json
import random
import signal
import time
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from batch_server import REVISION, BatchServer, Ended, Row, answer, complete, refusal, unfinished
from batches import corpus, letters, records, start
from commands import Ran, run

from amends.batch import openai_batch


def batch(server: BatchServer, folder: Path, *more: str | Path, model: str = "mock") -> Ran:
    """Run the engine on the records in *folder*."""
    return run(*arguments(server, folder, *more, model=model))


def arguments(server: BatchServer, folder: Path, *more: str | Path, model: str = "mock") -> list[str | Path]:
    return [
        "batch", folder / "in.jsonl", "-o", folder / "out.jsonl", "-m", model, "--base-url", server.url,
        "--engine", "openai-batch", "--deadline", "5", *more,
    ]  # fmt: skip


def ids(folder: Path) -> list[str]:
    """Return the ids of the letters, sorted."""
    return sorted(row["id"] for row in letters(folder / "out.jsonl"))


def expected(count: int) -> list[str]:
    return [corpus.ref(i) for i in range(1, count + 1)]


def expired(rows: list[Row]) -> Ended:
    """Half of the requests are answered, then the window is over."""
    half = len(rows) // 2
    return Ended("expired", [answer(row) for row in rows[:half]], [unfinished(r, "batch_expired") for r in rows[half:]])


def test_rounds_of_drafts_and_revisions(tmp_path: Path) -> None:
    """A round of drafts, checked here, then one of revisions of what failed: the letters are the local engine's."""
    records(tmp_path / "in.jsonl", 5)
    with BatchServer() as server:
        ran = batch(server, tmp_path)
        assert ran.code == 0, ran.err
        assert len(server.batches) == 2
        drafts, revisions = server.rows(0), server.rows(1)
    assert len(drafts) == len(revisions) == 5
    assert all(REVISION in json.dumps(row) for row in revisions)
    assert len({row["custom_id"] for row in drafts + revisions}) == 10
    assert not any("INC-" in row["custom_id"] for row in drafts)
    rows = list(letters(tmp_path / "out.jsonl"))
    assert ids(tmp_path) == expected(5)
    for row in rows:
        assert row["letter"] == corpus.letter(int(row["id"][4:]))
        assert [attempt["kind"] for attempt in row["attempts"]] == ["draft", "revision"]
        assert row["usage"]["requests"] == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl", "out.jsonl", "out.jsonl.journal"]


def test_half_price(tmp_path: Path) -> None:
    """A letter's cost, and the batch's, are half the list price."""
    records(tmp_path / "in.jsonl", 2)
    with BatchServer() as server:
        ran = batch(server, tmp_path, model="gpt-5-mini")
    rate = 1000 * Decimal("0.25") / 10**6 + 200 * Decimal(2) / 10**6  # USD, the list price of an answer
    assert {row["usage"]["cost"] for row in letters(tmp_path / "out.jsonl")} == {float(rate)}  # two answers at half
    assert f"{2 * rate:.4f} USD in all runs" in ran.err


def test_files_are_split(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file holds more requests, or more bytes, than the provider takes."""
    records(tmp_path / "in.jsonl", 7)
    monkeypatch.setattr(openai_batch, "REQUESTS", 3)
    with BatchServer() as server:
        assert batch(server, tmp_path).code == 0
        assert [len(server.rows(n)) for n in range(3)] == [3, 3, 1]
        size = len(json.dumps(server.rows(0)[0]))
    for path in tmp_path.glob("out*"):
        path.unlink()
    monkeypatch.setattr(openai_batch, "REQUESTS", 50_000)
    monkeypatch.setattr(openai_batch, "BYTES", int(size * 2.5))
    with BatchServer() as server:
        assert batch(server, tmp_path).code == 0
        assert [len(server.rows(n)) for n in range(4)] == [2, 2, 2, 1]
    assert ids(tmp_path) == expected(7)


def test_killed_while_it_waits(tmp_path: Path) -> None:
    """Killed between submit and download: the next run collects the same batch, and asks for nothing twice."""
    records(tmp_path / "in.jsonl", 6)
    with BatchServer() as server:
        server.held = True
        process = start(*arguments(server, tmp_path)[1:])
        while not server.batches and process.poll() is None:
            time.sleep(0.02)
        time.sleep(0.4)
        process.kill()
        process.communicate()
        server.held = False
        ran = batch(server, tmp_path)
        assert ran.code == 0, ran.err
        assert [len(server.rows(n)) for n in range(len(server.batches))] == [6, 6]
    assert ids(tmp_path) == expected(6)


def test_killed_before_the_id_is_written_down(tmp_path: Path) -> None:
    """A batch whose id nobody heard is found by its file, by the next run too, and not paid for twice."""
    records(tmp_path / "in.jsonl", 3)
    with BatchServer() as server:
        server.lose_next_batch_id = True
        assert batch(server, tmp_path).code == 0
        assert len(server.batches) == 2
    for path in tmp_path.glob("out*"):
        path.unlink()
    with BatchServer() as server:
        server.silent = True
        process = start(*arguments(server, tmp_path)[1:])
        while not server.batches and process.poll() is None:
            time.sleep(0.02)
        process.kill()
        process.communicate()
        server.silent = False
        ran = batch(server, tmp_path)
        assert ran.code == 0, ran.err
        assert len(server.batches) == 2
    assert ids(tmp_path) == expected(3)


def test_killed_again_and_again(tmp_path: Path) -> None:
    """Whenever it is killed: no letter is lost or doubled, and no answer is paid for twice."""
    records(tmp_path / "in.jsonl", 12)
    luck = random.Random(5)
    with BatchServer(expired, complete, expired) as server:
        for _ in range(4):
            process = start(*arguments(server, tmp_path)[1:])
            time.sleep(luck.uniform(0.9, 2.2))
            process.kill()
            process.communicate()
        ran = batch(server, tmp_path)
        assert ran.code == 0, ran.err
        asked = Counter(row["custom_id"] for n in range(len(server.batches)) for row in server.rows(n))
        ended = [b for b in server.batches.values() if b["status"] != "in_progress"]
        assert len(ended) == len(server.batches)
    assert Counter(ids(tmp_path)) == Counter(expected(12))
    assert len(asked) == 24
    assert sum(asked.values()) <= 24 + 6 + 6  # the halves that two expired batches left


def test_expired_with_partial_output(tmp_path: Path) -> None:
    """What an expired batch answered is kept, the rest goes into the next round, and no answer is paid for twice."""
    records(tmp_path / "in.jsonl", 6)
    with BatchServer(expired) as server:
        ran = batch(server, tmp_path)
        assert ran.code == 0, ran.err
        asked = Counter(row["custom_id"] for n in range(len(server.batches)) for row in server.rows(n))
    assert ids(tmp_path) == expected(6)
    assert sorted(asked.values()) == [1] * 9 + [2] * 3


def test_expired_again_and_again(tmp_path: Path) -> None:
    """What three batches left without an answer is noted as not drafted, with the reason; the next run asks again."""
    records(tmp_path / "in.jsonl", 1)
    with BatchServer(expired, expired, expired) as server:
        ran = batch(server, tmp_path)
        assert ran.code == 1
        assert "no answer in 3 batches (the last one expired)" in ran.err
        assert len(server.batches) == 3
        assert batch(server, tmp_path).code == 0
    assert ids(tmp_path) == expected(1)


def test_lines_of_the_error_file(tmp_path: Path) -> None:
    """A request that was refused is not drafted, with its reason and none of its words; one that may pass is asked
    again; lines that are no answer are no answer."""

    def some(rows: list[Row]) -> Ended:
        good = [answer(row) for row in rows[3:]]
        noise = ['{"half a li', "[]", answer({**rows[3], "custom_id": "nobody's"})]
        errors = [refusal(rows[0], 400, "context_length_exceeded"), refusal(rows[1], 500, "server_error")]
        return Ended("completed", noise + good, [*errors, refusal(rows[2], 429, "rate_limit_exceeded")])

    records(tmp_path / "in.jsonl", 5)
    with BatchServer(some) as server:
        ran = batch(server, tmp_path)
    assert ran.code == 1
    assert "the request was refused (400, context_length_exceeded)" in ran.err
    assert "secret" not in ran.err
    assert len(ids(tmp_path)) == 4
    undrafted = list(letters(tmp_path / "out.undrafted.jsonl"))
    assert len(undrafted) == 1
    assert "secret" not in json.dumps(undrafted)


def test_a_truncated_answer(tmp_path: Path) -> None:
    """An answer that was cut is no letter: it counts as an attempt, and the letter is asked for again."""
    records(tmp_path / "in.jsonl", 2)
    with BatchServer(lambda rows: Ended(output=[answer(row, finish="length") for row in rows])) as server:
        assert batch(server, tmp_path).code == 0
        assert len(server.batches) == 3
    for row in letters(tmp_path / "out.jsonl"):
        assert [attempt["outcome"] for attempt in row["attempts"]] == ["cut", "letter", "letter"]


@pytest.mark.parametrize(
    ("ended", "reason"),
    [
        (Ended("failed", codes=["model_not_found"]), "the provider refused the batch (model_not_found)"),
        (Ended("cancelled"), "its batch was cancelled"),
    ],
    ids=["failed", "cancelled"],
)
def test_batches_that_come_to_nothing(tmp_path: Path, ended: Ended, reason: str) -> None:
    """A batch that failed or was cancelled is not begun again by this run, but by the next one."""
    records(tmp_path / "in.jsonl", 2)
    with BatchServer(lambda rows: ended) as server:
        ran = batch(server, tmp_path)
        assert ran.code == 1
        assert reason in ran.err
        assert "secret" not in ran.err
        assert len(server.batches) == 1
        assert batch(server, tmp_path).code == 0


def test_too_much_in_the_queue(tmp_path: Path) -> None:
    """Where the account may queue less, the parts get smaller and go one after the other."""

    def small(rows: list[Row]) -> Ended:
        return complete(rows) if len(rows) <= 2 else Ended("failed", codes=["token_limit_exceeded"])

    records(tmp_path / "in.jsonl", 6)
    with BatchServer(*[small] * 20) as server:
        ran = batch(server, tmp_path)
        assert ran.code == 0, ran.err
        assert len(server.batches) < 20  # beyond, the server takes batches of any size
    assert ids(tmp_path) == expected(6)


def test_ctrl_c_leaves_the_batch_running(tmp_path: Path) -> None:
    """Ctrl-C ends the run, names the batch that goes on, and the next run collects it."""
    records(tmp_path / "in.jsonl", 3)
    with BatchServer() as server:
        server.held = True
        process = start(*arguments(server, tmp_path)[1:])
        while not server.batches and process.poll() is None:
            time.sleep(0.02)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=5)
        assert process.returncode == 130, told
        assert "batch batch_1 goes on at the provider" in told
        assert "Traceback" not in told
        server.held = False
        assert batch(server, tmp_path).code == 0
        assert len(server.batches) == 2


def test_ceiling(tmp_path: Path) -> None:
    """Requests are reserved in full before they are submitted; what has no room is noted, and a higher ceiling goes
    on with the answers that are there."""
    records(tmp_path / "in.jsonl", 20)
    with BatchServer() as server:
        ran = batch(server, tmp_path, "--max-tokens", "500", "--tokens", "30000")
        assert ran.code == 1, ran.err
        assert "the ceiling is reached" in ran.err
        first = sum(len(server.rows(n)) for n in range(len(server.batches)))
        assert 0 < first * 1200 <= 30_000
        ran = batch(server, tmp_path, "--max-tokens", "500", "--tokens", "6000000")
        assert ran.code == 0, ran.err
        asked = Counter(row["custom_id"] for n in range(len(server.batches)) for row in server.rows(n))
    assert ids(tmp_path) == expected(20)
    assert max(asked.values()) == 1


def test_money_is_reserved_at_half_price(tmp_path: Path) -> None:
    """A ceiling of money that a draft fits in only at half price lets it through."""
    records(tmp_path / "in.jsonl", 1)
    with BatchServer() as server:
        ran = batch(server, tmp_path, "--max-tokens", "500", "--money", "0.003", "--attempts", "1", model="gpt-5-mini")
        size = sum(len(m["content"].encode()) for m in server.rows(0)[0]["body"]["messages"])
    assert ran.code == 1, ran.err  # the letter is there, and does not pass
    assert len(ids(tmp_path)) == 1
    assert size * 0.25e-6 + 500 * 2e-6 > 0.003


def test_redacted(tmp_path: Path) -> None:
    """With --redact no name leaves the machine, and the letters hold them."""
    records(tmp_path / "in.jsonl", 3)

    def masked(rows: list[Row]) -> Ended:
        return Ended(output=[answer(row, text="Subject: x\n\nDear ⟦recipient.name⟧,\n\n⟦sender.name⟧") for row in rows])

    names = {str(corpus.incident(i)["recipient"]["name"]) for i in range(1, 4)}
    with BatchServer(masked, masked) as server:
        batch(server, tmp_path, "--redact", "--attempts", "1")
        sent = json.dumps([server.rows(n) for n in range(len(server.batches))])
    assert not any(name in sent for name in names)
    assert all(any(name in row["letter"] for name in names) for row in letters(tmp_path / "out.jsonl"))


def test_goes_on_what_the_local_engine_began(tmp_path: Path) -> None:
    """The journal is the same for every engine: what one has drafted the other does not ask for."""
    source = records(tmp_path / "in.jsonl", 4)
    lines = source.read_text(encoding="utf-8").splitlines(keepends=True)
    with BatchServer() as server:
        source.write_text("".join(lines[:2]), encoding="utf-8")
        assert batch(server, tmp_path).code == 0
        source.write_text("".join(lines), encoding="utf-8")
        ran = batch(server, tmp_path)
        assert "2 done before" in ran.err
        local: list[Any] = arguments(server, tmp_path)
        local[local.index("openai-batch")] = "local"
        assert "4 done before" in run(*local).err
    assert ids(tmp_path) == expected(4)


def test_needs_a_model_with_an_api(tmp_path: Path) -> None:
    """The offline writer has no Batch API: refused with exit code 2, and nothing is written."""
    ran = run("batch", records(tmp_path / "in.jsonl", 1), "-o", tmp_path / "out.jsonl", "--engine", "openai-batch")
    assert ran.code == 2
    assert "needs a model behind an OpenAI-compatible API, not 'offline'" in ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


def test_nobody_there(tmp_path: Path) -> None:
    """A provider that cannot be reached leaves every letter undrafted, with the reason."""
    with BatchServer() as server:
        pass
    records(tmp_path / "in.jsonl", 2)
    ran = batch(server, tmp_path, "--deadline", "1")
    assert ran.code == 1
    assert "cannot be reached" in ran.err
    assert "Traceback" not in ran.err
