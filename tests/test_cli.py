"""The command line: exit codes, streams, files, and no traceback whatever comes in."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path
from typing import get_args

import pytest
from commands import COMMAND, INCIDENT, environment, on_a_terminal, run
from fakes import HANG, ScriptedServer, completion, failure
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from amends import cli_check, cli_draft, output

BAD = "We are looking into it. Best wishes to [Name] and your team.\n"


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a letter that passes."""
    path = tmp_path_factory.mktemp("letters") / "good.txt"
    assert run("draft", INCIDENT, "-o", path).code == 0
    return path


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    """A file with a letter that does not pass."""
    path = tmp_path / "bad.txt"
    path.write_text(BAD, encoding="utf-8")
    return path


def test_draft_prints_the_letter_on_stdout_and_the_verdict_on_stderr() -> None:
    """Stdout holds the letter and nothing else; stderr the verdict and how to choose a model."""
    ran = run("draft", INCIDENT)
    assert ran.code == 0
    assert ran.out.startswith("Subject: ")
    assert "passes" not in ran.out
    assert ran.err.startswith("passes")
    assert "--model NAME" in ran.err


def test_draft_with_a_named_model_gives_no_advice_on_choosing_one() -> None:
    """Who names the offline writer has chosen."""
    assert "--model NAME" not in run("draft", INCIDENT, "-m", "offline").err


def test_draft_as_json_is_what_the_interface_promises() -> None:
    """--format json prints one object with the promised keys."""
    drafted = json.loads(run("draft", INCIDENT, "--format", "json").out)
    assert list(drafted) == ["id", "letter", "subject", "passed", "report", "attempts", "usage", "model"]
    assert drafted["passed"] is True


def test_draft_sends_what_failed_back_and_stops_at_a_pass(server: ScriptedServer, good: Path) -> None:
    """A first letter without responsibility and with a stock phrase, a right second one: exit 0, two requests."""
    letter = good.read_text(encoding="utf-8")
    first = "\n".join(
        line for line in letter.splitlines() if "mistake" not in line and "responsib" not in line
    ).replace("Kind regards", "We apologise for any inconvenience.\n\nKind regards")
    server.script = [completion(first), completion(letter)]
    ran = run("draft", INCIDENT, "-m", "some", "--base-url", server.url)
    assert (ran.code, len(server.requests)) == (0, 2), ran.err
    assert ran.out.strip() == letter.strip()
    assert "any inconvenience" in server.requests[1].text
    assert "448210" in server.requests[1].text


def test_draft_that_never_passes_is_printed_with_its_reasons(server: ScriptedServer) -> None:
    """A model that never complies: the best attempt on stdout, reasons on stderr, exit 1."""
    server.script = [completion(BAD)] * 3
    ran = run("draft", INCIDENT, "-m", "some", "--base-url", server.url)
    assert ran.code == 1
    assert ran.out == BAD
    assert "remorse missing" in ran.err
    assert "attempts were used up" in ran.err


def test_draft_exits_with_3_where_the_model_refuses_the_key(server: ScriptedServer) -> None:
    """One line says what to do, without the key or the server's text."""
    server.script = [failure(401, "invalid_api_key")]
    ran = run("draft", INCIDENT, "-m", "some", "--base-url", server.url)
    assert (ran.code, ran.out) == (3, "")
    assert len(ran.err.splitlines()) == 1
    assert "sk-secret" not in ran.err


def test_draft_falls_back_to_the_offline_writer_and_says_so(server: ScriptedServer) -> None:
    """--fallback offline gives a letter where the model cannot be reached."""
    server.script = [failure(401, "invalid_api_key")]
    ran = run("draft", INCIDENT, "-m", "some", "--base-url", server.url, "--fallback", "offline")
    assert ran.code == 0
    assert "offline writer" in ran.err


