"""A letter is taken apart whatever its line ends, markup or script, and offsets lead back to the text given."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amends.language import language
from amends.letter import Letter, count_words, read_letter
from amends.text import PLAIN, bare, clean

LETTER = """Subject: Your June invoice

Dear Ms Łoś,

We charged you twice on 3 June. We are sorry that we did.

- The second charge is refunded.
- You need do nothing.

Kind regards,
Dana Whitfield
Support lead

P.S. Reply to this message if the refund is late.

On Mon, 3 Jun 2026 Ms Łoś wrote:
> You charged me twice!
"""


def parts(text: str, code: str = "en") -> list[tuple[str, str]]:
    """Return each sentence's part and words."""
    letter = read_letter(text, language(code))
    return [(s.part, letter.text_of(s)) for s in letter.sentences]


EXPECTED = [
    ("subject", "Your June invoice"),
    ("salutation", "Dear Ms Łoś,"),
    ("body", "We charged you twice on 3 June."),
    ("body", "We are sorry that we did."),
    ("body", "- The second charge is refunded."),
    ("body", "- You need do nothing."),
    ("closing", "Kind regards,"),
    ("signature", "Dana Whitfield"),
    ("signature", "Support lead"),
    ("body", "P.S. Reply to this message if the refund is late."),
]


@pytest.mark.parametrize(
    "text",
    [
        LETTER,
        LETTER.replace("\n", "\r\n"),
        LETTER.replace("\n\n", "\n"),
        "\u200f" + LETTER.replace("ś", "s\u0301"),
    ],
    ids=["plain", "windows", "no blank lines", "marks and NFD"],
)
def test_the_parts_of_a_letter(text: str):
    """Subject, salutation, sentences, bullets, closing, signature and postscript are found; quoted mail is not."""
    assert parts(text) == EXPECTED


def test_markup_is_no_text():
    """Pasted HTML is read as the text it shows."""
    html = "<p>Dear Anna,</p><p>We failed you.<br>We are sorry &amp; ashamed.</p><p>Regards,</p><p>Ben</p>"
    assert ("body", "We are sorry & ashamed.") in parts(html)


def test_wrapped_lines_are_one_sentence():
    """A line break inside a sentence does not cut it."""
    text = (
        "Dear Anna,\n\nWe charged your card twice on the third of June because a payment run\nwas started again.\n\nBen"
    )
    assert (
        parts(text)[1][1] == "We charged your card twice on the third of June because a payment run was started again."
    )


def test_spans_lead_back_to_the_text_given():
    """A span's offsets are those of the text that was passed in, marks and decomposed letters included."""
    source = "\u200fDear Ms Łos\u0301,\r\n\r\nWe are sorry."
    letter = read_letter(source, language("en"))
    span = letter.span(letter.sentences[-1].start, letter.sentences[-1].end)
    assert source[span.start : span.end] == span.text == "We are sorry."


@pytest.mark.parametrize(
    ("text", "cleaned", "stretch", "given"),
    [
        ("two cafe\u0301s\u200b here", "two cafés here", "é", (7, 9)),
        ("two cafe\u0301s\u200b here", "two cafés here", "here", (12, 16)),
        ("\u0634\u0643\u0631\u064b\u0627 \u0644\u0643", "شكرا لك", "ر", (2, 4)),
        ("<b>we failed</b> you", "we failed you", "failed", (6, 12)),
        ("<p>Tom &amp; Ann</p>", "\nTom & Ann\n", "& Ann", (7, 16)),
    ],
)
def test_a_mark_belongs_to_the_letter_that_bears_it(text: str, cleaned: str, stretch: str, given: tuple[int, int]):
    """What is composed, dropped or unescaped leads back to all that stood there, and its neighbours to themselves."""
    found = clean(text)
    start = found.text.index(stretch)
    assert (found.text, found.origin(start, start + len(stretch))) == (cleaned, given)


def test_a_plain_character_stands_for_itself():
    """Those taken by the stretch are composed, dropped and replaced by nothing."""
    plain = [c for c in map(chr, range(sys.maxunicode + 1)) if PLAIN.match(c + c)]
    assert [c for c in plain if unicodedata.combining(c) or bare(c) != c] == []


