"""Find, for a regular expression, a set of strings of which any match must hold at least one."""

from __future__ import annotations

import re

_SHORTEST = 2  # a single character is in every letter and tells nothing
_TOKEN = re.compile(
    r"""(?P<text>[^\\\[\](){}|?*+.^$]+)
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

Strings = frozenset[str]


class _Group:
    """A group being read: the most telling set of its current alternative, and those of the finished ones."""

    def __init__(self, *, telling: bool) -> None:
        self.telling = telling  # what stands in a lookaround is not part of the match
        self.finished: list[Strings | None] = []
        self.best: Strings | None = None
        self.run = ""  # literal characters in a row
        self.group: Strings | None = None  # the group just closed, which a repeat may make optional

    def offer(self, found: Strings | None) -> None:
        """Keep *found* if it tells more: its shortest string is longer, or it has fewer."""
        if found and (self.best is None or _telling(found) > _telling(self.best)):
            self.best = found

    def flush(self) -> None:
        """End the run and the group before this place."""
        if len(self.run) >= _SHORTEST:
            self.offer(frozenset([self.run]))
        self.offer(self.group)
        self.run, self.group = "", None

    def close(self) -> Strings | None:
        """Return the set of the whole group: one string of each alternative, none if an alternative has none."""
        self.flush()
        sets = [*self.finished, self.best]
        return frozenset[str]().union(*(s for s in sets if s)) if self.telling and all(sets) else None


def literals(pattern: str) -> Strings:
    """Return strings of which every match of *pattern* holds one; empty where no such set is known.

    A letter that holds none of them cannot match, which spares trying, and compiling, some five hundred patterns.
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
        elif kind == "escape" and not text[1].isalnum():
            if group.group is not None:
                group.flush()
            group.run += text[1]
        elif kind == "repeat":
            if before == "open":
                return frozenset()  # flags, a comment or a condition: too rare to read
            if text[0] in "?*" or text.startswith(("{0", "{,")):
                group.run, group.group = group.run[:-1], None
            group.flush()
        elif kind in ("open", "look"):
            group.flush()
            stack.append(_Group(telling=kind == "open"))
        elif kind == "close":
            if len(stack) == 1:
                return frozenset()
            stack.pop()
            stack[-1].group = group.close()
        elif kind == "bar":
            group.flush()
            group.finished.append(group.best)
            group.best = None
        else:
            group.flush()
        before = kind or ""
    return (stack[0].close() or frozenset()) if len(stack) == 1 else frozenset()


def _telling(strings: Strings) -> tuple[int, int]:
    return min(map(len, strings)), -len(strings)
