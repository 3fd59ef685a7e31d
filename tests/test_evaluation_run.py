"""Drafting the gold incidents."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from commands import ROOT
from fakes import ScriptedModel

from amends import Drafter, files
from amends.errors import DataError, ModelError, UsageError
from amends.evaluation.gold import chosen, default_gold, load_gold
from amends.evaluation.metrics import METRICS
from amends.evaluation.recording import Recording
from amends.evaluation.result import Run, load, save
from amends.evaluation.run import Progress, evaluate
from amends.examples import Example
from amends.usage import Completion, Model, Usage

GOLD = ROOT / "evals" / "gold"


def made(model: Model | str, gold: Sequence[Example], path: Path | None = None, **more: object) -> Run:
    """Return the run of *model* over *gold*, one letter at a time."""
    drafter = Drafter(model, attempts=int(more.pop("attempts", 1)), candidates=int(more.pop("candidates", 1)))  # type: ignore[call-overload]
    recording = Recording(path, drafter.model)
    return asyncio.run(evaluate(drafter, gold, recording, **{"parallel": 1, **more}))  # type: ignore[arg-type]


def test_cases_in_order(tmp_path: Path) -> None:
    """Every gold incident has a case for each repeat, in the order given, and the file of the run holds them all."""
    gold = load_gold(GOLD / "el")[:3]
    run = made("offline", gold, repeat=2, parallel=4)
    assert [case.key for case in run.cases] == [(one.id, r) for one in gold for r in (0, 1)]
    save(run, tmp_path / "run.json")
    assert load(tmp_path / "run.json").cases[0].letter == run.cases[0].letter


def test_the_signature_says_what_was_measured() -> None:
    """Model, languages, cases, repeat, hashes, version and settings stand beside the figures."""
    gold = load_gold(GOLD / "pl")[:2]
    signature = made("offline", gold, repeat=2).signature
    assert (signature.model, signature.languages, signature.incidents, signature.repeat) == ("offline", ["pl"], 2, 2)
    assert signature.settings["attempts"] == "1"
    assert made("offline", gold[:1]).signature.gold != signature.gold
    for said in ("offline", "pl", "2 incidents × 2", signature.prompts, signature.gold, "amends 0", signature.date):
        assert said in signature.line()


def test_what_could_not_be_drafted_is_a_case() -> None:
    """A letter that the model does not give is a case with its problem, its requests and the answers in vain."""
    gold = load_gold(GOLD / "en")[:2]
    model = ScriptedModel(
        [ModelError("could not be reached", requests=4), Completion("", Usage(1, 9, 0, 1), "stop", "empty")]
    )
    run = made(model, gold)
    first, second = run.cases
    assert not first.drafted
    assert (first.problem, first.used.requests, first.seconds) == ("could not be reached", 4, None)
    assert "gave no letter" in second.problem
    assert [attempt.outcome for attempt in second.attempts] == ["empty"]
    assert second.used.input_tokens == 9


def test_attempts_hold_their_letters_and_failures() -> None:
    """Every attempt is kept with its letter and what failed in it, in the order of the answers."""
    one = load_gold(GOLD / "en")[0]
    sentence = one.carriers["prevention"][0]
    run = made(ScriptedModel([one.letter.replace(sentence, ""), one.letter]), [one], attempts=3)
    attempts = run.cases[0].attempts
    assert [(a.kind, a.passed, [f.id for f in a.failures]) for a in attempts] == [
        ("draft", False, ["prevention"]),
        ("revision", True, []),
    ]
    assert sentence not in attempts[0].text
    assert run.cases[0].letter == one.letter
    assert run.cases[0].used.requests == 2


def test_one_of_the_candidates_is_enough() -> None:
    """With candidates the first attempt is all of them: it passes where one does, and all are counted."""
    one = load_gold(GOLD / "en")[0]
    case = made(ScriptedModel(["Dear Ms Pereira,", one.letter]), [one], candidates=2).cases[0]
    assert [METRICS[name].value(case) for name in ("first_pass", "pass_rate", "attempts", "requests")] == [1, 1, 2, 2]


def test_answers_in_the_recording_are_not_asked_again(tmp_path: Path) -> None:
    """A second run over the same recording asks nobody, and has the same letters."""
    gold = load_gold(GOLD / "en")[:2]
    first = made(ScriptedModel([one.letter for one in gold]), gold, tmp_path / "a.txt")
    assert made(ScriptedModel([]), gold, tmp_path / "a.txt").cases == first.cases


def test_progress_is_told() -> None:
    """How far it is is told after each letter."""
    told: list[Progress] = []
    made("offline", load_gold(GOLD / "zh")[:2], tell=lambda p: told.append(Progress(p.total, p.done, p.passed)))
    assert told == [Progress(2, 1, 1), Progress(2, 2, 2)]


def test_empty_folder(tmp_path: Path) -> None:
    """A folder without gold letters is an error that names it."""
    with pytest.raises(DataError, match=r"holds no \.toml file"):
        load_gold(tmp_path)


def test_every_faulty_file_is_named(tmp_path: Path) -> None:
    """Faulty gold letters, and two with one id, are told all at once."""
    (tmp_path / "α.toml").write_text('letter = ""')
    for name in ("b.toml", "c.toml"):
        (tmp_path / name).write_bytes((GOLD / "en" / "delay.toml").read_bytes())
    with pytest.raises(DataError) as caught:
        load_gold(tmp_path)
    assert "α.toml" in str(caught.value)
    assert "c.toml: incident.id: 'en-gold-delay' is also the id of" in str(caught.value)


def test_chosen_by_language_scenario_and_limit() -> None:
    """Languages, scenarios and a limit for each language choose; what no gold letter has is an error that helps."""
    gold = load_gold(GOLD)
    assert {one.incident.scenario for one in chosen(gold, scenarios=["delay"])} == {"delay"}
    assert {one.incident.base for one in chosen(gold, ["pl", "el"])} == {"pl", "el"}
    assert len(chosen(gold, ["pl", "el"], limit=2)) == 4
    with pytest.raises(UsageError, match=r"scenario: no gold letter has 'delai' \(did you mean delay\?\)"):
        chosen(gold, scenarios=["delai"])
    with pytest.raises(UsageError, match="language: no gold letter has 'xx'"):
        chosen(gold, ["xx"])


def test_no_gold_letters_in_an_installed_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Away from the checkout there is no default, and the error says what to give."""
    assert default_gold() == GOLD
    monkeypatch.setattr(files, "checkout", lambda: tmp_path)
    with pytest.raises(UsageError, match=r"--gold DIR"):
        default_gold()


def test_the_docs_example_runs(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The example in docs/evals.md runs as it stands."""
    monkeypatch.chdir(ROOT)
    code = (ROOT / "docs" / "evals.md").read_text("utf-8").split("```python\n")[1].split("```")[0]
    exec(compile(code, "docs/evals.md", "exec"), {})
    assert "model offline · pl · 23 incidents" in capsys.readouterr().out
