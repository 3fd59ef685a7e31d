"""What a letter says again of its record, in other words."""

from __future__ import annotations

import pytest

from amends.rubric.echo import stems


@pytest.mark.parametrize(
    ("code", "record", "letter"),
    [
        ("ar", "وعناوين البريد وأرقام الهواتف", "عنوان بريد ورقم هاتف"),
        ("ar", "التصاميم والحسابات", "تصميم في حساب"),
        ("en", "refund of the payments", "refunded payment"),
        ("zh", "登录密码", "密码"),
        ("el", "εκτύπωση παραγγελιών", "παραγγελίες"),
        ("el", "αντικατάσταση της οθόνης", "αντικαταστήσαμε"),
    ],
)
def test_forms_of_a_word_share_a_stem(code: str, record: str, letter: str):
    """A plural that breaks the word, as in Arabic, is the same word still."""
    assert stems(record, code) & stems(letter, code) == stems(letter, code)


def test_other_words_share_none():
    """Words of other roots stay apart."""
    assert not stems("كلمات المرور", "ar") & stems("أرقام الهواتف", "ar")


def test_a_common_word_is_left_out_whole():
    """A preposition tells nothing, but what is compounded with it does."""
    assert stems("παρά μετά κατά", "el") == frozenset()
    assert stems("withdrawal with that", "en") == {"with"}
