"""A second reader's labels beside the first's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from evals import agreement, labelled


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Four letters and two sentences of one language, read twice."""
    monkeypatch.setattr(agreement, "FOLDER", tmp_path)
    here = tmp_path / "en"
    here.mkdir()

    def keep(name: str, rows: list[dict[str, object]]) -> None:
        (here / name).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")

    first = [{"id": n, "missing": ["remorse"] if n in "ab" else [], "faults": {}, "unmet": []} for n in "abcd"]
    keep("letters.jsonl", first[:2])
    keep("test.jsonl", first[2:])
    keep("second.jsonl", [{"id": n, "missing": ["remorse"] if n in "ac" else [], "faults": []} for n in "abcd"])
    keep("sentences.jsonl", [{"text": "We erred.", "labels": ["responsibility"]}, {"text": "Hm.", "labels": []}])
    keep("second_sentences.jsonl", [{"text": "We erred.", "labels": []}])
    return here


def test_agreement_is_counted_over_letters_of_both_splits(folder: Path) -> None:
    """One in two of each reader's missing apologies is the other's too: no better than chance."""
    c = agreement.agreement(agreement.of_letters("en"), "remorse")
    assert (c.found, c.missed, c.false, c.right) == (1, 1, 1, 1)
    assert c.kappa == 0


def test_only_what_was_read_twice_counts(folder: Path) -> None:
    """A sentence without a second reading is left out, and a table names how many there are."""
    pairs = agreement.of_sentences("en")
    assert [(sorted(p.first), sorted(p.second)) for p in pairs] == [(["responsibility"], [])]
    assert "Sentences: 1 (en 1)" in agreement.table("Sentences", {"en": pairs}, ["responsibility"])


@pytest.mark.parametrize("code", labelled.LANGUAGES)
def test_second_readings_belong_to_letters_that_exist(code: str) -> None:
    """Every second reading is of a letter or sentence that is there, in words that the rubric knows."""
    known = {*agreement.ELEMENTS, *agreement.FAULTS, *agreement.REQUIREMENTS}
    assert {label for pair in agreement.of_letters(code) for label in pair.second} <= known
    assert {label for pair in agreement.of_sentences(code) for label in pair.second} <= {*agreement.BY_MEANING}
