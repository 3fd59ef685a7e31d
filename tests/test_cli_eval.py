"""`amends eval`: runs, conditions, comparisons, recordings and errors."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest
from commands import COMMAND, ROOT, environment, on_a_terminal, run
from fakes import HANG, ScriptedServer, completion, failure

from amends import Drafter
from amends.evaluation.gold import load_gold
from amends.evaluation.recording import Recording
from amends.evaluation.result import load
from amends.evaluation.run import evaluate
from amends.incident import Incident
from amends.rubric.verdicts import meanings
from amends.usage import Completion, Message, Usage

GOLD = load_gold(ROOT / "evals" / "gold" / "en")
OFFLINE = ("eval", "--model", "offline", "--language", "pl", "--limit", "3")


class Obedient:
    """A model that writes the gold letter, without the sentences on prevention where no message asks for them."""

    name = "scripted"
    instruction = meanings("en")["prevention"].instruction

    async def write(
        self, messages: list[Message], *, max_tokens: int | None = None, incident: Incident | None = None
    ) -> Completion:
        assert incident is not None
        one = next(one for one in GOLD if one.id == incident.id)
        letter = one.letter
        if not any(self.instruction in message["content"] for message in messages):
            for sentence in one.carriers.get("prevention", ()):
                letter = letter.replace(sentence, "")
        return Completion(letter, Usage(1, 1000, 0, 200))


class Forgetful(Obedient):
    """The same model, asked by somebody who leaves the instruction on prevention out of every message."""

    async def write(
        self, messages: list[Message], *, max_tokens: int | None = None, incident: Incident | None = None
    ) -> Completion:
        kept = [{**m, "content": m["content"].replace(self.instruction, "")} for m in messages]
        return await super().write(kept, max_tokens=max_tokens, incident=incident)


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the recordings of both models over the same gold letters."""
    folder = tmp_path_factory.mktemp("recordings")
    for name, model in (("asked", Obedient()), ("not_asked", Forgetful())):
        asyncio.run(evaluate(Drafter(model), GOLD, Recording(folder / f"{name}.txt", model)))
    return folder


def replayed(recordings: Path, name: str, out: Path) -> Path:
    """Replay a recording with the command and return the run's file."""
    done = run("eval", "--recording", recordings / f"{name}.txt", "--language", "en", "-o", out)
    assert done.code == 0, done.err
    assert ", 0 asked for" in done.err
    return out


def test_diff_finds_a_planted_regression(recordings: Path, tmp_path: Path) -> None:
    """A recording made without the instruction on prevention is worse, and the letters say what they lack."""
    before = replayed(recordings, "asked", tmp_path / "before.json")
    after = replayed(recordings, "not_asked", tmp_path / "after.json")
    found = run("eval", "diff", before, after, "--format", "json")
    assert found.code == 1
    comparison = json.loads(found.out)
    rate = comparison["differences"]["pass_rate"]
    assert rate["before"] == 1.0
    assert rate["high"] < 0
    assert comparison["p"] < 0.05
    assert {name for change in comparison["changes"] for name in change["broken"]} == {"prevention"}
    assert "worse: pass_rate: 1.000 before" in found.err
    assert run("eval", "diff", after, before).code == 0


def test_diff_passes_on_two_identical_runs(recordings: Path, tmp_path: Path) -> None:
    """The same recording replayed twice shows no difference at all."""
    runs = [replayed(recordings, "asked", tmp_path / f"{n}.json") for n in (1, 2)]
    found = run("eval", "diff", *runs, "--format", "json", "--margin", "0")
    assert found.code == 0
    comparison = json.loads(found.out)
    assert comparison["changes"] == []
    assert all(d["difference"] == d["low"] == d["high"] == 0 for d in comparison["differences"].values())


