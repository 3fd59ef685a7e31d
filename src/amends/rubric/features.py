"""Numbers that the learned part reads off a letter's sentences: hashed n-grams, rule hits and echoes of the record."""

from __future__ import annotations

import re
import zlib
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amends.letter import Sentence
from amends.rubric import echo
from amends.rubric.reading import BY_MEANING, Reading

BITS = 15  # buckets = 2 ** BITS; more gave no better figures on the training letters
_STEM = 6  # characters of a word that are kept
_UNIT = re.compile(r"[^\W_]+|[?!]")
_DIGIT = re.compile(r"\d")
Floats = NDArray[np.float32]


def grams(sentence: str, code: str) -> list[int]:
    """Return the buckets of one folded sentence: words, stems, pairs, triples; in Chinese, runs of 1 to 3."""
    if code == "zh":
        text = "".join(c if c.isalnum() or c in "?!" else " " for c in sentence)
        units = [c for c in text if c != " "]
        return [_bucket("".join(units[i : i + n])) for n in (1, 2, 3) for i in range(len(units) - n + 1)]
    words = ["^", *_words(sentence), "$"]
    stems = [word[:_STEM] for word in words]
    found = [_bucket(word) for word in words]
    found += [_bucket("s" + stem) for stem, word in zip(stems, words, strict=True) if stem != word]
    found += [_bucket(f"{a} {b}") for a, b in pairwise(stems)]
    found += [_bucket(f"{a} {b} {c}") for a, b, c in zip(stems, stems[1:], stems[2:], strict=False)]
    return found


def _words(sentence: str) -> list[str]:
    """Return the words of a folded sentence, digits made one, sentence marks kept."""
    return _UNIT.findall(_DIGIT.sub("0", sentence))


@lru_cache(maxsize=200_000)  # letters share most of their words
def _bucket(text: str) -> int:
    return zlib.crc32(text.encode("utf-8", "surrogatepass")) & ((1 << BITS) - 1)


def logits(sentences: list[Sentence], code: str, weights: dict[str, Any]) -> Floats:
    """Return the n-gram model's logit of each sentence (rows) for each verdict of BY_MEANING (columns)."""
    table, bias = weights["table"], weights["bias"]
    out = np.empty((len(sentences), table.shape[1]), dtype=np.float32)
    for row, sentence in enumerate(sentences):
        buckets = grams(sentence.folded, code)
        out[row] = table[buckets].sum(axis=0, dtype=np.float32) / max(1.0, len(buckets) ** 0.5) if buckets else 0.0
    result: Floats = out + bias
    return result


def dense(reading: Reading, ngrams: Floats, semantic: Floats | None = None) -> Floats:
    """Return what the combining model reads, a row a sentence: logits, rule hits, echoes and the part it is in."""
    count = len(reading.letter.sentences)
    hits = np.zeros((count, len(BY_MEANING)), dtype=np.float32)
    for column, name in enumerate(BY_MEANING):
        for hit in reading.shows.get(name, ()):
            hits[hit.sentence, column] = 1.0
    echoes = np.zeros((count, len(echo.KINDS) + 1), dtype=np.float32)
    for row, said in enumerate(reading.said):
        for column, kind in enumerate(echo.KINDS):
            echoes[row, column] = max((echo.share(p, said) for p in reading.phrases.get(kind, ())), default=0.0)
    echoes[:, -1] = 1.0 if reading.incident else 0.0
    asks = ";" if reading.letter.language.code == "el" else "?"
    frame = np.array(
        [
            [
                s.part == "subject",
                s.part == "closing",
                any(c.isdigit() for c in s.folded),
                s.folded.endswith(asks) or "?" in s.folded,
            ]
            for s in reading.letter.sentences
        ],
        dtype=np.float32,
    ).reshape(count, 4)
    blocks = [ngrams, hits, echoes, frame]
    if semantic is not None:
        blocks.append(semantic)
    return np.concatenate(blocks, axis=1)
