"""The part of the check that reads by meaning: which sentences speak for which verdict, and how strongly."""

from __future__ import annotations

import os
from functools import cache
from importlib.resources import as_file, files
from typing import Any

from amends.letter import Sentence
from amends.rubric.reading import BY_MEANING, Evidence, Reading

OPEN = 0.02  # a sentence none of whose probabilities is further than this from 0 or 1 is not open
# What is asked of the recipient ("did it lose power?") tells none of these, whatever its words are.
TOLD = frozenset({"explanation", "prevention", "responsibility"})
# Here a rule's hit decides by itself: the wording is the fault.
BY_WORDING = frozenset(
    {"contact", "conditional_apology", "blame_shift", "generic_inconvenience", "unprofessional_tone"}
)


@cache
def weights(name: str) -> dict[str, Any] | None:
    """Return the arrays of weights/<name>.npz, None where there is no such file. Pickled content is refused."""
    import numpy as np

    path = files("amends.rubric") / "weights" / f"{name}.npz"
    if not path.is_file():
        return None
    with as_file(path) as file, np.load(file, allow_pickle=False) as arrays:
        # Half precision is for the file; sums are quicker in single.
        return {key: arrays[key].astype(np.float32) for key in arrays.files}


def tier() -> str:
    """Return which tier decides here: "semantic" where the encoder is installed, "fast", or "rules" without weights.

    The environment's AMENDS_TIER chooses a lower one, to compare them.
    """
    chosen = os.environ.get("AMENDS_TIER", "semantic")
    if weights("combine") is None or chosen == "rules":
        return "rules"
    if chosen == "fast":
        return "fast"
    from amends.rubric import semantic

    return "semantic" if semantic.installed() and weights("semantic") is not None else "fast"


def evidence(reading: Reading) -> dict[str, list[Evidence]]:
    """Return, for each verdict that is decided by meaning, the sentences that carry it."""
    ruled = {
        name: [Evidence(h.sentence, h.start, h.end, 1.0, f"rule {h.rule.id}") for h in reading.shows.get(name, ())]
        for name in BY_MEANING
    }
    chosen = tier()
    if chosen == "rules" or weights(reading.letter.language.code) is None or not reading.letter.sentences:
        return ruled
    chances, bounds = probabilities(reading, chosen == "semantic")
    return {
        name: _decided(name, ruled[name], column, bound, reading)
        for name, column, bound in zip(BY_MEANING, chances.T.tolist(), bounds.T.tolist(), strict=True)
    }


def probabilities(reading: Reading, with_semantic: bool) -> tuple[Any, Any]:
    """Return the probability that each sentence (row) carries each verdict (column), and the verdicts' thresholds.

    These are two rows: where a rule matches the sentence too, and where none does.
    """
    from amends.rubric import features

    ngram, combine = weights(reading.letter.language.code), weights("combine")
    assert ngram is not None
    assert combine is not None
    rows = features.dense(reading, features.logits(reading.letter.sentences, reading.letter.language.code, ngram))
    chances = _sigmoid(rows @ combine["weights"] + combine["bias"])
    if not with_semantic:
        return chances, combine["thresholds"]
    return _read_again(reading, rows, chances), combine["semantic_thresholds"]


def _read_again(reading: Reading, rows: Any, chances: Any) -> Any:
    """Return the probabilities with those sentences read by the encoder that the fast tier is least sure of."""
    import numpy as np

    from amends.rubric import semantic

    probe, combine = weights("semantic"), weights("combine")
    assert probe is not None
    assert combine is not None
    doubt = np.minimum(chances, 1 - chances).max(axis=1)
    body = [n for n, s in enumerate(reading.letter.sentences) if s.in_text]
    unsure = [n for n in sorted(body, key=lambda n: -doubt[n])[: semantic.READ_AT_MOST] if doubt[n] > OPEN]
    unsure.sort()
    if not unsure:
        return chances
    vectors = semantic.vectors([reading.letter.text_of(reading.letter.sentences[n]) for n in unsure])
    more = semantic.scores(vectors, probe)
    again = np.concatenate([rows[unsure], more], axis=1) @ combine["semantic_weights"] + combine["semantic_bias"]
    chances = chances.copy()
    chances[unsure] = _sigmoid(again)
    return chances


def _sigmoid(scores: Any) -> Any:
    import numpy as np

    return 1.0 / (1.0 + np.exp(-scores))


def _decided(
    name: str, ruled: list[Evidence], chances: list[float], bounds: list[float], reading: Reading
) -> list[Evidence]:
    """Return the sentences that carry *name*: where wording decides a rule's hit is enough, else the probability."""
    denied = reading.denied.get(name, set())
    threshold, alone = bounds
    by_rule = {e.sentence: e for e in ruled}
    found = []
    likely = [number for number, chance in enumerate(chances) if chance >= min(alone, threshold)]
    for number in sorted({*by_rule, *likely}):
        sentence, chance = reading.letter.sentences[number], chances[number]
        if name in TOLD and _asks(sentence) and not (number in by_rule and _by_house(by_rule[number], reading)):
            continue
        if number in by_rule and (name in BY_WORDING or chance >= threshold or _by_house(by_rule[number], reading)):
            found.append(by_rule[number]._replace(probability=max(chance, threshold)))
        elif chance >= alone and number not in denied and sentence.in_text:
            found.append(Evidence(number, sentence.start, sentence.end, chance, f"probability {chance:.2f}"))
    return found


def _asks(sentence: Sentence) -> bool:
    return sentence.folded.rstrip("\"' )").endswith(("?", "？"))


def _by_house(evidence: Evidence, reading: Reading) -> bool:
    return evidence.reason.removeprefix("rule ") in reading.ruleset.house