def test_no_worse_than_stops_a_build(recordings: Path, tmp_path: Path) -> None:
    """Beside an earlier run the build stops with 1 where a share fell, and the JUnit file says which."""
    before = replayed(recordings, "asked", tmp_path / "before.json")
    after = replayed(recordings, "not_asked", tmp_path / "after.json")
    junit = tmp_path / "junit.xml"
    assert run("eval", "show", after, "--no-worse-than", before, "--margin", "0.02", "--junit", junit).code == 1
    failed = [c.get("name") for c in ElementTree.parse(junit).iter("testcase") if c.find("failure") is not None]
    assert "pass_rate no worse than before by 0.02" in failed
    assert run("eval", "show", before, "--no-worse-than", before, "--junit", junit).code == 0
    assert not list(ElementTree.parse(junit).iter("failure"))


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        (("--fail-under", "pass_rate=0.95"), 0),
        (("--fail-under", "pass_rate=1.01"), 1),
        (("--fail-over", "faults=0"), 0),
        (("--fail-over", "length=0.1"), 1),
        (("--fail-under", "pass=1"), 2),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) else "",
)
def test_conditions_decide_the_exit_code(condition: tuple[str, str], code: int, tmp_path: Path) -> None:
    """0 where the conditions are met, 1 where not; an unknown one is refused before anything is drafted."""
    done = run(*OFFLINE, *condition, "-o", tmp_path / "run.json")
    assert done.code == code, done.err
    assert (tmp_path / "run.json").exists() == (code != 2)
    assert ("3 letters, 0 not drafted" in done.out) == (code != 2)


def test_the_lists_of_metrics_in_the_error(tmp_path: Path) -> None:
    """An unknown metric is an error that lists those there are."""
    done = run(*OFFLINE, "--fail-under", "pass=1", "-o", tmp_path / "run.json")
    assert "there are drafted, first_pass, pass_rate, elements" in done.err


def test_the_run_is_kept_with_its_signature(tmp_path: Path) -> None:
    """The file holds what was printed, and `show` prints the same figures again."""
    done = run(*OFFLINE, "--scenario", "delay", "--repeat", "2", "-o", tmp_path / "run.json", "--format", "md")
    assert done.code == 0, done.err
    kept = load(tmp_path / "run.json")
    assert (kept.signature.languages, kept.signature.scenarios, len(kept.cases)) == (["pl"], ["delay"], 2)
    assert run("eval", "show", tmp_path / "run.json", "--format", "md").out == done.out


def test_an_existing_run_is_not_written_over(tmp_path: Path) -> None:
    """A file that is there stays, unless --force says otherwise."""
    (tmp_path / "run.json").write_text("mine")
    done = run(*OFFLINE, "-o", tmp_path / "run.json")
    assert (done.code, (tmp_path / "run.json").read_text()) == (2, "mine")
    assert run(*OFFLINE, "-o", tmp_path / "run.json", "--force").code == 0