def test_draft_from_a_passing_letter_returns_it_byte_for_byte(
    server: ScriptedServer, good: Path, tmp_path: Path
) -> None:
    """A letter that passes needs no request, and keeps its line ends and its missing last one."""
    mine = tmp_path / "mine.txt"
    text = good.read_text(encoding="utf-8").strip().replace("\n", "\r\n")
    mine.write_bytes(text.encode())
    ran = run("draft", INCIDENT, "--from", mine, "-m", "some", "--base-url", server.url)
    assert (ran.code, ran.out, server.requests) == (0, text, [])


def test_draft_from_a_failing_letter_shows_what_changed(server: ScriptedServer, good: Path, bad: Path) -> None:
    """The revised letter goes to stdout, the difference to stderr."""
    server.script = [completion(good.read_text(encoding="utf-8"))]
    ran = run("draft", INCIDENT, "--from", bad, "-m", "some", "--base-url", server.url)
    assert ran.code == 0, ran.err
    assert f"-{BAD.strip()}" in ran.err
    assert "+Subject: " in ran.err


@pytest.mark.parametrize("ending", output.ENDINGS)
def test_draft_writes_by_ending(ending: str, tmp_path: Path) -> None:
    """-o writes the form that the file's ending names, and leaves nothing else behind."""
    path = tmp_path / f"letter{ending}"
    ran = run("draft", INCIDENT, "-o", path)
    assert (ran.code, ran.out) == (0, "")
    assert path.stat().st_size > 300
    assert list(tmp_path.iterdir()) == [path]


def test_draft_never_writes_over_a_file_without_force(server: ScriptedServer, tmp_path: Path) -> None:
    """An existing file is refused before anything is asked of a model, and stays as it is."""
    path = tmp_path / "letter.txt"
    path.write_text("precious")
    ran = run("draft", INCIDENT, "-o", path, "-m", "some", "--base-url", server.url)
    assert (ran.code, server.requests, path.read_text()) == (2, [], "precious")
    assert "--force" in ran.err


def test_draft_with_force_replaces_the_file(tmp_path: Path) -> None:
    """--force writes over it."""
    path = tmp_path / "letter.txt"
    path.write_text("old")
    assert run("draft", INCIDENT, "-o", path, "--force").code == 0
    assert path.read_text(encoding="utf-8").startswith("Subject: ")


def test_draft_refuses_an_unknown_ending() -> None:
    """An ending that names no format is refused with those that do."""
    ran = run("draft", INCIDENT, "-o", "letter.docx")
    assert ran.code == 2
    assert ".eml" in ran.err


def test_draft_reads_a_record_on_stdin() -> None:
    """`-` reads the record from stdin, whichever of its three forms it has."""
    from amends import Incident

    as_json = Incident.load(INCIDENT).model_dump_json(exclude_defaults=True).encode()
    expected = run("draft", INCIDENT).out
    assert run("draft", "-", stdin=INCIDENT.read_bytes()).out == expected
    assert run("draft", "-", stdin=as_json).out == expected


def test_a_base_url_without_a_model_is_a_usage_error() -> None:
    """Nobody is called by a base URL alone."""
    ran = run("draft", INCIDENT, "--base-url", "http://127.0.0.1:9/v1")
    assert ran.code == 2
    assert "no model" in ran.err


def test_a_record_with_problems_gets_all_of_them_named(tmp_path: Path) -> None:
    """Exit 2, a line for each problem with the file's name and the field's path."""
    path = tmp_path / "record.toml"
    path.write_text('id = "1"\nscenario = "biling_error"\nlanguage = "xx"\n', encoding="utf-8")
    ran = run("draft", path)
    assert ran.code == 2
    assert "billing_error" in ran.err
    assert "language" in ran.err
    assert all(line.startswith(f"amends: {path}: ") for line in ran.err.splitlines())


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (b"\x89PNG\r\n\0\0", "not a text file"),
        (b"Caf\xe9", "not UTF-8"),
        (b"x" * 1_000_001, "1,000,000 bytes"),
        (b"x" * 300_000, "200,000"),
    ],
)
def test_what_is_no_letter_gets_one_clear_line(content: bytes, says: str, tmp_path: Path) -> None:
    """Empty, binary, wrongly encoded and huge files: exit 2, one line with the file's name or the limit."""
    path = tmp_path / "letter.txt"
    path.write_bytes(content)
    ran = run("check", path)
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (2, "", 1)
    assert says in ran.err


