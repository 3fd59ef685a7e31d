"""A judge may doubt a pass, only with the letter's own words, and never grants one."""

from __future__ import annotations

import asyncio
from typing import Any, NamedTuple

import pytest
from commands import INCIDENT

import amends
from amends.judging import opinions, second_opinion

LETTER = "Dear Anna,\n\nWe are sorry that we billed you twice.\n\nKind regards,\nBen"


class Answer(NamedTuple):
    """What a scripted judge gives."""

    text: str


class Judge:
    """A judge that always says the same."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.asked: list[Any] = []

    async def write(self, messages: list[dict[str, str]]) -> Answer:
        """Return the scripted answer and keep what was asked."""
        self.asked.append(messages)
        return Answer(self.text)


def judged(passed: bool, said: str) -> amends.Report:
    """Return a report on the letter, set to pass or fail, after a judge that said *said*."""
    report = amends.check(LETTER, language="en").model_copy(update={"passed": passed})
    return asyncio.run(second_opinion(LETTER, report, Judge(said)))


@pytest.mark.parametrize(
    ("said", "doubts"),
    [
        ("empathy | no |", ["empathy"]),
        ('overpromise | yes | "We are sorry that we billed you twice."', ["overpromise"]),
        ('overpromise | yes | "This will never happen again."', []),
        ("overpromise | cannot tell |", []),
        ("verbose | yes | We are sorry that we billed you twice.", []),
        ("nonsense", []),
    ],
)
def test_what_makes_a_pass_need_a_look(said: str, doubts: list[str]):
    """A denied element or a quoted fault is a doubt; a quote that is not in the letter counts as cannot tell."""
    report = judged(True, said)
    assert report.passed
    assert report.doubts == doubts
    assert report.needs_look is bool(doubts)


def test_a_judge_never_grants_a_pass():
    """A letter that fails stays failed, and the judge is not even asked."""
    judge = Judge("everything | yes |")
    report = amends.check(LETTER, language="en").model_copy(update={"passed": False})
    after = asyncio.run(second_opinion(LETTER, report, judge))
    assert not after.passed
    assert judge.asked == []


def test_the_letter_is_fenced():
    """The letter stands between two fence lines that it cannot contain by choice."""
    judge = Judge("")
    report = amends.check(LETTER, language="en").model_copy(update={"passed": True})
    asyncio.run(second_opinion(LETTER, report, judge))
    content = judge.asked[0][0]["content"]
    fence = content.rstrip().splitlines()[-1]
    assert content.count(fence) == 3
    assert len(fence) == 16


def test_opinions_keep_only_verbatim_quotes():
    """A quote that the letter does not hold is dropped with its answer."""
    found = opinions('remorse | yes | "We are sorry"\nempathy | yes | "You suffered"', LETTER)
    assert [(o.verdict, o.answer) for o in found] == [("remorse", "yes"), ("empathy", "cannot tell")]


def test_check_takes_a_judge():
    """amends.check() asks the judge only about a letter that passes."""
    judge = Judge("remorse | no |")
    report = amends.check(LETTER, language="en", judge=judge)
    assert not report.passed
    assert judge.asked == []


class Closing(Judge):
    """A judge with a connection to close."""

    closed = 0

    async def aclose(self) -> None:
        """Count how often it is closed."""
        self.closed += 1


def test_a_judge_is_asked_beside_a_running_loop() -> None:
    """check() with a judge works where an event loop runs, and closes the judge's connections."""
    judge = Closing("remorse | cannot tell |")
    incident = amends.Incident.load(INCIDENT)
    letter = amends.Drafter().draft(incident).letter

    async def inside() -> amends.Report:
        return amends.check(letter, incident, judge=judge)

    assert asyncio.run(inside()).passed
    assert (len(judge.asked), judge.closed) == (1, 1)
