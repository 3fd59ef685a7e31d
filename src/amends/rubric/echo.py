"""How much of a record's text a sentence says again, in any wording that keeps the words' stems."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from amends.language import language
from amends.letter import Letter
from amends.text import clean, fold

if TYPE_CHECKING:
    from amends.incident import Incident

_HAN = re.compile("[\u3400-\u9fff]")
_WORD = re.compile(r"[^\W_]+")
_WEAK = re.compile("[اويء]")
_ROOT = 3  # letters of an Arabic root
_STEM = 4  # characters: endings of Polish, Greek and English words fall away, their stems stay apart

KINDS = ("what_happened", "impact", "cause", "remedies", "preventions")


class Phrase(NamedTuple):
    """A text of the record, its stems, and the field that holds it."""

    field: str
    stems: frozenset[str]


@cache
def _common(code: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the common words, and the stems of the longer ones: a short one, whole, is how others begin ("παρά-")."""
    words = frozenset(fold(word) for word in language(code).common_words)
    return words, frozenset(_stem(word, code) for word in words if len(word) != _STEM or code == "ar")


@cache
def stems(text: str, code: str) -> frozenset[str]:
    """Return the telling stems of a record's text: no common words, numbers kept, Chinese in pairs of characters."""
    return _stems(fold(clean(text).text), code)


def _stems(folded: str, code: str) -> frozenset[str]:
    words, common = _common(code)
    signs = _HAN.search(folded)
    found = set()
    for word in _WORD.findall(folded):
        if word in words:
            continue
        if signs and _HAN.search(word):
            found |= {word[i : i + 2] for i in range(len(word) - 1)}
        elif len(word) > 2 or word.isdigit():
            found.add(_stem(word, code))
    return frozenset(found - common)


@lru_cache(maxsize=100_000)  # letters share most of their words
def _stem(word: str, code: str) -> str:
    """Return what a word's forms share: its beginning; in Arabic its root, for plurals break words ("رقم", "أرقام")."""
    if code != "ar" or word.isdigit():
        return word[:_STEM]
    word = _unprefixed(word)
    root = _WEAK.sub("", word)[:_ROOT]
    return root if len(root) == _ROOT else word[:_STEM]


def _unprefixed(word: str) -> str:
    """Drop the article and the prefixed particles of an Arabic word, as long as a word remains."""
    for prefix in ("وال", "بال", "كال", "فال", "لل", "ال", "و", "ب", "ل", "ف"):
        if word.startswith(prefix) and len(word) - len(prefix) >= 5 - len(prefix):  # "بريد" is no "ريد"
            return word[len(prefix) :]
    return word


def phrases(incident: Incident) -> dict[str, list[Phrase]]:
    """Return the record's texts by kind, each with its stems."""
    code = incident.base
    texts: dict[str, list[tuple[str, str]]] = {
        "what_happened": [("what_happened", incident.what_happened)],
        "impact": [("impact", incident.impact)],
        "cause": [("cause", incident.cause)],
        "remedies": [(f"remedies[{i}].action", r.action) for i, r in enumerate(incident.remedies)],
        "preventions": [(f"preventions[{i}].action", p.action) for i, p in enumerate(incident.preventions)],
    }
    for name in ("affected", "not_affected", "recipient_actions", "recommended_actions", "tried", "questions"):
        texts[name] = [(f"{name}[{i}]", text) for i, text in enumerate(getattr(incident, name))]
    return {kind: [Phrase(path, stems(text, code)) for path, text in found if text] for kind, found in texts.items()}


def sentence_stems(letter: Letter) -> list[frozenset[str]]:
    """Return the stems of each sentence of *letter*."""
    return [_stems(sentence.folded, letter.language.code) for sentence in letter.sentences]


def share(phrase: Phrase, said: frozenset[str]) -> float:
    """Return the share of the phrase's stems that *said* holds, 0 to 1."""
    return len(phrase.stems & said) / len(phrase.stems) if phrase.stems else 0.0
