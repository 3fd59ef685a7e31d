"""Text made safe to show keeps its length and loses what a terminal would obey."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from amends.display import one_line, safe


@given(st.text(alphabet=st.characters(codec=None)))
def test_safe_text_keeps_its_length(text: str) -> None:
    """Offsets into a letter hold in what is shown of it."""
    assert len(safe(text)) == len(text)


@given(st.text(alphabet=st.characters(codec=None)))
def test_safe_text_holds_no_control_characters(text: str) -> None:
    """No control character but line end and tab, no lone surrogate."""
    assert not [c for c in safe(text) if unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t"]


def test_safe_text_does_not_turn_directions_around() -> None:
    """An override is gone; the marks that Arabic needs stay."""
    assert safe("a\u202eb\u200fc") == "a\u200bb\u200fc"


@given(st.text(), st.integers(2, 40))
def test_one_line_is_one_line(text: str, width: int) -> None:
    """At most *width* characters, and no line end of any kind."""
    line = one_line(text, width)
    assert len(line) <= width
    assert len(line.splitlines()) <= 1
