"""Batches as users run them: processes against a loopback server, killed, interrupted and out of disk."""

from __future__ import annotations

import asyncio
import json
import random
import resource
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from batches import corpus, letters, records, server, start, stats
from commands import INCIDENT, run
from fakes import ScriptedModel

from amends import Drafter, Incident, ModelError
from amends.batch.journal import Journal, key_of
from amends.errors import UsageError
from amends.usage import Completion, Message, Usage


def ended(process: subprocess.Popen[str], within: float = 60) -> tuple[int, str]:
    """Return the exit code and stderr of *process*."""
    _, told = process.communicate(timeout=within)
    return process.returncode, told


def test_killed_again_and_again(tmp_path: Path) -> None:
    """Whenever it is killed: the next run goes on, no letter is lost, doubled or half written."""
    source, out = records(tmp_path / "in.jsonl", 60), tmp_path / "out.jsonl"
    luck = random.Random(7)
    with server(latency_ms=30) as url:
        for _ in range(3):
            process = start(source, "-o", out, "-m", "mock", "--base-url", url, "--concurrency", "4")
            time.sleep(luck.uniform(0.7, 1.6))
            process.kill()
            process.communicate()
        code, told = ended(start(source, "-o", out, "-m", "mock", "--base-url", url))
    assert code in (0, 1), told
    assert Counter(row["id"] for row in letters(out)) == Counter(corpus.ref(i) for i in range(1, 61))


def test_half_a_line_is_cut(tmp_path: Path) -> None:
    """Half a line that a power cut left is cut off, and its letter drafted again."""
    source, out = records(tmp_path / "in.jsonl", 3), tmp_path / "out.jsonl"
    assert run("batch", source, "-o", out).code == 0
    whole = out.read_bytes()
    out.write_bytes(whole[:-40])
    again = run("batch", source, "-o", out)
    assert "1 passed" in again.err
    assert "2 done before" in again.err
    assert len(list(letters(out))) == 3


def test_nothing_is_drafted_twice(tmp_path: Path) -> None:
    """A second run of the same command asks for nothing."""
    source, out = records(tmp_path / "in.jsonl", 3), tmp_path / "out.jsonl"
    run("batch", source, "-o", out)
    before = out.read_bytes()
    again = run("batch", source, "-o", out)
    assert "3 done before" in again.err
    assert "0 requests" in again.err
    assert out.read_bytes() == before


def test_two_runs_refuse_each_other(tmp_path: Path) -> None:
    """While one run writes, another one on the same output is refused with exit code 2."""
    source, out = records(tmp_path / "in.jsonl", 40), tmp_path / "out.jsonl"
    with server(latency_ms=200) as url:
        first = start(source, "-o", out, "-m", "mock", "--base-url", url, "--concurrency", "2")
        while not out.exists() and first.poll() is None:
            time.sleep(0.02)
        code, told = ended(start(source, "-o", out, "-m", "mock", "--base-url", url))
        first.kill()
        first.communicate()
    assert code == 2
    assert "another run is writing it" in told


def test_other_settings_are_told_apart(tmp_path: Path) -> None:
    """Letters of other settings are not mixed into an output: the run is refused, and names what changed."""
    source, out = records(tmp_path / "in.jsonl", 2), tmp_path / "out.jsonl"
    run("batch", source, "-o", out)
    refused = run("batch", source, "-o", out, "--attempts", "5")
    assert refused.code == 2
    assert "attempts: 3 then, 5 now" in refused.err


def test_a_changed_record_is_drafted_anew(tmp_path: Path) -> None:
    """A record that changed gets a new letter, and the old one goes."""
    source, out = records(tmp_path / "in.jsonl", 3), tmp_path / "out.jsonl"
    run("batch", source, "-o", out)
    records(source, 3, recipient={"name": "Zoë Ångström"})
    again = run("batch", source, "-o", out)
    assert "3 letters of records that have changed since were replaced" in again.err
    assert [row["letter"].count("Zoë Ångström") for row in letters(out)] == [1, 1, 1]


def test_a_foreign_output_is_left_alone(tmp_path: Path) -> None:
    """A file that no batch wrote is never written over."""
    source, out = records(tmp_path / "in.jsonl", 1), tmp_path / "out.jsonl"
    out.write_text("my letters\n", encoding="utf-8")
    assert run("batch", source, "-o", out).code == 2
    assert out.read_text(encoding="utf-8") == "my letters\n"


