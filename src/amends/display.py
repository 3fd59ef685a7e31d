"""Make text safe to show: nothing in it that a terminal, a header or a reader's eye would obey."""

from __future__ import annotations

# C0, DEL and C1 become pictures or the replacement sign; what turns writing direction around gets no width.
# One character stays one character, so that offsets into a letter keep their place.
_SAFE = {
    **{code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\n\t"},
    0x7F: "\u2421",
    **dict.fromkeys(range(0x80, 0xA0), "\ufffd"),
    **dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)], "\u200b"),
    **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),
}


def safe(text: str) -> str:
    """Return *text* of the same length without control characters, overrides of direction and lone surrogates."""
    return text.replace("\r\n", " \n").translate(_SAFE)


def one_line(text: str, width: int = 80) -> str:
    """Return *text* as a quotation on one line, at most *width* characters long."""
    line = " ".join(safe(text).split())
    return line if len(line) <= width else line[: width - 1].rstrip() + "…"
