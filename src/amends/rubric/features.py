"""Numbers that the learned part reads off a letter's sentences: hashed n-grams, rule hits and echoes of the record."""

from __future__ import annotations

import re
import zlib
from functools import lru_cache
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
_SILENT = -6.0  # the logit of what nothing speaks for
_MIX = np.uint32(0x9E3779B1)  # odd, so that no two hashes become one
_START, _END = 0x5E57A127, 0x0E4D5E1D  # stand for the sentence's ends
Floats = NDArray[np.float32]


def buckets(sentences: list[str], code: str) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the buckets of folded sentences, sentence by sentence, and where each sentence's begin.

    Words, stems, pairs and triples of stems; in Chinese, runs of one to three characters.
    """
    whole: list[int] = []
    stems: list[int] = []
    sizes: list[int] = []
    for sentence in sentences:
        units = _signs(sentence) if code == "zh" else _words(sentence)
        whole += [_START, *map(_hash, units), _END]
        stems += [_START, *map(_hash if code == "zh" else _stem_hash, units), _END]
        sizes.append(len(units) + 2)
    rows = np.repeat(np.arange(len(sentences)), sizes)
    one, stem = np.array(whole, dtype=np.uint32), np.array(stems, dtype=np.uint32)
    ones, own = _bucket(one, 0), np.flatnonzero(stem != one)
    two = np.flatnonzero(rows[:-1] == rows[1:])
    three = np.flatnonzero(rows[:-2] == rows[2:])
    pairs = stem[:-1] * _MIX + stem[1:]
    found = [ones, _bucket(stem[own], 1), _bucket(pairs[two], 2), _bucket(pairs[three] * _MIX + stem[three + 2], 3)]
    owners = np.concatenate([rows, rows[own], rows[two], rows[three]])
    order = np.argsort(owners, kind="stable")
    return np.concatenate(found)[order], np.searchsorted(owners[order], np.arange(len(sentences)))


def _signs(sentence: str) -> list[str]:
    return [c for c in sentence if c.isalnum() or c in "?!"]


def _words(sentence: str) -> list[str]:
    """Return the words of a folded sentence, digits made one, sentence marks kept."""
    return _UNIT.findall(_DIGIT.sub("0", sentence))


@lru_cache(maxsize=100_000)  # letters share most of their words
def _hash(unit: str) -> int:
    return zlib.crc32(unit.encode("utf-8", "surrogatepass"))


@lru_cache(maxsize=100_000)
def _stem_hash(word: str) -> int:
    return zlib.crc32(word[:_STEM].encode("utf-8", "surrogatepass"))


def _bucket(hashes: NDArray[np.uint32], kind: int) -> NDArray[np.intp]:
    """Return the bucket of each hash; *kind* keeps a word apart from the same stem. Sums wrap around on purpose."""
    mixed = (hashes + np.uint32(kind * 0x85EBCA6B & 0xFFFFFFFF)) * _MIX
    return (mixed >> np.uint32(32 - BITS)).astype(np.intp)


def logits(sentences: list[Sentence], code: str, weights: dict[str, Any]) -> Floats:
    """Return the n-gram model's logit of each sentence (rows) for each verdict of BY_MEANING (columns)."""
    table, bias = weights["table"], weights["bias"]
    found, starts = buckets([sentence.folded for sentence in sentences], code)
    sizes = np.diff(starts, append=len(found)).astype(np.float32)
    result: Floats = np.add.reduceat(table[found], starts, axis=0) / np.sqrt(sizes)[:, None] + bias
    return result


def around(ngrams: Floats, paragraphs: list[int]) -> Floats:
    """Return for each sentence the highest logits among the other sentences of its paragraph.

    Who is blamed and whether that is owned, what is played down and what for: the neighbours say it.
    """
    result = np.full_like(ngrams, _SILENT)
    place = np.array(paragraphs)
    for paragraph in set(paragraphs):
        rows = np.flatnonzero(place == paragraph)
        if len(rows) > 1:
            own = ngrams[rows]
            second, first = np.partition(own, -2, axis=0)[-2:]
            result[rows] = np.where(own == first, second, first)
    return result


def dense(reading: Reading, ngrams: Floats) -> Floats:
    """Return what the combining model reads, a row a sentence: logits, rule hits, echoes, its part, its neighbours."""
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
                _DIGIT.search(s.folded) is not None,
                s.folded.endswith(asks) or "?" in s.folded,
            ]
            for s in reading.letter.sentences
        ],
        dtype=np.float32,
    ).reshape(count, 4)
    neighbours = around(ngrams, [s.paragraph for s in reading.letter.sentences])
    return np.concatenate([ngrams, hits, echoes, frame, neighbours], axis=1)