def test_bad_lines_are_set_aside(tmp_path: Path) -> None:
    """A bad line is told with its number and set aside; the rest goes on, and the exit code is 1."""
    good, out = corpus.incident(1), tmp_path / "out.jsonl"
    rows = [json.dumps(good), '{"id": ', "", json.dumps(good), json.dumps({**corpus.incident(2), "scenaro": "delay"})]
    (tmp_path / "in.jsonl").write_text("\n".join(rows), encoding="utf-8")
    ran = run("batch", tmp_path / "in.jsonl", "-o", out)
    assert ran.code == 1
    assert "line 5: rejected: scenaro: unknown field (did you mean scenario?)" in ran.err
    rejected = list(letters(tmp_path / "out.rejected.jsonl"))
    assert [row["line"] for row in rejected] == [2, 4, 5]
    assert rejected[0]["record"] == '{"id":'
    assert [row["id"] for row in letters(out)] == [good["id"]]


def test_a_full_disk(tmp_path: Path) -> None:
    """A disk that fills up ends the run with its reason, no half line is left, and the next run goes on."""
    source, out = records(tmp_path / "in.jsonl", 20), tmp_path / "out.jsonl"

    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    code, told = ended(start(source, "-o", out, preexec_fn=small))
    assert code == 2
    assert "out.jsonl" in told
    assert "Traceback" not in told
    assert out.read_bytes().endswith(b"}\n")
    assert 0 < len(list(letters(out))) < 20
    assert ended(start(source, "-o", out))[0] in (0, 1)
    assert len(list(letters(out))) == 20


@pytest.mark.parametrize("presses", [1, 2])
def test_ctrl_c(tmp_path: Path, presses: int) -> None:
    """The first Ctrl-C finishes what is under way, the second ends within a second; both with exit code 130."""
    source, out = records(tmp_path / "in.jsonl", 200), tmp_path / "out.jsonl"
    with server(latency_ms=1000 if presses == 1 else 30_000) as url:
        process = start(source, "-o", out, "-m", "mock", "--base-url", url, "--concurrency", "4", "--attempts", "1")
        while stats(url)["requests"] < 4 and process.poll() is None:
            time.sleep(0.05)
        for _ in range(presses):
            pressed = time.monotonic()
            process.send_signal(signal.SIGINT)
            time.sleep(0.1)
        code, told = ended(process, 20)
        asked = stats(url)["requests"]
    assert code == 130, told
    assert "Traceback" not in told
    assert "go on" in told
    if presses == 1:
        assert 4 <= asked < 200
        assert len(list(letters(out))) == asked
    else:
        assert time.monotonic() - pressed < 1.5


class Failing(ScriptedModel):
    """A model that cannot be reached at first."""

    down = True

    async def write(
        self, messages: list[Message], *, max_tokens: int | None = None, incident: Incident | None = None
    ) -> Completion:
        if self.down:
            raise ModelError("model 'x' cannot be reached", requests=1)
        assert incident is not None
        return Completion(corpus.letter(int(incident.id[4:])), Usage(1, 1000, 0, 200))


def test_what_is_not_drafted_is_taken_up_again(tmp_path: Path) -> None:
    """Without an answer an incident is noted as not drafted, with the reason; the next run drafts it."""
    from amends.batch.run import Batch
    from amends.batch.source import lines

    source, out, model = records(tmp_path / "in.jsonl", 3), tmp_path / "out.jsonl", Failing([])

    def once() -> Any:
        return asyncio.run(Batch(Drafter(model), lines(str(source)), out, processes=0).run())

    counts = once()
    assert (counts.undrafted, counts.passed) == (3, 0)
    assert next(letters(tmp_path / "out.undrafted.jsonl")) == {
        "id": "INC-000001", "reason": "model 'x' cannot be reached",
    }  # fmt: skip
    model.down = False
    counts = once()
    assert (counts.undrafted, counts.done) == (0, 3)
    assert not (tmp_path / "out.undrafted.jsonl").exists()


def test_library(tmp_path: Path) -> None:
    """Drafter.batch() reads an endless iterable no further than it must, and gives results as they come."""
    taken: list[int] = []

    def endless() -> Any:
        for number in range(10**9):
            taken.append(number)
            yield Incident.load(corpus.incident(number + 1))

    async def some() -> list[str]:
        found = []
        async for result in Drafter().batch(endless(), concurrency=3):
            found.append(result.incident.id)
            if len(found) == 5:
                break
        return found

    found = asyncio.run(some())
    assert len(set(found)) == 5
    assert len(taken) < 20