def test_a_missing_file_and_a_folder_get_one_clear_line(tmp_path: Path) -> None:
    """Both are named with what is wrong."""
    for path, says in ((tmp_path / "none.txt", "no such file"), (tmp_path, "is a directory")):
        ran = run("check", path)
        assert (ran.code, ran.out, len(ran.err.splitlines())) == (2, "", 1)
        assert says in ran.err


def test_stdin_cannot_be_two_things() -> None:
    """Letter and record cannot both come from stdin."""
    assert run("check", "-", "--incident", "-", stdin=b"x").code == 2
    assert run("draft", "-", "--from", "-", stdin=b"x").code == 2


def test_check_passes_and_fails_by_its_exit_code(good: Path, bad: Path) -> None:
    """0 for a letter that passes with its record, 1 for one that does not; the verdict on stdout."""
    passes, fails = run("check", good, "--incident", INCIDENT), run("check", bad)
    assert (passes.code, passes.err, fails.code, fails.err) == (0, "", 1, "")
    assert passes.out.startswith("passes")
    assert fails.out.startswith("does not pass: salutation missing")
    assert "“[Name]”" in fails.out


def test_check_as_json_is_the_report(good: Path) -> None:
    """--format json is what report.model_dump gives, from a file as from stdin."""
    from amends import Report

    ran = run("check", "-", "--format", "json", "--incident", INCIDENT, stdin=good.read_bytes())
    assert Report.model_validate_json(ran.out).passed


def test_check_with_the_ledger_tells_where_each_claim_comes_from(good: Path) -> None:
    """--ledger adds the claims with their fields, and what the letter does not state."""
    ran = run("check", good, "--incident", INCIDENT, "--ledger")
    assert "ledger: " in ran.out
    assert "not stated: " in ran.out


def test_the_formats_are_those_of_output() -> None:
    """What --format offers is what output.py can write."""
    assert get_args(cli_draft.Format) == tuple(output.FORMATS)
    assert get_args(cli_check.Format) == tuple(output.CHECK_FORMATS)


@pytest.mark.parametrize("arguments", [["rubric"], ["scenarios"], ["prompt", str(INCIDENT)], ["new", "outage"]])
def test_the_commands_that_show_print_on_stdout_only(arguments: list[str]) -> None:
    """Exit 0, something on stdout, nothing on stderr."""
    ran = run(*arguments)
    assert (ran.code, ran.err) == (0, "")
    assert len(ran.out) > 200


def test_prompt_as_json_is_a_list_of_messages() -> None:
    """Roles and contents, as they would be sent."""
    messages = json.loads(run("prompt", INCIDENT, "--format", "json").out)
    assert [message["role"] for message in messages] == ["system", "user"]
    assert "448210" in messages[1]["content"]


def test_scenarios_as_json_is_a_list() -> None:
    """One entry a scenario, with when to use it."""
    listed = json.loads(run("scenarios", "--format", "json").out)
    assert len(listed) == 23
    assert {"id", "use_when", "not_when"} <= set(listed[0])


def test_scenarios_for_a_record_suggests_one_with_the_reason(tmp_path: Path) -> None:
    """A record that names no scenario gets one, and the words that speak for it."""
    path = tmp_path / "record.toml"
    path.write_text('language = "pl"\nwhat_happened = "Dwukrotnie pobraliśmy abonament za maj."\n', encoding="utf-8")
    ran = run("scenarios", "--for", path)
    assert ran.code == 0
    assert ran.out.startswith("billing_error: says “Dwukrotnie pobra")


def test_rubric_explains_one_verdict_in_a_language() -> None:
    """What counts, what does not, what to do, and the source; a wrong name gets the nearest right one."""
    ran = run("rubric", "--explain", "remorse", "--language", "el")
    assert ran.code == 0
    assert "source: 004 §2" in ran.out
    assert "did you mean 'remorse'?" in run("rubric", "--explain", "remorce").err