def test_a_killed_run_goes_on(server: ScriptedServer, tmp_path: Path) -> None:
    """What was answered before a kill is not asked again; only what was under way is."""
    letters = [completion(one.letter) for one in GOLD[:6]]
    server.script = [*letters[:3], letters[3]._replace(seconds=60), *letters[3:]]
    command = [
        COMMAND, "eval", "--model", "m", "--base-url", server.url, "--language", "en", "--limit", "6",
        "--parallel", "1", "--attempts", "1", "-o", str(tmp_path / "run.json"),
    ]  # fmt: skip
    settings = environment(PYTHONPATH=str(ROOT / "src"))
    with subprocess.Popen(command, env=settings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as killed:
        until = time.monotonic() + 60
        while len(server.requests) < 4 and time.monotonic() < until:
            time.sleep(0.05)
        os.kill(killed.pid, signal.SIGKILL)
    assert not (tmp_path / "run.json").exists()
    done = subprocess.run(command, env=settings, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert f"answers: 3 were in {tmp_path / 'run.answers.txt'}, 3 asked for" in done.stderr
    assert len(server.requests) == 7
    assert [case.letter for case in load(tmp_path / "run.json").cases] == [one.letter for one in GOLD[:6]]


def test_what_could_not_be_drafted_is_told(server: ScriptedServer, tmp_path: Path) -> None:
    """Letters that could not be drafted are counted with their reason, and a condition fails for want of them."""
    server.script = [failure(401), completion("Αγαπητή κυρία")]
    done = run(
        "eval", "--model", "m", "--base-url", server.url, "--language", "el", "--limit", "2", "--attempts", "1",
        "-o", tmp_path / "run.json", "--fail-under", "pass_rate=0",
    )  # fmt: skip
    assert done.code == 1
    assert "2 letters, 1 not drafted" in done.out
    assert "model 'm' at 127.0.0.1" in done.out
    assert "NOT MET: drafted ≥ 1: 0.5: el-gold-" in done.err
    assert "met: pass_rate ≥ 0: 0" in done.err


def test_no_letter_at_all(server: ScriptedServer, tmp_path: Path) -> None:
    """A model that gives nothing ends with 3, and the run is kept with the reasons."""
    server.script = [failure(401)]
    done = run(
        "eval", "--model", "m", "--base-url", server.url, "--language", "el", "--limit", "1",
        "-o", tmp_path / "run.json",
    )  # fmt: skip
    assert done.code == 3
    assert "amends: no letter could be drafted: model 'm' at 127.0.0.1" in done.err
    assert "1 letter, 1 not drafted" in done.out
    assert not load(tmp_path / "run.json").cases[0].drafted


def test_a_server_on_this_machine_gets_one_letter_at_a_time(server: ScriptedServer, tmp_path: Path) -> None:
    """A small local model answers one by one: requests that wait in its queue would only run out of time."""
    server.script = [completion(one.letter)._replace(seconds=0.4) for one in GOLD[:3]]
    done = run(
        "eval", "--model", "m", "--base-url", server.url, "--language", "en", "--limit", "3", "--attempts", "1",
        "-o", tmp_path / "run.json",
    )  # fmt: skip
    assert done.code == 0, done.err
    first, second, third = (request.at for request in server.requests)
    assert min(second - first, third - second) >= 0.4


def test_interrupted(server: ScriptedServer, tmp_path: Path) -> None:
    """Ctrl-C ends with 130 and says how to go on."""
    server.script = [completion(GOLD[0].letter), HANG]
    command = [
        COMMAND, "eval", "--model", "m", "--base-url", server.url, "--language", "en", "--limit", "2",
        "--attempts", "1", "-o", str(tmp_path / "run.json"),
    ]  # fmt: skip
    settings = environment(PYTHONPATH=str(ROOT / "src"))
    with subprocess.Popen(command, env=settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as stopped:
        until = time.monotonic() + 60
        while len(server.requests) < 2 and time.monotonic() < until:
            time.sleep(0.05)
        os.kill(stopped.pid, signal.SIGINT)
        out, err = stopped.communicate(timeout=30)
    assert (stopped.returncode, out) == (130, "")
    assert "interrupted; run the same command again to go on" in err
    assert "Traceback" not in err


def test_make_eval(tmp_path: Path) -> None:
    """`python -m evals` is amends eval over the project's gold letters, by the offline writer."""
    done = subprocess.run(
        [sys.executable, "-m", "evals", "--limit", "1", "-o", str(tmp_path / "run.json")],
        cwd=ROOT, env=environment(PYTHONPATH=str(ROOT / "src")), capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    signature = load(tmp_path / "run.json").signature
    assert (signature.model, signature.languages) == ("offline", ["ar", "el", "en", "pl", "zh"])
    assert "pass_rate" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--model", "offline"], "-o FILE is missing"),
        (["--model", "offline", "-o", "no/such/run.json"], "its folder does not exist"),
        (["-o", "{}/r.json", "--language", "xx"], "language: no gold letter has 'xx'"),
        (["-o", "{}/r.json", "--gold", "{}"], "holds no .toml file with a gold letter"),
        (["-o", "{}/r.json", "--recording", "{}/none.txt"], "none.txt: cannot be read"),
        (["-o", "{}/bad.json", "--force", "--recording", "{}/bad.json"], "bad.json: is the recording"),
        (["-o", "{}/r.json", "--no-worse-than", "{}/bad.json"], "bad.json: is not JSON"),
        (["-o", "{}/r.json", "--letter-date", "soon"], "is not a date"),
        (["show", "{}/bad.json"], "bad.json: is not JSON"),
        (["diff", "{}/bad.json", "{}/none.json"], "bad.json: is not JSON"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_bad_usage(arguments: list[str], problem: str, tmp_path: Path) -> None:
    """What cannot work is one line on stderr and exit code 2, and nothing is written."""
    (tmp_path / "bad.json").write_text("{")
    done = run("eval", *(word.replace("{}", str(tmp_path)) for word in arguments))
    assert done.code == 2
    assert problem in done.err
    assert "Traceback" not in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["bad.json"]


def test_progress_on_a_terminal_only(tmp_path: Path) -> None:
    """A terminal shows how far it is; a pipe gets the figures and nothing else."""
    assert "3 of 3 · 3 passed · 0 not drafted" in on_a_terminal(
        *OFFLINE, "-o", tmp_path / "run.json", PYTHONPATH=str(ROOT / "src")
    )
    assert "of 3" not in run(*OFFLINE, "-o", tmp_path / "again.json").err
