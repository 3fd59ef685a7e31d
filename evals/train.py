"""Build the weights of the learned part from the labelled data: `python -m evals.train`. Same data, same weights."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

import amends.rubric
from amends.language import language
from amends.letter import read_letter
from amends.report import ELEMENTS
from amends.rubric import features, reading, semantic
from amends.rubric.reading import BY_MEANING
from amends.rubric.ruleset import rules
from amends.text import clean, fold
from evals import kernel
from evals.labelled import LANGUAGES, Labelled, labelled_sentences, letters, sentences, shipped

WEIGHTS = Path(amends.rubric.__file__).parent / "weights"
CACHE = Path(__file__).parents[1] / ".cache" / "vectors.npz"
FOLDS = 5
ALONE = 0.4  # a fault that no rule found must be about as likely as not
APOLOGY_ALONE = 0.9  # apologies are few set words, which the rules know: without one it must be nearly sure
FALSE_ALARM = 2.0  # with 22 verdicts on a letter, false alarms cost more than their share
NGRAM_C, COMBINE_C = 8.0, 0.3


class Row(NamedTuple):
    """A sentence to learn from; `group` keeps the letters of one author in one fold."""

    folded: str
    labels: frozenset[str]
    group: int
    letter: int  # -1 for a single sentence


def matrix(rows: list[str], code: str) -> Any:
    """Return the sparse matrix of the rows' n-grams, as features.logits weighs them."""
    found, starts = features.buckets(rows, code)
    pointers = np.append(starts, len(found))
    sizes = np.diff(pointers)
    weights = np.repeat(1.0 / np.sqrt(sizes), sizes).astype(np.float32)
    return csr_matrix((weights, found, pointers), shape=(len(rows), 1 << features.BITS))


def fit(x: Any, y: np.ndarray, c: float) -> tuple[np.ndarray, np.ndarray]:
    """Return weights (features by labels) and biases of one logistic regression a label."""
    columns, biases = [], []
    for label in range(y.shape[1]):
        if y[:, label].sum() < 3:
            columns.append(np.zeros(x.shape[1]))
            biases.append(-6.0)
            continue
        model = LogisticRegression(C=c, solver="liblinear", random_state=0, max_iter=300)
        model.fit(x, y[:, label])
        columns.append(model.coef_[0])
        biases.append(float(model.intercept_[0]))
    return np.stack(columns, axis=1).astype(np.float32), np.array(biases, dtype=np.float32)


def _read(item: Labelled) -> reading.Reading:
    letter = read_letter(item.letter, language(item.language))
    return reading.read(letter, item.language, item.incident, rules(item.language), [])


def _read_sentence(text: str, code: str) -> reading.Reading:
    """Return a labelled sentence read as the body of a letter without a record."""
    letter = read_letter(text, language(code))
    sentences = [s._replace(part="body") for s in letter.sentences]
    return reading.read(letter._replace(sentences=sentences), code, None, rules(code), [])


def _targets(labels: list[frozenset[str]]) -> np.ndarray:
    return np.array([[name in found for name in BY_MEANING] for found in labels], dtype=np.int8)


def _folded(text: str) -> str:
    return fold(clean(text).text).strip()


class Data(NamedTuple):
    """What the combining model learns from: one row a sentence of a letter."""

    dense: np.ndarray
    semantic: np.ndarray  # unseen scores of the encoder's probe
    targets: np.ndarray
    folds: np.ndarray
    owners: np.ndarray  # index into items
    items: list[tuple[Labelled | None, reading.Reading]]  # None: a single labelled sentence

    @property
    def letters(self) -> list[int]:
        """The indices of whole letters in `items`."""
        return [number for number, (item, _) in enumerate(self.items) if item is not None]


def main() -> None:
    """Train, print the cross-validated figures, and write the weights."""
    data = _learn_sentences()
    arrays: dict[str, np.ndarray] = {}
    for tier, x in (("", data.dense), ("semantic_", np.concatenate([data.dense, data.semantic], axis=1))):
        print(
            f"\n{tier or 'fast '}tier, cross-validated on {len(data.letters)} training letters, with and without rules"
        )
        unseen, unruled = (np.zeros(data.targets.shape, dtype=np.float32) for _ in range(2))
        for number in range(FOLDS):
            held = data.folds == number
            w, b = _fit_both(x[~held], data.targets[~held])
            unseen[held], unruled[held] = x[held] @ w + b, _without_hits(x[held]) @ w + b
        in_letters = np.isin(data.owners, data.letters)
        slope, shift = _calibration(unseen[in_letters], data.targets[in_letters])
        chances = [1 / (1 + np.exp(-(logits * slope + shift))) for logits in (unseen, unruled)]
        chosen = [_chosen(name, [c[:, column] for c in chances], data) for column, name in enumerate(BY_MEANING)]
        w, b = _fit_both(x, data.targets)
        w, b = w * slope, b * slope + shift
        arrays |= {f"{tier}weights": w, f"{tier}bias": b, f"{tier}thresholds": np.array(chosen, dtype=np.float32).T}
    np.savez_compressed(WEIGHTS / "combine.npz", **arrays)


