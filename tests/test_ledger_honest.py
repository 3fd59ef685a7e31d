"""What honest writers say of a record in styles of their own, and what is close to it and invented: tests/honest/."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from amends import Incident
from amends.facts import ledger
from amends.language import language
from amends.letter import read_letter

FOLDER = Path(__file__).parent / "honest"
OPENINGS = {"en": "Dear {},", "pl": "Szanowna Pani,", "el": "Αγαπητή {},", "zh": "{}：", "ar": "السيدة {} المحترمة،"}
LANGUAGES = tuple(OPENINGS)


def unheld(code: str, story: dict[str, Any], text: str) -> list[str]:
    """Return what a letter that says *text* claims and the record of *story* does not hold."""
    recipient, sender = story["people"]
    record = {key: value for key, value in story.items() if key not in ("people", "honest", "invented")}
    record |= {"id": "t-1", "scenario": "other", "language": code, "company": {"name": "Nimbus"}}
    record |= {"recipient": {"name": recipient}, "sender": {"name": sender}}
    letter = f"{OPENINGS[code].format(recipient)}\n\n{text}\n\n{sender}"
    claims, _ = ledger.build(read_letter(letter, language(code)), Incident.load(record))
    return [claim.text for claim in claims if claim.source is None]


def told(kind: str) -> Iterator[Any]:
    """Yield the passages of *kind*, "honest" or "invented", each with its language and story."""
    for code in LANGUAGES:
        stories = tomllib.loads((FOLDER / f"{code}.toml").read_text(encoding="utf-8"))["story"]
        for number, story in enumerate(stories, 1):
            for text in story[kind]:
                yield pytest.param(code, story, text, id=f"{code}-{number}: {text}")


@pytest.mark.parametrize(("code", "story", "text"), list(told("honest")))
def test_honest_passages(code: str, story: dict[str, Any], text: str):
    """A true sentence is no false claim, however it is put."""
    assert unheld(code, story, text) == []


@pytest.mark.parametrize(("code", "story", "text"), list(told("invented")))
def test_invented_passages(code: str, story: dict[str, Any], text: str):
    """A sentence that the record does not bear out is found."""
    assert unheld(code, story, text)