def test_words_are_those_of_the_body():
    """Subject, salutation, closing, signature and quoted mail are not counted; Chinese counts 1.7 characters a word."""
    assert read_letter(LETTER, language("en")).words == 7 + 6 + 6 + 5 + 10
    assert count_words("我们为此道歉") == 4


def test_long_quotations_are_masked():
    """The recipient's own words in quotation marks are not the sender's."""
    letter = read_letter("Dear Anna,\n\nYou wrote “we are so very sorry” to us.\n\nBen", language("en"))
    assert "sorry" not in letter.sentences[1].folded


def _check_offsets(letter: Letter) -> None:
    for sentence in letter.sentences:
        span = letter.span(sentence.start, sentence.end)
        assert letter.source[span.start : span.end] == span.text


@given(st.text(st.characters(codec=None), max_size=400), st.sampled_from(["en", "zh", "pl", "el", "ar"]))
def test_any_text_is_taken_apart(text: str, code: str):
    """Any text, lone surrogates and control characters included, is read, with offsets that hold."""
    _check_offsets(read_letter(text, language(code)))


def test_what_stands_above_the_salutation_is_read():
    """Letterhead and whatever else stands above the salutation is a heading, not lost."""
    text = "Subject: Bill\n\nHarrow Water\nRefund: 500 EUR\n\nDear Mr Okafor,\n\nWe erred.\n"
    letter = read_letter(text, language("en"))
    assert [letter.text_of(s) for s in letter.of("heading")] == ["Harrow Water", "Refund: 500 EUR"]


def test_a_greeting_below_the_salutation_closes_nothing():
    """An Arabic greeting that could close a letter opens it where text follows, and the text is read."""
    told = parts(
        "السيد رشيد العلمي المحترم،\nتحية تقدير واحترام،\n\nأخطأنا في الفاتورة، ونعتذر إليكم.\n\nسميرة التازي", "ar"
    )
    assert ("body", "أخطأنا في الفاتورة، ونعتذر إليكم.") in told
    assert told[-1] == ("signature", "سميرة التازي")


@pytest.mark.parametrize(
    "closing", ["وتقبلوا، السيد المدير العام، عبارات تقديري،", "محبتنا وتقديرنا،", "تحية تقدير واحترام،"]
)
def test_arabic_closings(closing: str):
    """A closing phrase is no signature, with or without an address within it."""
    told = parts(f"السيد رشيد العلمي المحترم،\n\nأخطأنا في الفاتورة.\n\n{closing}\nسميرة التازي", "ar")
    assert told[-2:] == [("closing", closing), ("signature", "سميرة التازي")]


def test_lines_without_full_stops_are_sentences():
    """Where nothing ends a sentence each line is one, however long; wrapped text still is joined."""
    lines = [
        "هذه غلطتنا نحن وأعتذر لك عنها بلا لف ولا دوران",
        "أفهم كم هو محرج أن يكتشف شريكك الخطأ قبلك",
        "نصف الأجرة رجع لحسابكم اليوم",
    ]
    told = parts("\n".join(["أخي المهندس طارق", *lines, "تحياتي", "وليد صابر"]), "ar")
    assert [words for part, words in told if part == "body"] == lines


@pytest.mark.parametrize(
    "end",
    ["另：请替我向老人家道声辛苦。\n\n罗一帆\n演出统筹", "罗一帆\n演出统筹\n\n另：请替我向老人家道声辛苦。"],
    ids=["above", "below"],
)
def test_a_postscript_above_or_below_leaves_the_signature(end: str):
    """Who signs is found though no closing phrase leads to it and a postscript stands beside it."""
    told = parts(f"蒋女士：\n\n那晚的戏取消了，让您白跑一趟。\n\n{end}", "zh")
    assert [text for part, text in told if part == "signature"] == ["罗一帆", "演出统筹"]
    assert ("body", "另：请替我向老人家道声辛苦。") in told
