"""The forms in which a draft or a verdict leaves amends, each a function and its line in a dict."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

from amends.errors import UsageError

if TYPE_CHECKING:
    from amends.draft import Draft
    from amends.report import Report


class Checked(NamedTuple):
    """A letter, its report, the name of its file, and whether to show the ledger."""

    letter: str
    report: Report
    place: str
    ledger: bool = False


def as_text(draft: Draft) -> str:
    """Return the letter, ending in a line end; nothing else of it is touched."""
    return draft.letter if draft.letter.endswith("\n") else draft.letter + "\n"


def as_json(draft: Draft) -> str:
    """Return the draft as JSON: id, letter, subject, passed, report, attempts, usage, model."""
    return json.dumps(draft.to_dict(), ensure_ascii=False, indent=2) + "\n"


def as_markdown(draft: Draft) -> str:
    """Return the letter, its verdict and its ledger as Markdown."""
    from amends.output_markdown import document  # imported on use, as below: most runs need one form

    return document(draft)


def as_html(draft: Draft) -> str:
    """Return one page that holds everything: the letter marked, the verdict and the ledger."""
    from amends.output_html import page

    return page(draft)


def as_eml(draft: Draft) -> str:
    """Return a message that a mail program opens as a draft."""
    from amends.output_eml import message

    return message(draft)


FORMATS: dict[str, Callable[[Draft], str]] = {
    "text": as_text,
    "md": as_markdown,
    "html": as_html,
    "eml": as_eml,
    "json": as_json,
}
ENDINGS = {".txt": "text", ".md": "md", ".html": "html", ".eml": "eml", ".json": "json"}


def format_of(path: str | PurePath) -> str:
    """Return the format that the ending of *path* asks for. Raises UsageError with the endings there are."""
    ending = PurePath(path).suffix.lower()
    if ending not in ENDINGS:
        raise UsageError(f"{path}: unknown ending {ending!r} (one of {', '.join(ENDINGS)})")
    return ENDINGS[ending]


def verdict_as_text(checked: Checked) -> str:
    """Return the verdict in plain lines."""
    from amends.output_text import verdict

    return verdict(checked.report, ledger=checked.ledger)


def verdict_as_json(checked: Checked) -> str:
    """Return the report as JSON."""
    return json.dumps(checked.report.model_dump(mode="json"), ensure_ascii=False, indent=2) + "\n"


def verdict_as_sarif(checked: Checked) -> str:
    """Return what failed and what is advised as a SARIF 2.1.0 log."""
    from amends.output_ci import sarif

    return sarif(checked.letter, checked.report, checked.place)


def verdict_as_github(checked: Checked) -> str:
    """Return what failed and what is advised as annotations of a GitHub workflow."""
    from amends.output_ci import github

    return github(checked.letter, checked.report, checked.place)


CHECK_FORMATS: dict[str, Callable[[Checked], str]] = {
    "text": verdict_as_text,
    "json": verdict_as_json,
    "sarif": verdict_as_sarif,
    "github": verdict_as_github,
}
