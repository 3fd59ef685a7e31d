"""The forms in which a run is shown, each a function and its line in a dict."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import PurePath

from amends.errors import UsageError
from amends.evaluation.page import page
from amends.evaluation.result import Run
from amends.evaluation.view import show_run

# The page alone holds the letters.
FORMATS: dict[str, Callable[[Run], str]] = {
    "text": partial(show_run, format="text"),
    "md": partial(show_run, format="md"),
    "json": partial(show_run, format="json"),
    "html": page,
}
ENDINGS = {".txt": "text", ".md": "md", ".json": "json", ".html": "html"}


def format_of(path: PurePath) -> str:
    """Return the format that the ending of *path* asks for. Raises UsageError with the endings there are."""
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise UsageError(f"{path}: unknown ending {ending!r} (one of {', '.join(ENDINGS)})")
    return ENDINGS[ending]
