"""Read a letter: subject, salutation, sentences, closing and signature, with offsets into the text given."""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from typing import Literal, NamedTuple

from sentencex import get_sentence_boundaries

from amends.language import Language
from amends.report import Span
from amends.text import Clean, clean, fold

SENTENCE_LIMIT = 1_000  # characters; longer ones are cut, so that no pattern sees a text without end

Part = Literal["subject", "heading", "salutation", "body", "closing", "signature"]

_CJK = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_BULLET = re.compile(r"\s*(?:[-*•·◦▪–—]|\(?\d{1,2}[.)、]|[a-z][.)])\s+|\s*[•·◦▪]")
_QUOTE = re.compile(r'"[^"\n]{1,400}"|「[^」\n]{1,400}」|『[^』\n]{1,400}』')
_ENDS = re.compile(r"[.!?。！？…:;：；]['\")\]】」]*\s*$")
_NAME_LINE = re.compile(r"[^\W\d_]")


class Sentence(NamedTuple):
    """One sentence, heading or bullet; offsets into the clean text, `folded` as patterns see it, quotations masked."""

    part: Part
    start: int
    end: int
    folded: str
    paragraph: int

    @property
    def in_text(self) -> bool:
        """Whether it belongs to what the letter says, rather than to its frame."""
        return self.part in ("body", "subject", "closing")


class Letter(NamedTuple):
    """A letter taken apart. `sentences` holds every part in order; quoted mail is left out."""

    source: str
    clean: Clean
    language: Language
    sentences: list[Sentence]
    words: int

    def span(self, start: int, end: int) -> Span:
        """Return the span of the given text that the clean offsets *start* to *end* stand for."""
        first, last = self.clean.origin(start, end)
        return Span(start=first, end=last, text=self.source[first:last])

    def of(self, part: Part) -> list[Sentence]:
        """Return the sentences of one part."""
        return [s for s in self.sentences if s.part == part]

    def text_of(self, sentence: Sentence) -> str:
        """Return the words of *sentence* as written, on one line."""
        return " ".join(self.clean.text[sentence.start : sentence.end].split())


class _Line(NamedTuple):
    start: int
    end: int
    folded: str  # stripped


def read_letter(text: str, language: Language) -> Letter:
    """Return *text* taken apart by the frames of *language*."""
    cleaned = clean(text)
    folded = fold(cleaned.text)
    lines = _own_lines(folded, language)
    parts: list[tuple[Part, int, int]] = []
    first = 0
    if lines and language.subject.match(lines[0].folded):
        label = language.subject.match(folded, lines[0].start)
        parts.append(("subject", label.end() if label else lines[0].start, lines[0].end))
        first = 1
    body_start, salutation = _salutation(lines, first, language, folded)
    if salutation:
        # Letterhead, address, date: no element, but whatever stands there is sent.
        parts += [("heading", line.start, line.end) for line in lines[first:body_start] if line.end < salutation[0]]
        parts.append(("salutation", *salutation))
    close = _closing(lines, body_start, language)
    parts += _body(lines, body_start, close, language, salutation, folded)
    sentences: list[Sentence] = []
    paragraph = 0
    for part, start, end in parts:
        if part == "body":
            paragraph += 1
        sentences += _sentences(part, start, end, paragraph, cleaned.text, folded, language)
    words = _count([cleaned.text[s.start : s.end] for s in sentences if s.part == "body"])
    return Letter(text, cleaned, language, sentences, words)


def count_words(text: str) -> int:
    """Return the words of *text*: Chinese characters / 1.7 plus other tokens, rounded up (rubric, "Words")."""
    return _count([text])


def _count(stretches: list[str]) -> int:
    characters = tokens = 0
    for stretch in stretches:
        han = len(_CJK.findall(stretch))
        if han:
            characters += han
            stretch = _CJK.sub(" ", stretch)
            tokens += sum(1 for token in stretch.split() if any(c.isalnum() for c in token))
        else:
            tokens += len(stretch.split())
    return math.ceil(characters / 1.7 + tokens)