def _without_hits(x: np.ndarray) -> np.ndarray:
    """Return the rows as they would be if no rule had matched.

    Rules were written with these letters at hand and miss more on others; a model that sees them only at
    their best would lean on them alone.
    """
    bare = x.copy()
    bare[:, len(BY_MEANING) : 2 * len(BY_MEANING)] = 0.0
    return bare


def _fit_both(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return fit(np.concatenate([x, _without_hits(x)]), np.concatenate([y, y]), COMBINE_C)


def _learn_sentences() -> Data:
    """Fit the n-gram model of each language and the encoder's probe; keep their logits on folds they did not see."""
    pooled: list[tuple[Row, np.ndarray]] = []
    parts: list[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]] = []
    items: list[tuple[Labelled | None, reading.Reading]] = []
    texts: list[str] = []
    places: list[np.ndarray] = []  # of each letter's rows in the pool
    for code in LANGUAGES:
        train = [item for item in (*letters(code), *shipped(code)) if "wrong_language" not in item.faults]
        readings = [_read(item) for item in train]
        marks = [labelled_sentences(item, read) for item, read in zip(train, readings, strict=True)]
        # By author: what is held back is then as strange to the model as a user's letter is.
        order = {name: n for n, name in enumerate(dict.fromkeys(item.author for item in train))}
        rows: list[Row] = []
        for item, read, labels in zip(train, readings, marks, strict=True):
            fold_of = order[item.author] % FOLDS
            places.append(np.arange(len(read.letter.sentences)) + len(pooled) + len(rows))
            rows += [Row(s.folded, m, fold_of, 0) for s, m in zip(read.letter.sentences, labels, strict=True)]
            texts += [read.letter.text_of(s) for s in read.letter.sentences]
        for n, (text, found) in enumerate(sentences(code)):
            rows.append(Row(_folded(text), found, n % FOLDS, -1))
            texts.append(" ".join(clean(text).text.split()))
            places.append(np.array([len(pooled) + len(rows) - 1]))
        if not rows:
            continue
        x, y, folds = matrix([r.folded for r in rows], code), _targets([r.labels for r in rows]), _folds(rows)
        logits = _unseen(x, y, folds, NGRAM_C)
        w, b = fit(x, y, NGRAM_C)
        np.savez_compressed(WEIGHTS / f"{code}.npz", table=w.astype(np.float16), bias=b)
        pooled += list(zip(rows, logits, strict=True))
        items += [(item, read) for item, read in zip(train, readings, strict=True)]
        items += [(None, _read_sentence(text, code)) for text, _ in sentences(code)]
    rows = [row for row, _ in pooled]
    y, folds, ngrams = _targets([r.labels for r in rows]), _folds(rows), np.stack([u for _, u in pooled])
    vectors = _vectors(texts)
    probe, unseen = kernel.fit(vectors, y, folds)
    np.savez_compressed(WEIGHTS / "semantic.npz", points=probe.points.astype(np.float16), weights=probe.weights)
    for number, ((_, read), place) in enumerate(zip(items, places, strict=True)):
        # A labelled sentence is one row, whatever it was cut into: its rule hits are joined.
        count = len(read.letter.sentences)
        dense = features.dense(read, np.resize(ngrams[place], (count, ngrams.shape[1])))
        dense = dense if len(place) == count else dense.max(axis=0, keepdims=True)
        parts.append((dense, place, np.full(len(place), number), folds[place]))
    dense, place, owners, folds_of = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Data(dense, unseen[place], y[place], folds_of, owners, items)