def test_csv_and_folder(tmp_path: Path) -> None:
    """A CSV with a mapping and a folder of records give the same letters as JSON Lines."""
    plain = {
        "scenario": "delay",
        "language": "en",
        "what_happened": "The parcel came late.",
        "company.name": "Fernhill",
    }
    row = {
        **plain,
        "ticket": "T-1",
        "customer": "Anna Ślązak",
        "sender.name": "Jo Berg",
        "contact.email": "a@b.example",
        "remedies[0].action": "a new parcel",
        "remedies[0].status": "done",
    }
    (tmp_path / "in.csv").write_text(
        ",".join(row) + "\n" + ",".join(row.values()) + "\n", encoding="utf-8-sig"
    )  # fmt: skip
    named = ["--map", "id=ticket", "--map", "recipient.name=customer"]
    ran = run("batch", tmp_path / "in.csv", "-o", tmp_path / "a.jsonl", *named)
    assert "rejected" not in ran.err, ran.err
    folder = tmp_path / "records"
    folder.mkdir()
    record = {"id": "T-1", "scenario": "delay", "language": "en", "what_happened": "The parcel came late.",
              "company": {"name": "Fernhill"}, "recipient": {"name": "Anna Ślązak"}, "sender": {"name": "Jo Berg"},
              "contact": {"email": "a@b.example"},
              "remedies": [{"action": "a new parcel", "status": "done"}]}  # fmt: skip
    (folder / "one.json").write_text(json.dumps(record), encoding="utf-8")
    ran = run("batch", folder, "-o", tmp_path / "b.jsonl")
    assert "rejected" not in ran.err, ran.err
    (one,), (other,) = letters(tmp_path / "a.jsonl"), letters(tmp_path / "b.jsonl")
    assert (one["key"], one["letter"], one["report"]) == (other["key"], other["letter"], other["report"])


@pytest.mark.parametrize("pairs", [["id"], ["id=a", "id=b"]], ids=["no pair", "twice"])
@pytest.mark.parametrize("command", ["batch", "merge"])
def test_map_wants_pairs(tmp_path: Path, command: str, pairs: list[str]) -> None:
    """--map without a pair, or with a field twice, is refused with exit code 2 by every command that has it."""
    source = [tmp_path / "in.csv"] if command == "batch" else [INCIDENT, tmp_path / "in.csv"]
    given = [word for pair in pairs for word in ("--map", pair)]
    ran = run(command, *source, "-o", tmp_path / "out", *given)
    assert ran.code == 2
    assert "--map: write FIELD=COLUMN, each field once" in ran.err


def test_stdin(tmp_path: Path) -> None:
    """Records come from a pipe as well."""
    ran = run("batch", "-", "-o", tmp_path / "out.jsonl", stdin=json.dumps(corpus.incident(3)).encode())
    assert ran.code == 0, ran.err


def test_ctrl_c_while_a_pipe_is_silent(tmp_path: Path) -> None:
    """What waits for a pipe that says nothing more ends at the first Ctrl-C, with what was drafted in the output."""
    out = tmp_path / "out.jsonl"
    with start("-", "-o", out, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        process.stdin.write(json.dumps(corpus.incident(3)) + "\n")
        process.stdin.flush()
        while process.poll() is None and not (out.exists() and out.stat().st_size):
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 130
    assert [letter["id"] for letter in letters(out)] == [corpus.ref(3)]


def test_money_ceiling_needs_a_price(tmp_path: Path) -> None:
    """A money ceiling where no price is known is refused before anything is asked."""
    source = records(tmp_path / "in.jsonl", 1)
    nobody = ["-m", "nobody-knows", "--base-url", "http://127.0.0.1:9/v1"]
    ran = run("batch", source, "-o", tmp_path / "o.jsonl", *nobody, "--money", "1")
    assert ran.code == 2
    assert "no price is known" in ran.err


def test_token_ceiling_holds(tmp_path: Path) -> None:
    """What the server counts never goes over the ceiling, what is left is noted, and a higher one goes on."""
    source, out = records(tmp_path / "in.jsonl", 40), tmp_path / "out.jsonl"
    with server(latency_ms=20) as url:
        asked = ["batch", source, "-o", out, "-m", "mock", "--base-url", url, "--max-tokens", "500"]
        ran = run(*asked, "--tokens", "60000")
        used = sum(row["usage"]["input_tokens"] + row["usage"]["output_tokens"] for row in letters(out))
        assert ran.code == 1
        assert "the ceiling is reached" in ran.err
        assert 20_000 < used <= 60_000
        assert run(*asked, "--tokens", "6000000").code in (0, 1)
    assert len(list(letters(out))) == 40


def test_key_depends_on_record_and_settings() -> None:
    """Another record or another setting is another key."""
    keys = {key_of("a", {"model": "x"}), key_of("b", {"model": "x"}), key_of("a", {"model": "y"})}
    assert len(keys) == 3


def test_lock_is_given_back(tmp_path: Path) -> None:
    """An output that was closed can be opened again, one that is open cannot."""
    with Journal(tmp_path / "o.jsonl", {}), pytest.raises(UsageError), Journal(tmp_path / "o.jsonl", {}):
        pass
    with Journal(tmp_path / "o.jsonl", {}):
        pass
