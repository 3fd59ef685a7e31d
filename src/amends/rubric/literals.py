"""Find, for a regular expression, sets of strings: any match must hold at least one of each set."""

from __future__ import annotations

import re

_SHORTEST = 2  # a single character is in every letter and tells nothing
_FIRST_HAN = "\u3400"  # a single Chinese character does tell
_TOKEN = re.compile(
    r"""(?P<text>[^\\\[\](){}|?*+.^$]+)
    |(?P<words>\((?:\?:)?[^\\\[\](){}|?*+.^$]+(?:\|[^\\\[\](){}|?*+.^$]+)+\))
    |(?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])
    |(?P<escape>\\(?:x..|u.{4}|U.{8}|.))
    |(?P<repeat>[?*+][?+]?|\{\d*,?\d*\}[?+]?)
    |(?P<look>\(\?<?[=!])
    |(?P<open>\((?:\?(?::|>|P<\w+>))?)
    |(?P<close>\))
    |(?P<bar>\|)
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)

_SIGNS = 8  # a set of more characters than this tells nothing

Strings = frozenset[str]


class _Group:
    """A group being read: the sets of its current alternative, and the most telling one of each finished one."""

    def __init__(self, *, telling: bool) -> None:
        self.telling = telling  # what stands in a lookaround is not part of the match
        self.finished: list[Strings | None] = []
        self.sets: list[Strings] = []
        self.run = ""  # literal characters in a row
        self.group: Strings | None = None  # the group just closed, which a repeat may make optional

    def flush(self) -> None:
        """End the run and the group before this place."""
        if len(self.run) >= _SHORTEST or self.run >= _FIRST_HAN or _is_sign(self.run):
            self.sets.append(frozenset([self.run]))
        if self.group:
            self.sets.append(self.group)
        self.run, self.group = "", None

    def next(self) -> None:
        """End an alternative."""
        self.flush()
        self.finished.append(max(self.sets, key=telling, default=None))
        self.sets = []

    def close(self) -> list[Strings]:
        """Return the sets of the whole group: of several alternatives one set, with the strings of each."""
        self.flush()
        if not self.finished:
            return self.sets
        self.next()
        return [frozenset[str]().union(*(s for s in self.finished if s))] if all(self.finished) else []


def needs(pattern: str) -> tuple[Strings, ...]:
    """Return sets of strings: every match of *pattern* holds at least one of each. Empty where none is sure.

    A letter without them cannot match, which spares trying, and compiling, most of some five hundred patterns.
    """
    return tuple(strings for strings in _sets(pattern) if telling(strings)[0])


def signs(pattern: str) -> tuple[Strings, ...]:
    """Return the further sets, with a single sign in each: "?", "@" or "#" is rare enough to look for in a sentence."""
    return tuple(strings for strings in _sets(pattern) if not telling(strings)[0])


def _sets(pattern: str) -> tuple[Strings, ...]:
    """Return all sets of which every match of *pattern* holds one string each.

    Reads the pattern by its tokens: the standard library's parser takes ten times as long, which start-up would feel.
    """
    stack = [_Group(telling=True)]
    before = ""
    for token in _TOKEN.finditer(pattern):
        kind, text, group = token.lastgroup, token[0], stack[-1]
        if kind == "text":
            if group.group is not None:
                group.flush()
            group.run += text
        elif kind == "words":  # a choice of plain words, read at once: the commonest kind of group
            group.flush()
            words = text[3 if text[1] == "?" else 1 : -1].split("|")
            group.group = frozenset(words) if min(map(len, words)) >= _SHORTEST else None
        elif kind == "set":
            group.flush()
            group.group = _listed(text)
        elif kind == "escape" and not text[1].isalnum():
            if group.group is not None:
                group.flush()
            group.run += text[1]
        elif kind == "repeat":
            if before == "open":
                return ()  # flags, a comment or a condition: too rare to read
            if text[0] in "?*" or text.startswith(("{0", "{,")):
                group.run, group.group = group.run[:-1], None
            group.flush()
        elif kind in ("open", "look"):
            group.flush()
            stack.append(_Group(telling=kind == "open"))
        elif kind == "close":
            if len(stack) == 1:
                return ()
            stack.pop()
            closed = group.close() if group.telling else []
            stack[-1].group = max(closed, key=telling, default=None)
        elif kind == "bar":
            group.next()
        else:
            group.flush()
        before = kind or ""
    return tuple(stack[0].close()) if len(stack) == 1 else ()


def _listed(text: str) -> Strings | None:
    """Return the signs of a set such as "[!?]", None where it is anything else: negated, a range, with letters."""
    found = frozenset(text[1:-1].replace("\\", ""))
    plain = not text.startswith("[^") and "-" not in text[2:-2]
    return found if plain and 0 < len(found) <= _SIGNS and all(map(_is_sign, found)) else None


def _is_sign(string: str) -> bool:
    """Whether *string* is one mark, and no letter, digit or space."""
    return len(string) == 1 and not string.isalnum() and not string.isspace()


def telling(strings: Strings) -> tuple[int, int]:
    """Return how much the need of *strings* tells: by the shortest of them, a sign least, then by how few they are."""
    shortest = min(map(len, strings))
    return (0 if shortest == 1 and any(map(_is_sign, strings)) else shortest), -len(strings)