def test_new_prints_a_record_that_loads(tmp_path: Path) -> None:
    """What `amends new` prints is a record as it is."""
    path = tmp_path / "record.toml"
    path.write_text(run("new", "billing_error").out, encoding="utf-8")
    assert run("prompt", path).code == 0


def test_version_and_help_and_no_arguments() -> None:
    """--version names the version; a wrong command is a usage error with the way to the help."""
    assert run("--version").out.startswith("amends 0.")
    assert "check" in run("--help").out
    wrong = run("chekc")
    assert wrong.code == 2
    assert "--help" in wrong.err


def test_what_a_terminal_would_obey_does_not_reach_it(tmp_path: Path) -> None:
    """An escape sequence in a letter is shown as a picture, on a terminal and in the verdict's quotations."""
    path = tmp_path / "letter.txt"
    path.write_text("Dear \x1b]0;owned\x07 Ms \x9b31mLee,\n\nWe are sorry.\n\n\x1b[2JKind regards\nAnna\n", "utf-8")
    shown = on_a_terminal("check", path, NO_COLOR="1")
    assert "␛]0;owned␇" in shown
    assert "\x1b]0" not in shown
    assert "\x1b[2J" not in shown
    assert "\x9b" not in shown
    assert "\x1b]0" not in run("check", path).out


def test_colour_is_for_terminals_that_want_it(bad: Path) -> None:
    """Colour on a terminal, none with NO_COLOR, none in a pipe."""
    assert "\x1b[1;31m" in on_a_terminal("check", bad)
    assert "\x1b[1;31m" not in on_a_terminal("check", bad, NO_COLOR="1")
    assert "\x1b[" not in run("check", bad).out


def test_a_terminal_gets_the_letter_and_a_table() -> None:
    """On a terminal the letter comes with its elements marked, and the verdict as a table."""
    shown = on_a_terminal("draft", INCIDENT)
    assert "Dear Ms Lee" in shown
    assert "words or reason" in shown
    assert "\x1b[36mDear Ms Lee" in shown


def test_a_reader_that_had_enough_is_no_error(good: Path) -> None:
    """`amends check … | head -1` is quiet, and the exit code is the verdict's."""
    command = f"{COMMAND} check {good} --incident {INCIDENT} | true; echo ${{PIPESTATUS[0]}}"
    ran = subprocess.run(["bash", "-c", command], capture_output=True, text=True, env=environment(), check=True)
    assert (ran.stdout, ran.stderr) == ("0\n", "")


def test_a_full_disk_is_one_line(good: Path) -> None:
    """Where stdout cannot be written, one line says so."""
    with open("/dev/full", "w") as full:
        ran = subprocess.run(
            [COMMAND, "check", good], stdout=full, stderr=subprocess.PIPE, text=True, env=environment()
        )
    assert ran.returncode == 2
    assert ran.stderr == "amends: output: no space left on device\n"


def test_an_interrupt_ends_with_130(server: ScriptedServer) -> None:
    """Ctrl-C while a model is silent: exit 130, no traceback, within seconds."""
    server.script = [HANG]
    command = [COMMAND, "draft", str(INCIDENT), "-m", "some", "--base-url", server.url]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment()
    ) as process:
        end = time.monotonic() + 30
        while not server.requests and time.monotonic() < end:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (130, "")
    assert "Traceback" not in err


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.one_of(st.binary(max_size=400), st.text(max_size=400).map(lambda text: text.encode("utf-8", "replace")))
)
def test_whatever_comes_in_gets_a_verdict_or_one_line(content: bytes) -> None:
    """Any bytes as a letter: exit 0, 1 or 2, never a traceback, never a control character on stderr."""
    ran = run("check", "-", stdin=content)
    assert ran.code in (0, 1, 2)
    assert "Traceback" not in ran.err
    assert "\x1b" not in ran.err + ran.out
