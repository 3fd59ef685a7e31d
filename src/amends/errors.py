"""The errors that amends raises: few, each with a message a person can act on."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import Any


class AmendsError(Exception):
    """Base of every error that amends raises on purpose. Its text never holds a letter or a key."""


class ProblemsError(AmendsError):
    """Several problems of one input, all reported at once.

    `problems` holds one line each; the text joins them below `place`.
    """

    def __init__(self, place: str, problems: Sequence[str]) -> None:
        self.place = place
        self.problems = list(problems)
        super().__init__("\n".join(f"{place}: {problem}" if place else problem for problem in self.problems))


class IncidentError(ProblemsError):
    """An incident record that cannot be used, with each problem's field, value and way out."""


class DataError(ProblemsError):
    """A rule, example, scenario or language file that cannot be used, with each problem's place."""


class UsageError(AmendsError):
    """A call or command line that cannot work as given."""


class ModelError(AmendsError):
    """The model could not be reached, or gave nothing that is a letter. The text says what to do.

    `requests` counts the HTTP requests that were made in vain.
    """

    def __init__(self, text: str, requests: int = 0) -> None:
        self.requests = requests
        super().__init__(text)


class BudgetError(AmendsError):
    """A batch's ceiling of money or tokens leaves no room for the next request; the letter can be drafted later."""


class DraftError(AmendsError):
    """A draft whose best attempt does not pass; the text names the failed verdicts, never the letter."""


def shown(value: Any) -> str:
    """Return *value* as an error message may quote it: short, on one line, without control characters."""
    text = repr(value) if isinstance(value, str) else str(value)
    text = "".join(c if c.isprintable() else " " for c in text)
    return text if len(text) <= 60 else text[:57] + "…" + ("'" if isinstance(value, str) else "")


def nearest(name: str, known: Iterable[str]) -> str:
    """Return " (did you mean …?)" for the closest of *known*, else the list of them where it is short."""
    names = list(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return f" (did you mean {close[0]}?)"
    return f" (one of {', '.join(names)})" if names and len(names) <= 40 else ""
