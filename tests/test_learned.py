"""The learned part: what it reads off a letter, where it decides, and how its second tier joins in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from evals import kernel

from amends import check
from amends.rubric import classify, features, semantic
from amends.rubric.reading import BY_MEANING

UNRULED = "The dinner you had planned for weeks was eaten from paper plates."
LETTER = (
    "Dear Ms Doyle,\n\nWe charged your card twice on 3 March.\n\n"
    + UNRULED
    + "\n\nKind regards,\nAnn Reed\nSupport lead"
)


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same tier wherever the tests run."""
    monkeypatch.setenv("AMENDS_TIER", "fast")


def test_it_decides_where_no_rule_reaches(monkeypatch: pytest.MonkeyPatch) -> None:
    """A harm in fresh words is empathy by its probability; the rules alone do not see it."""
    found = check(LETTER, language="en").elements["empathy"]
    assert found.present
    assert found.reason.startswith("probability ")
    assert any(UNRULED.startswith(span.text[:20]) for span in found.spans)
    monkeypatch.setenv("AMENDS_TIER", "rules")
    assert not check(LETTER, language="en").elements["empathy"].present


def test_neighbours_are_those_of_the_paragraph() -> None:
    """The highest logit of the other sentences of one's paragraph, not one's own and not the next paragraph's."""
    ngrams = np.array([[1.0], [3.0], [2.0], [9.0]], dtype=np.float32)
    found = features.around(ngrams, [0, 0, 0, 1])[:, 0].tolist()
    assert found[:3] == [3.0, 2.0, 3.0]
    assert found[3] < min(ngrams[:, 0])


def test_weights_cannot_execute_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file with a pickled object is refused before it is loaded."""
    (tmp_path / "weights").mkdir()
    np.savez(tmp_path / "weights" / "en.npz", table=np.array([{"a": 1}], dtype=object))
    monkeypatch.setattr(classify, "files", lambda package: tmp_path)
    classify.weights.cache_clear()
    try:
        with pytest.raises(ValueError, match="allow_pickle"):
            classify.weights("en")
    finally:
        classify.weights.cache_clear()


def test_the_encoder_reads_a_few_open_sentences_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """The semantic tier asks the encoder for at most READ_AT_MOST sentences, and its answer counts."""
    asked: list[str] = []

    def vector(text: str) -> np.ndarray:
        asked.append(text)
        one = np.zeros(384, dtype=np.float32)
        one[0] = 1.0
        return one

    monkeypatch.setattr(semantic, "installed", lambda: True)
    monkeypatch.setattr(semantic, "_vector", vector)
    monkeypatch.setenv("AMENDS_TIER", "semantic")
    odd = "The week was long.\n\n" + "\n\n".join(
        f"Your parcel went {w} of the way." for w in ("a third", "half", "all")
    )
    report = check(LETTER.replace(UNRULED, UNRULED + "\n\n" + odd), language="en")
    assert 0 < len(asked) <= semantic.READ_AT_MOST
    assert set(report.elements) == set(check(LETTER, language="en").elements)


def test_a_sentence_is_like_itself_and_no_other() -> None:
    """Likeness is 1 for the same direction and small for another."""
    rows = np.eye(2, 384, dtype=np.float32)
    assert np.allclose(np.diag(semantic.likeness(rows, rows)), 1)
    assert semantic.likeness(rows, rows)[0, 1] < 0.01


def test_the_probe_knows_what_it_learned_and_no_fold_knows_its_own() -> None:
    """A sentence alone of its kind is known by the whole probe, and not by the one that was fitted without it."""
    vectors = np.eye(40, 384, dtype=np.float32)
    targets = np.zeros((40, len(BY_MEANING)), dtype=np.int8)
    column = BY_MEANING.index("blame_shift")
    targets[7, column] = 1
    folds = np.arange(40) % 5
    probe, unseen = kernel.fit(vectors, targets, folds)
    known = semantic.scores(vectors, probe._asdict())[:, column]
    assert known[7] == known.max() > 4
    assert abs(unseen[7, column]) < 1
    again, _ = kernel.fit(vectors, targets, folds)
    assert np.array_equal(again.weights, probe.weights)