def _own_lines(folded: str, language: Language) -> list[_Line]:
    """Return the filled lines up to where quoted mail begins, without lines that quote."""
    lines: list[_Line] = []
    position = 0
    for raw in folded.split("\n"):
        stripped = raw.strip()
        start = position + (len(raw) - len(raw.lstrip()))
        if stripped and not stripped.startswith(">"):
            if lines and language.quote_intro.match(stripped):
                break
            lines.append(_Line(start, start + len(stripped), stripped))
        position += len(raw) + 1
    return lines


def _salutation(lines: list[_Line], first: int, language: Language, folded: str) -> tuple[int, tuple[int, int] | None]:
    """Return the index of the first body line, and where the salutation stands, if there is one."""
    for index in range(first, min(first + 9, len(lines))):
        line = lines[index]
        if language.salutation.match(line.folded):
            end = line.end
            comma = re.search(r"[,:!;：！，]", line.folded)
            if not _is_short(line.folded, 60) and comma and comma.end() < len(line.folded):
                end = line.start + comma.end()
            return (index if end < line.end else index + 1), (line.start, end)
        if re.search(r"[.!?。！？]$", line.folded) and len(line.folded) > 60:
            break  # running text: what follows is body
    if len(lines) > first + 1:
        line = lines[first]
        if re.search(r"[,:：，!]$", line.folded) and len(line.folded.split()) <= 8 and _is_short(line.folded, 60):
            return first + 1, (line.start, line.end)
    return first, None


def _closing(lines: list[_Line], body_start: int, language: Language) -> int:
    """Return the index of the line where closing or signature begins, len(lines) if there is neither."""
    for index in range(len(lines) - 1, max(body_start, len(lines) - 14) - 1, -1):
        line = lines[index]
        match = language.closing.match(line.folded)
        # A greeting right below the salutation ("تحية تقدير،") is none, where text follows.
        greets = index == body_start and any(_ENDS.search(later.folded) for later in lines[index + 1 :])
        if match and _is_short(line.folded, 90) and not greets:
            return index
    # No closing phrase: short last lines without a sentence's end are the signature.
    index = len(lines)
    while index > body_start + 1 and len(lines) - index < 6:
        line = lines[index - 1]
        if language.postscript.match(line.folded):
            index -= 1
            continue
        ended = _ENDS.search(line.folded) and not _cut_short(line.folded, "", language)  # "Seed Co." is a name
        if ended or not _is_short(line.folded, 60) or _BULLET.match(line.folded):
            break
        index -= 1
    # What was stepped over stands above the signature ("By the way: …", then a name): it belongs to the body.
    while index < len(lines) and language.postscript.match(lines[index].folded):
        index += 1
    return index


