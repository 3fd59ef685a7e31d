"""The file of a finished evaluation."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from runs import a_case, a_run

from amends.errors import DataError, UsageError
from amends.evaluation.result import VERSION, dumps, load, save


def test_saved_and_loaded_is_the_same(tmp_path: Path) -> None:
    """What is loaded equals what was saved: letters, verdicts with spans, ledger, attempts, and what has no letter."""
    run = a_run([a_case("pl-a"), a_case("ar-b", language="ar", problem="model 'm': could not be reached")])
    save(run, tmp_path / "run.json")
    assert load(tmp_path / "run.json") == run
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]


def test_a_failed_save_leaves_the_old_file(tmp_path: Path) -> None:
    """Where a run cannot be written, an error says so and nothing half written is left."""
    with pytest.raises(UsageError, match="cannot be written: no such file or directory"):
        save(a_run([]), tmp_path / "no folder" / "run.json")
    assert not list(tmp_path.iterdir())


def test_what_is_added_later_is_left_alone(tmp_path: Path) -> None:
    """A field that this version does not know keeps nobody from reading the file."""
    table = json.loads(dumps(a_run([a_case("a")])))
    table["cases"][0]["mood"] = "żółć"
    (tmp_path / "run.json").write_text(json.dumps(table), "utf-8")
    assert load(tmp_path / "run.json") == a_run([a_case("a")])


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("{", "is not JSON"),
        ("[1]", "is no run"),
        ('{"passed": true}', "is no run"),
        (json.dumps({"format": "amends-eval", "version": VERSION + 1}), f"is of version {VERSION + 1}, and this"),
        (json.dumps({"format": "amends-eval", "version": VERSION, "cases": [{"gold": 1}]}), r"cases\[0\]\.gold: "),
        ("[" * 100_000, "is not JSON"),
    ],
    ids=["cut", "list", "report", "newer", "wrong field", "deep"],
)
def test_a_bad_file_is_named(content: str, problem: str, tmp_path: Path) -> None:
    """A file that holds no run is an error that names it and says what is expected."""
    (tmp_path / "bad.json").write_text(content, "utf-8")
    with pytest.raises(DataError, match=rf"bad\.json: .*{problem}"):
        load(tmp_path / "bad.json")


def test_the_error_holds_no_letter(tmp_path: Path) -> None:
    """The words of a letter in a faulty file stay out of the error."""
    table = json.loads(dumps(a_run([a_case("a")])))
    table["cases"][0]["letter"] = {"text": "Dear secret"}
    (tmp_path / "bad.json").write_text(json.dumps(table), "utf-8")
    with pytest.raises(DataError) as caught:
        load(tmp_path / "bad.json")
    assert "secret" not in str(caught.value)


def test_no_file(tmp_path: Path) -> None:
    """A file that is not there is an error that names it."""
    with pytest.raises(DataError, match=r"none\.json: cannot be read"):
        load(tmp_path / "none.json")
