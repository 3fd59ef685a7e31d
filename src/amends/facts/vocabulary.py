"""Find many words and phrases in one pass over a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from amends.text import fold

_WORD = re.compile(r"[^\W_]+|[%£€$]")
_GAP = 3  # words that "..." in a form may stand for
_KEY = 3  # characters of the first word by which forms are looked up
_REMEMBERED = 20_000  # words


class _Form(NamedTuple):
    """A form: what it stands for, its words, and the second one where no other will do."""

    name: str
    tokens: tuple[str, ...]
    second: str | None


class Hit(NamedTuple):
    """A word or phrase that stands for *name*: offsets into the text."""

    name: str
    start: int
    end: int


class Word(NamedTuple):
    """A word of a text: the word, the same without particles in front, and its place."""

    forms: tuple[str, ...]
    start: int
    end: int


class Vocabulary:
    """Names, each with the forms that stand for it: words, `*` for the rest of a word or for a whole one."""

    def __init__(self, table: Mapping[str, Iterable[str]], particles: Iterable[str] = (), *, spaced: bool) -> None:
        self.spaced = spaced
        self.particles = tuple(fold(p) for p in particles)
        self._index: dict[str, list[_Form]] = {}
        # For words met before: the forms that begin with it, and it without particles.
        self._begun: dict[str, list[_Form]] = {}
        self._known: dict[str, tuple[str, ...]] = {}
        for name, forms in table.items():
            for form in forms:
                tokens = tuple(_tokens(fold(form))) if spaced else (fold(form),)
                key = tokens[0].rstrip("*")[:_KEY]
                plain = len(tokens) > 1 and tokens[1] != "..." and not tokens[1].endswith("*")
                self._index.setdefault(key, []).append(_Form(name, tokens, tokens[1] if plain else None))
        first = "".join({key[0] for key in self._index if key})
        self._first = re.compile(f"[{re.escape(first)}]" if first else "(?!)")

    def words(self, folded: str, start: int = 0, end: int | None = None) -> list[Word]:
        """Return the words of *folded* between two offsets."""
        matches = _WORD.finditer(folded, start, len(folded) if end is None else end)
        return [Word(self._forms(m[0]), m.start(), m.end()) for m in matches]

    def find(self, folded: str, words: list[Word]) -> list[Hit]:
        """Return what stands in *folded*, of which *words* are the words."""
        return self._in_words(words) if self.spaced else self._in_signs(folded)

    def _forms(self, word: str) -> tuple[str, ...]:
        found = self._known.get(word)
        if found is None:
            if len(self._known) > _REMEMBERED:
                self._known.clear()
            bare = [word[len(p) :] for p in self.particles if word.startswith(p) and len(word) - len(p) > 1]
            found = self._known[word] = (word, *bare)
        return found

    def _in_words(self, words: list[Word]) -> list[Hit]:
        hits = []
        for index, word in enumerate(words):
            following = words[index + 1].forms if index + 1 < len(words) else ()
            for form in word.forms:
                for name, tokens, second in self._begun_by(form):
                    if second is not None and second not in following:
                        continue
                    last = _rest(words, index, tokens) if len(tokens) > 1 else index
                    if last is not None:
                        hits.append(Hit(name, word.start, words[last].end))
        return hits

    def _begun_by(self, word: str) -> list[_Form]:
        """Return the forms whose first word *word* is."""
        found = self._begun.get(word)
        if found is None:
            if len(self._begun) > _REMEMBERED:
                self._begun.clear()
            found = self._begun[word] = [form for form in self._candidates(word) if _is(word, form.tokens[0])]
        return found

    def _candidates(self, form: str) -> list[_Form]:
        found = self._index.get(form[:_KEY], [])
        for size in range(min(_KEY, len(form)) - 1, 0, -1):
            if shorter := self._index.get(form[:size]):
                found = found + shorter
        return found

    def _in_signs(self, folded: str) -> list[Hit]:
        hits = []
        for sign in self._first.finditer(folded):
            position = sign.start()
            for name, (form,), _ in self._candidates(folded[position : position + _KEY]):
                if folded.startswith(form, position):
                    hits.append(Hit(name, position, position + len(form)))
        return hits


def _tokens(form: str) -> list[str]:
    return re.findall(r"\.\.\.|[^\W_]+\*?|\*|[%£€$]", form)


def _is(word: str, token: str) -> bool:
    return word.startswith(token[:-1]) if token.endswith("*") else word == token


def _rest(words: list[Word], index: int, tokens: tuple[str, ...]) -> int | None:
    """Return the place of the last word where the words from *index* on are *tokens*, else None."""
    place, gap = index, 0
    for token in tokens[1:]:
        if token == "...":
            gap = _GAP
            continue
        for step in range(1, gap + 2):
            following = place + step
            if following < len(words) and any(_is(form, token) for form in words[following].forms):
                place = following
                break
        else:
            return None
        gap = 0
    return place