def _is_short(folded: str, limit: int) -> bool:
    return len(folded) <= (limit // 2 if _CJK.search(folded) else limit)


def _body(
    lines: list[_Line], first: int, close: int, language: Language, salutation: tuple[int, int] | None, folded: str
) -> list[tuple[Part, int, int]]:
    """Return the parts below the salutation: body blocks, closing, signature, and a postscript's blocks."""
    parts: list[tuple[Part, int, int]] = []
    body = lines[first:close]
    if body and salutation and body[0].start < salutation[1]:
        start = salutation[1]
        body = [_Line(start, body[0].end, folded[start : body[0].end].strip()), *body[1:]]
    parts += [("body", *block) for block in _blocks(body, folded)]
    tail = lines[close:]
    for index, line in enumerate(tail):
        if language.postscript.match(line.folded):
            return [*parts, *(("body", *block) for block in _blocks(tail[index:], folded))]
        match = language.closing.match(line.folded) if index == 0 or parts[-1][0] == "closing" else None
        if match:
            parts += _closing_line(line, match)
        else:
            parts.append(("signature", line.start, line.end))
    return parts


def _closing_line(line: _Line, match: re.Match[str]) -> list[tuple[Part, int, int]]:
    """Split a closing with its signature on one line ("Kind regards, Anna")."""
    comma = re.search(r"[,，:：]\s*(?=\S)", line.folded[match.end() :])
    if comma:
        cut = line.start + match.end() + comma.end()
        return [("closing", line.start, cut), ("signature", cut, line.end)]
    return [("closing", line.start, line.end)]


def _blocks(lines: list[_Line], folded: str) -> list[tuple[int, int]]:
    """Join wrapped lines: a line goes on unless it ends a sentence, is a heading, or a blank line or bullet follows."""
    blocks: list[tuple[int, int]] = []
    # Where no line ends a sentence, as in mail typed on a phone, the lines are the sentences.
    stopped = any(_ENDS.search(line.folded) for line in lines)
    for line in lines:
        joins = False
        if blocks and stopped:
            end = blocks[-1][1]
            gap = folded.count("\n", end, line.start)
            last = folded[folded.rfind("\n", 0, end) + 1 : end]
            joins = gap == 1 and not _BULLET.match(line.folded) and not _ENDS.search(last) and len(last) > 40
        if joins:
            blocks[-1] = (blocks[-1][0], line.end)
        else:
            blocks.append((line.start, line.end))
    return blocks


def _sentences(
    part: Part, start: int, end: int, paragraph: int, text: str, folded: str, language: Language
) -> list[Sentence]:
    found = []
    for first, last in _cuts(part, start, end, text, language):
        piece = folded[first:last].replace("\n", " ")
        stripped = piece.strip()
        if stripped:
            first += len(piece) - len(piece.lstrip())
            found.append(Sentence(part, first, first + len(stripped), _masked(stripped), paragraph))
    return found


def _cuts(part: Part, start: int, end: int, text: str, language: Language) -> list[tuple[int, int]]:
    """Return the sentences of one block, none longer than SENTENCE_LIMIT."""
    if part != "body":
        return [(start, min(end, start + SENTENCE_LIMIT))]
    cuts: list[tuple[int, int]] = []
    # sentencex is quadratic on runs of opening quotes: it never sees more than this at once.
    for begin in range(start, end, 2 * SENTENCE_LIMIT):
        stop = min(begin + 2 * SENTENCE_LIMIT, end)
        block = text[begin:stop].replace("\n", " ")
        ends = [b["end_index"] for b in get_sentence_boundaries(language.code, block)]
        if language.code == "zh":
            ends = sorted({*ends, *(m.end() for m in re.finditer("[；;]|(?<=[。！？])(?![。！？!?”」』’）)])", block))})
        first = 0
        for last in ends:
            if last > first and not _cut_short(block[first:last], block[last : last + 2], language):
                cuts += [(begin + i, begin + min(i + SENTENCE_LIMIT, last)) for i in range(first, last, SENTENCE_LIMIT)]
                first = last
        if first < len(block):
            cuts.append((begin + first, stop))
    return cuts


def _cut_short(piece: str, rest: str, language: Language) -> bool:
    """Whether the piece ends in an abbreviation, so that the sentence goes on."""
    words = piece.rstrip().rsplit(maxsplit=1)
    last = words[-1].casefold().lstrip("(\"'„“«") if words else ""
    if not last.endswith("."):
        return False
    # Some close a sentence as often as not ("2026 r."): there a small letter tells that it goes on.
    goes_on = last[:-1] in language.table.get("abbreviations_within", ()) and rest.lstrip()[:1].islower()
    return last[:-1] in language.abbreviations or goes_on


def _masked(folded: str) -> str:
    """Blank out quotations of three words and more: somebody else's words are not the sender's."""
    if '"' not in folded and "「" not in folded and "『" not in folded:
        return folded
    return _QUOTE.sub(lambda m: m[0] if _short_quote(m[0]) else m[0][0] + "·" * (len(m[0]) - 2) + m[0][-1], folded)


def _short_quote(quote: str) -> bool:
    return len(quote) <= 10 if _CJK.search(quote) else len(quote.split()) < 3


def sentence_at(sentences: list[Sentence], position: int) -> Sentence | None:
    """Return the sentence that holds the clean offset *position*."""
    index = bisect_right(sentences, position, key=lambda s: s.start) - 1
    return sentences[index] if index >= 0 and sentences[index].start <= position < sentences[index].end else None