def _vectors(texts: list[str]) -> np.ndarray:
    """Return the encoder's row for each text; those of an earlier run are kept in .cache/."""
    CACHE.parent.mkdir(exist_ok=True)
    known: dict[str, np.ndarray] = {}
    if CACHE.is_file():
        with np.load(CACHE, allow_pickle=False) as kept:
            known = dict(zip(kept["texts"].tolist(), kept["vectors"], strict=True))
    fresh = [text for text in dict.fromkeys(texts) if text not in known]
    for start in range(0, len(fresh), 500):
        block = fresh[start : start + 500]
        known |= dict(zip(block, semantic.vectors(block), strict=True))
        np.savez(CACHE, texts=np.array(list(known)), vectors=np.stack(list(known.values())))
        print(f"encoded {start + len(block)} of {len(fresh)} sentences", file=sys.stderr)
    return np.stack([known[text] for text in texts])


def _folds(rows: list[Row]) -> np.ndarray:
    return np.array([r.group for r in rows])


def _unseen(x: Any, y: np.ndarray, folds: np.ndarray, c: float) -> np.ndarray:
    """Return each row's logits from a model that did not learn from its fold."""
    out = np.zeros(y.shape, dtype=np.float32)
    for number in range(FOLDS):
        w, b = fit(x[folds != number], y[folds != number], c)
        out[folds == number] = x[folds == number] @ w + b
    return out


def _calibration(logits: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the slope and shift that make unseen logits honest for sentences of letters (Platt scaling)."""
    pairs = [fit(logits[:, [column]], y[:, [column]], 1.0) for column in range(y.shape[1])]
    slope = np.array([w[0, 0] for w, _ in pairs], dtype=np.float32)
    shift = np.array([b[0] for _, b in pairs], dtype=np.float32)
    return np.where(slope > 0, slope, 1).astype(np.float32), np.where(slope > 0, shift, 0).astype(np.float32)


def _chosen(name: str, chances: list[np.ndarray], data: Data) -> tuple[float, float]:
    """Return the thresholds for *name*, and print what they give on letters that were not learned from.

    The first holds where a rule matched too, the second where none did: there a fault must be likelier.
    """
    element = name in ELEMENTS
    whole = [data.items[number][0] for number in data.letters]
    truth = np.array([(name not in i.missing) if element else name in i.faults for i in whole if i is not None])
    best = [_letter_scores(c, name, data) for c in chances]
    threshold = _threshold(np.concatenate([truth] * len(best)), np.concatenate(best), element, FALSE_ALARM)
    alone = threshold
    if not element or name == "remorse":
        least = APOLOGY_ALONE if element else ALONE
        alone = max(threshold, least, _threshold(truth, best[1], element, FALSE_ALARM))
    shown = _figures(truth, best[0], element, threshold), _figures(truth, best[1], element, alone)
    print(f"{name:22} threshold {threshold:.2f}  {shown[0]}; alone {alone:.2f}  {shown[1]}")
    return threshold, alone


def _letter_scores(chances: np.ndarray, name: str, data: Data) -> np.ndarray:
    """Return each letter's highest probability over the sentences that may carry the verdict."""
    best = []
    for owner in data.letters:
        read = data.items[owner][1]
        mask = [s.in_text and n not in read.denied.get(name, ()) for n, s in enumerate(read.letter.sentences)]
        values = chances[data.owners == owner][np.array(mask, dtype=bool)]
        best.append(values.max() if len(values) else 0.0)
    return np.array(best)


def _tally(truth: np.ndarray, best: np.ndarray, element: bool, threshold: float) -> tuple[int, int, int]:
    """Return violations found, falsely found and missed at *threshold*."""
    violated = ~truth if element else truth
    found = best < threshold if element else best >= threshold
    return int((found & violated).sum()), int((found & ~violated).sum()), int((~found & violated).sum())


def _threshold(truth: np.ndarray, best: np.ndarray, element: bool, dear: float) -> float:
    """Return the threshold with the best F-score over violations, a false alarm counted *dear* times."""
    scored = []
    for threshold in np.arange(0.05, 0.96, 0.01):
        hit, false, missed = _tally(truth, best, element, threshold)
        scored.append((2 * hit / max(1.0, 2 * hit + dear * false + missed), -abs(threshold - 0.5), threshold))
    return float(max(scored)[-1])


def _figures(truth: np.ndarray, best: np.ndarray, element: bool, threshold: float) -> str:
    hit, false, missed = _tally(truth, best, element, threshold)
    return f"F1 {2 * hit / max(1, 2 * hit + false + missed):.2f} found {hit} false {false} missed {missed}"


if __name__ == "__main__":
    main()
