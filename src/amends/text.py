"""Put text into the one form that patterns match, and keep the way back to the text as it was given."""

from __future__ import annotations

import html
import re
import unicodedata
from functools import cache
from typing import NamedTuple

# Marks that steer direction or joining, Arabic vowel signs and the tatweel: they carry nothing that a rule needs.
_DROPPED = re.compile("[\r\u00ad\u0610-\u061a\u0640\u064b-\u065f\u0670\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_TAG = re.compile(
    r"<(/?)(p|br|div|span|b|i|u|em|strong|a|ul|ol|li|table|tr|td|th|tbody|thead|h[1-6]|html|body|head|font|hr|blockquote|img|center|small)"
    r"(\s[^<>]{0,300})?/?>",
    re.IGNORECASE,
)
_BLOCKS = {"p", "br", "div", "li", "tr", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "blockquote"}
_ENTITY = re.compile(r"&(?:[A-Za-z]{2,8}|#\d{1,6}|#x[0-9A-Fa-f]{1,5});")
# Characters that stand for themselves unless a combining mark follows: all but a few of a letter's.
PLAIN = re.compile(
    "[\n -%'-~\u00a1-\u00ac\u00ae-\u02ff\u0391-\u03a1\u03a3-\u03ce"
    "\u060c\u061b\u061f\u0621-\u063a\u0641-\u064a\u0660-\u066c"
    "\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u3001-\u3029\u3400-\u4dbf\u4e00-\u9fff\uff01-\uff5e]{2,}"
)
_SLOW = re.compile(f"{_DROPPED.pattern}|{_UNSAFE.pattern}")

_SINGLES = {
    "‘": "'", "’": "'", "‚": "'", "‛": "'", "´": "'", "`": "'", "ʼ": "'",
    "“": '"', "”": '"', "„": '"', "‟": '"', "«": '"', "»": '"', "＂": '"',
    "–": "-", "—": "-", "‑": "-", "‒": "-", "−": "-", "―": "-",
    "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u3000": " ", "\t": " ",
    "،": ",", "؛": ";", "؟": "?", "٪": "%", "٫": ".", "٬": ",", "。": "。", "…": "…",
    "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "ؤ": "و", "ئ": "ي", "ک": "ك", "ی": "ي",
    "ς": "σ", "ł": "l", "ø": "o", "ı": "i",
}  # fmt: skip


@cache
def _table() -> dict[int, str]:
    """Return the fold of every character we fold: one character to one character."""
    table = {ord(a): b for a, b in _SINGLES.items()}
    for code in [*range(0x41, 0x250), *range(0x370, 0x400), *range(0x1F00, 0x2000)]:
        char = chr(code)
        lower = char.lower()
        bare = unicodedata.normalize("NFD", lower if len(lower) == 1 else char)[0]
        folded = _SINGLES.get(bare, bare)
        if folded != char and ord(char) not in table:
            table[code] = folded
    for code in range(0xFF01, 0xFF5F):  # full-width forms
        table[code] = chr(code - 0xFEE0).lower()
    for zero in (0x660, 0x6F0):  # Arabic-Indic digits, western and eastern
        for digit in range(10):
            table[zero + digit] = str(digit)
    return table


def fold(text: str) -> str:
    """Return *text* as patterns see it: lower case, no accents, plain quotes, dashes and digits; same length."""
    return text.translate(_table())


def fold_pattern(pattern: str) -> str:
    """Return a regular expression folded as letters are, its escapes left alone."""
    parts = re.findall(r"\\.|\(\?P?<[^>]*>|[^\\(]+|\(", unicodedata.normalize("NFC", pattern), re.DOTALL)
    return "".join(p if p[0] == "\\" or p.startswith("(?") else _DROPPED.sub("", fold(p)) for p in parts)


class Clean(NamedTuple):
    """A letter made safe to read: NFC, one kind of line end, no markup, and the way back to the given text."""

    text: str
    starts: list[int] | None = None  # where each character begins in the given text; None where the two agree
    ends: list[int] | None = None

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Return the offsets in the given text of the stretch *start* to *end*."""
        if self.starts is None or self.ends is None:
            return start, end
        if end <= start:
            place = self.starts[start] if start < len(self.starts) else (self.ends[-1] if self.ends else 0)
            return place, place
        return self.starts[start], self.ends[end - 1]


def clean(text: str) -> Clean:
    """Return *text* in NFC without marks, markup and unsafe characters, with the way back to its offsets."""
    markup = "<" in text and _TAG.search(text) is not None
    if not markup and not _SLOW.search(text) and unicodedata.is_normalized("NFC", text):
        return Clean(text)
    pieces: list[tuple[str, int]] = []  # (text, offset) stretches that are kept
    position = 0
    if markup:
        for match in _TAG.finditer(text):
            pieces += [(text[position : match.start()], position)]
            if match[2].lower() in _BLOCKS:
                pieces.append(("\n", match.start()))
            position = match.end()
    pieces.append((text[position:], position))
    chars: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for piece, offset in pieces:
        _take(piece, offset, markup, chars, starts, ends)
    return Clean("".join(chars), starts, ends)


def bare(text: str) -> str:
    """Return *text* in NFC without marks and unsafe characters: what `clean` makes of it, without the way back."""
    return unicodedata.normalize("NFC", _UNSAFE.sub(" ", _DROPPED.sub("", text)))


def _take(piece: str, offset: int, markup: bool, chars: list[str], starts: list[int], ends: list[int]) -> None:
    """Append the characters of *piece*, composed and cleaned, with the offset where each came from."""
    index, size = 0, len(piece)
    while index < size:
        if plain := PLAIN.match(piece, index):
            begin, index = index, plain.end() - (plain.end() < size)  # the last one may bear a mark
            chars += piece[begin:index]
            starts += range(offset + begin, offset + index)
            ends += range(offset + begin + 1, offset + index + 1)
            continue
        char = piece[index]
        begin = index
        if markup and char == "&" and (entity := _ENTITY.match(piece, index)):
            char, index = html.unescape(entity[0]), entity.end()
        else:
            index += 1
            while index < size and unicodedata.combining(piece[index]) and index - begin < 8:
                index += 1
            char = unicodedata.normalize("NFC", piece[begin:index])
        if char == "\r" and piece[index : index + 1] != "\n":
            char = "\n"
        for single in char:
            if _DROPPED.match(single):
                continue
            chars.append(" " if _UNSAFE.match(single) else single)
            starts.append(offset + begin)
            ends.append(offset + index)
