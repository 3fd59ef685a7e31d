"""Tell which language a stretch of text is in, from its script and its commonest words."""

from __future__ import annotations

import re
from functools import cache

from amends import files
from amends.language import language
from amends.letter import Letter
from amends.text import fold

# Letters that only one of our languages uses; Latin is shared and needs words.
_SCRIPTS = {
    "zh": re.compile("[\u3400-\u4dbf\u4e00-\u9fff]"),
    "el": re.compile("[\u0370-\u03ff\u1f00-\u1fff]"),
    "ar": re.compile("[\u0621-\u064a]"),
}
_KANA = re.compile("[\u3040-\u30ff]")
_LATIN = re.compile("[a-z\u00c0-\u024f]")
_CYRILLIC = re.compile("[\u0400-\u04ff\u0590-\u05ff\u0e00-\u0e7f\u0900-\u097f\uac00-\ud7af]")
_PERSIAN = re.compile("[پچژگ]")
_WORD = re.compile(r"[^\W\d_]+")
FOREIGN_SHARE = 0.25  # of the letter's characters: above it the letter is not, as a whole, in its language


def detect(text: str) -> str:
    """Return the language code that *text* most looks like; "en" for text that tells nothing."""
    return max(files.languages(), key=lambda code: (_share(fold(text), code), code == "en"))


def _share(folded: str, code: str) -> float:
    """Return how much of *folded* is in the language *code*, 0 to 1."""
    marks = sum(len(p.findall(folded)) for p in (*_SCRIPTS.values(), _LATIN, _KANA, _CYRILLIC))
    if not marks:
        return 0.0
    if code in _SCRIPTS:
        own = len(_SCRIPTS[code].findall(folded)) / marks
        if code == "zh" and _KANA.search(folded):
            own *= 0.3
        if code == "ar" and len(_PERSIAN.findall(folded)) > 0.02 * marks:
            own *= 0.3
        return own
    latin = len(_LATIN.findall(folded)) / marks
    words = _WORD.findall(folded)
    known = sum(word in language(code).common_words for word in words)
    return latin * min(1.0, 3.5 * known / len(words)) if words else 0.0


@cache
def _latin_languages() -> tuple[str, ...]:
    return tuple(code for code in files.languages() if code not in _SCRIPTS)


def foreign_sentences(letter: Letter, asked: str) -> tuple[list[int], str]:
    """Return the sentences not in the language *asked*, and why, if they are too many for the letter as a whole."""
    foreign, size, total = [], 0, 0
    paragraphs: dict[int, list[int]] = {}
    for number, sentence in enumerate(letter.sentences):
        if sentence.part == "body":
            paragraphs.setdefault(sentence.paragraph, []).append(number)
    for numbers in paragraphs.values():
        folded = " ".join(letter.sentences[n].folded for n in numbers)
        length = len(folded)
        total += length
        if _is_foreign(folded, asked):
            foreign += numbers
            size += length
    if total and size > FOREIGN_SHARE * total:
        return foreign, f"{size * 100 // total} % of the text is not in {language(asked).name}"
    return [], ""


def _is_foreign(folded: str, asked: str) -> bool:
    """Whether a paragraph is in another language. Names and product terms alone do not make it one."""
    marks = len(_WORD.findall(folded))
    if asked in _SCRIPTS:
        own = len(_SCRIPTS[asked].findall(folded))
        other = (
            len(_LATIN.findall(folded))
            + len(_CYRILLIC.findall(folded))
            + sum(len(p.findall(folded)) for code, p in _SCRIPTS.items() if code != asked)
        )
        weight = 2.5 if asked == "zh" else 1.0  # a Chinese character says what two or three letters do
        return other > weight * own and other > 25
    if any(len(p.findall(folded)) > 0.3 * len(folded) for p in (*_SCRIPTS.values(), _CYRILLIC, _KANA)):
        return True
    if marks < 7:
        return False
    words = _WORD.findall(folded)
    known = sum(word in language(asked).common_words for word in words) / len(words)
    others = [sum(w in language(c).common_words for w in words) / len(words) for c in _latin_languages() if c != asked]
    return known < 0.06 or any(other > known + 0.1 for other in others)
