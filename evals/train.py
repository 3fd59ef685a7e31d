"""Build the weights of the learned part from the labelled data: `python -m evals.train`. Same data, same weights."""

from __future__ import annotations

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
from amends.rubric.rules import rules
from amends.text import clean, fold
from evals.labelled import LANGUAGES, Labelled, letters, sentences

WEIGHTS = Path(amends.rubric.__file__).parent / "weights"
FOLDS = 5
NGRAM_C, PROBE_C, COMBINE_C = 8.0, 16.0, 0.3


class Row(NamedTuple):
    """A sentence to learn from; `group` keeps the letters of one incident in one fold."""

    folded: str
    labels: frozenset[str]
    group: int
    letter: int  # -1 for a single sentence


def labelled_sentences(item: Labelled, read: reading.Reading) -> list[frozenset[str]]:
    """Return the labels of each sentence of a letter: those whose marked words overlap it."""
    marks = [(name, text) for name, texts in {**item.carriers, **item.faults}.items() for text in texts]
    spans = []
    for name, text in marks:
        start = item.letter.find(text)
        if start >= 0:
            spans.append((name, start, start + len(text)))
    labels = []
    for sentence in read.letter.sentences:
        first, last = read.letter.clean.origin(sentence.start, sentence.end)
        labels.append(frozenset(n for n, a, b in spans if min(b, last) - max(a, first) > min(8, (last - first) // 2)))
    return labels


def matrix(rows: list[str], code: str) -> Any:
    """Return the sparse matrix of the rows' n-grams, as features.logits weighs them."""
    data, indices, pointers = [], [], [0]
    for folded in rows:
        buckets = features.grams(folded, code)
        weight = 1.0 / max(1.0, len(buckets) ** 0.5)
        data += [weight] * len(buckets)
        indices += buckets
        pointers.append(len(indices))
    shape = (len(rows), 1 << features.BITS)
    return csr_matrix((np.array(data, dtype=np.float32), np.array(indices), np.array(pointers)), shape=shape)


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


def _targets(labels: list[frozenset[str]]) -> np.ndarray:
    return np.array([[name in found for name in BY_MEANING] for found in labels], dtype=np.int8)


def _folded(text: str) -> str:
    return fold(clean(text).text).strip()


class Data(NamedTuple):
    """What the combining model learns from: one row a sentence of a letter."""

    dense: np.ndarray
    semantic: np.ndarray  # unseen logits of the encoder's probe
    targets: np.ndarray
    folds: np.ndarray
    owners: np.ndarray  # index into items
    items: list[tuple[Labelled, reading.Reading]]


def main() -> None:
    """Train, print the cross-validated figures, and write the weights."""
    data = _learn_sentences()
    arrays: dict[str, np.ndarray] = {}
    for tier, x in (("", data.dense), ("semantic_", np.concatenate([data.dense, data.semantic], axis=1))):
        print(f"\n{tier or 'fast '}tier, cross-validated on {len(data.items)} training letters")
        unseen = np.zeros(data.targets.shape, dtype=np.float32)
        for number in range(FOLDS):
            w, b = fit(x[data.folds != number], data.targets[data.folds != number], COMBINE_C)
            unseen[data.folds == number] = 1 / (1 + np.exp(-(x[data.folds == number] @ w + b)))
        thresholds = [_chosen(name, unseen[:, column], data) for column, name in enumerate(BY_MEANING)]
        w, b = fit(x, data.targets, COMBINE_C)
        arrays |= {f"{tier}weights": w, f"{tier}bias": b, f"{tier}thresholds": np.array(thresholds, dtype=np.float32)}
    np.savez_compressed(WEIGHTS / "combine.npz", **arrays)


def _learn_sentences() -> Data:
    """Fit the n-gram model of each language and the encoder's probe; keep their logits on folds they did not see."""
    pooled: list[tuple[Row, np.ndarray]] = []
    parts: list[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]] = []
    items: list[tuple[Labelled, reading.Reading]] = []
    texts: list[str] = []
    places: list[np.ndarray] = []  # of each letter's rows in the pool
    for code in LANGUAGES:
        train = letters(code)
        readings = [_read(item) for item in train]
        marks = [labelled_sentences(item, read) for item, read in zip(train, readings, strict=True)]
        order = {name: n for n, name in enumerate(dict.fromkeys(item.incident.id for item in train))}
        rows: list[Row] = []
        for item, read, labels in zip(train, readings, marks, strict=True):
            fold_of = order[item.incident.id] % FOLDS
            places.append(np.arange(len(read.letter.sentences)) + len(pooled) + len(rows))
            rows += [Row(s.folded, m, fold_of, 0) for s, m in zip(read.letter.sentences, labels, strict=True)]
            texts += [read.letter.text_of(s) for s in read.letter.sentences]
        for n, (text, found) in enumerate(sentences(code)):
            rows.append(Row(_folded(text), found, n % FOLDS, -1))
            texts.append(" ".join(clean(text).text.split()))
        if not rows:
            continue
        x, y, folds = matrix([r.folded for r in rows], code), _targets([r.labels for r in rows]), _folds(rows)
        unseen = _unseen(x, y, folds, NGRAM_C)
        w, b = fit(x, y, NGRAM_C)
        np.savez_compressed(WEIGHTS / f"{code}.npz", table=w.astype(np.float16), bias=b)
        pooled += list(zip(rows, unseen, strict=True))
        items += list(zip(train, readings, strict=True))
    rows = [row for row, _ in pooled]
    y, folds, ngrams = _targets([r.labels for r in rows]), _folds(rows), np.stack([u for _, u in pooled])
    vectors = semantic.vectors(texts)
    probe = _unseen(vectors, y, folds, PROBE_C)
    w, b = fit(vectors, y, PROBE_C)
    np.savez_compressed(WEIGHTS / "semantic.npz", weights=w, bias=b)
    for number, ((_, read), place) in enumerate(zip(items, places, strict=True)):
        parts.append((features.dense(read, ngrams[place]), place, np.full(len(place), number), folds[place]))
    dense, place, owners, folds_of = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Data(dense, probe[place], y[place], folds_of, owners, items)


def _folds(rows: list[Row]) -> np.ndarray:
    return np.array([r.group for r in rows])


def _unseen(x: Any, y: np.ndarray, folds: np.ndarray, c: float) -> np.ndarray:
    """Return each row's logits from a model that did not learn from its fold."""
    out = np.zeros(y.shape, dtype=np.float32)
    for number in range(FOLDS):
        w, b = fit(x[folds != number], y[folds != number], c)
        out[folds == number] = x[folds == number] @ w + b
    return out


def _chosen(name: str, chances: np.ndarray, data: Data) -> float:
    """Return the threshold for *name* and print what it gives on letters that were not learned from."""
    element = name in ELEMENTS
    truth = np.array([(name not in i.missing) if element else name in i.faults for i, _ in data.items])
    threshold, figures = _threshold(
        truth, _letter_scores(chances, data.owners, len(data.items), name, data.items), element
    )
    print(f"{name:22} threshold {threshold:.2f}  {figures}")
    return threshold


def _letter_scores(chances: np.ndarray, owners: np.ndarray, count: int, name: str, items: list[Any]) -> np.ndarray:
    """Return each letter's highest probability over the sentences that may carry the verdict."""
    best = np.zeros(count)
    for owner in range(count):
        _, read = items[owner]
        mask = [s.in_text and n not in read.denied.get(name, ()) for n, s in enumerate(read.letter.sentences)]
        values = chances[owners == owner][np.array(mask, dtype=bool)]
        best[owner] = values.max() if len(values) else 0.0
    return best


def _threshold(truth: np.ndarray, best: np.ndarray, element: bool) -> tuple[float, str]:
    """Return the threshold with the best F1 over violations, and its figures."""
    violated = ~truth if element else truth
    scored = []
    for threshold in np.arange(0.05, 0.96, 0.01):
        found = best < threshold if element else best >= threshold
        hit, false, missed = (found & violated).sum(), (found & ~violated).sum(), (~found & violated).sum()
        scored.append(
            (2 * hit / max(1, 2 * hit + false + missed), -abs(threshold - 0.5), threshold, hit, false, missed)
        )
    f1, _, threshold, hit, false, missed = max(scored)
    return float(threshold), f"F1 {f1:.2f} found {hit} false {false} missed {missed}"


if __name__ == "__main__":
    main()
