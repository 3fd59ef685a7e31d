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
    "zh": re.compile("[\u3400-\u4dbf\u4e00-\u9fff]+"),
    "el": re.compile("[\u0370-\u03ff\u1f00-\u1fff]+"),
    "ar": re.compile("[\u0621-\u06d3]+"),
}
_LATIN = re.compile("[a-z\u00c0-\u024f]+")
_OTHER = re.compile("[\u0400-\u04ff\u0590-\u05ff\u0900-\u097f\u0e00-\u0e7f\u3040-\u30ff\uac00-\ud7af]+")
_FAR = re.compile("[\u0370-\U0010ffff]")  # beyond Latin
_KANA = re.compile("[\u3040-\u30ff]+")
_PERSIAN = re.compile("[\u067e\u0686\u0698\u06af]")
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]{1,20}://[!-~]{1,200}|[a-z0-9._%+-]{1,64}@[a-z0-9.-]{3,100}")
_WORD = re.compile(r"[^\W\d_]+")
FOREIGN_SHARE = 0.25  # of the letter's characters: above it the letter is not, as a whole, in its language
_SURE = 0.6
_FEW = 25  # letters of another script that make no paragraph foreign
_PLAIN = 0.2  # share of common words above which a paragraph is in its language, whatever else it holds


def detect(text: str, first: str = "en") -> str:
    """Return the language code that *text* most looks like; *first* where it fits well or nothing tells."""
    folded = fold(text)
    if share(folded, first) >= _SURE:
        return first
    return max(files.languages(), key=lambda code: (share(folded, code), code == first))


def _count(pattern: re.Pattern[str], folded: str) -> int:
    return sum(map(len, pattern.findall(folded)))


def share(folded: str, code: str) -> float:
    """Return how much of *folded* is in the language *code*, 0 to 1."""
    if code in _SCRIPTS:
        if folded.isascii():
            return 0.0
        own = _count(_SCRIPTS[code], folded)
        marks = own + _count(_LATIN, folded) + _count(_OTHER, folded)
        marks += sum(_count(p, folded) for other, p in _SCRIPTS.items() if other != code)
        foreign = (code == "zh" and _KANA.search(folded)) or (
            code == "ar" and len(_PERSIAN.findall(folded)) > 0.02 * own
        )
        return own / marks * (0.3 if foreign else 1.0) if marks else 0.0
    words = _WORD.findall(folded)
    if not words:
        return 0.0
    latin = 1.0 if folded.isascii() else _count(_LATIN, folded) / max(1, sum(map(len, words)))
    return latin * min(1.0, 3.5 * _common(words, code) / len(words))


def _common(words: list[str], code: str) -> int:
    """Return how many of *words* are among the commonest of the language *code*."""
    return sum(map(language(code).common_words.__contains__, words))


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
        total += len(folded)
        if is_foreign(folded, asked):
            foreign += numbers
            size += len(folded)
    if total and size > FOREIGN_SHARE * total:
        return foreign, f"{size * 100 // total} % of the text is not in {language(asked).name}"
    frame = _foreign_frame(letter, asked)
    return frame, "the letter's frame is in another language" if frame else ""


def _foreign_frame(letter: Letter, asked: str) -> list[int]:
    """Return the sentences of a frame in another language: its opening, its closing and what stands beside them.

    A foreign greeting alone is none.
    """
    beside = [
        number
        for number, sentence in enumerate(letter.sentences)
        if sentence.part in ("body", "subject")
        and len(sentence.folded.split()) >= 5
        and is_foreign(sentence.folded, asked)
    ]
    if not beside:
        return []  # the other languages need not even be loaded
    own, others = language(asked), [language(code) for code in files.languages() if code != asked]
    opens, closes = [], []
    for number, sentence in enumerate(letter.sentences):
        if not own.salutation.match(sentence.folded) and any(o.salutation.match(sentence.folded) for o in others):
            opens.append(number)
        elif not own.closing.match(sentence.folded) and any(o.closing.match(sentence.folded) for o in others):
            closes.append(number)
    return sorted({*opens, *closes, *beside}) if opens and closes else []


def is_foreign(folded: str, asked: str) -> bool:
    """Whether a paragraph is in another language. Names, terms, links and addresses alone do not make it one."""
    if "@" in folded or "://" in folded:
        folded = _ADDRESS.sub(" ", folded)
    if asked in _SCRIPTS:
        own = _count(_SCRIPTS[asked], folded)
        weight = 2.5 if asked == "zh" else 1.0  # a Chinese character says what two or three letters do
        if len(folded) - own <= max(_FEW, weight * own):
            return False
        other = _count(_LATIN, folded) + _count(_OTHER, folded)
        other += sum(_count(p, folded) for code, p in _SCRIPTS.items() if code != asked)
        return other > weight * own and other > _FEW
    if (
        not folded.isascii()
        and _FAR.search(folded)
        and any(_count(p, folded) > 0.3 * len(folded) for p in (*_SCRIPTS.values(), _OTHER))
    ):
        return True
    words = _WORD.findall(folded)
    if len(words) < 7:
        return False
    known = _common(words, asked) / len(words)
    if known > _PLAIN:
        return False
    others = [_common(words, code) / len(words) for code in _latin_languages() if code != asked]
    # A short sentence may hold no common word at all; then only another language's words tell.
    return (known < 0.06 and len(words) >= 12) or any(other > known + 0.1 for other in others)
