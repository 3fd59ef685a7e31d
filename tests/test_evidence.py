"""Which sentences may speak for an element: what the letter tells, not what it asks, and a time that is to come."""

from __future__ import annotations

from typing import Any

import pytest

from amends import Incident, Report, check

RECORD: dict[str, Any] = {
    "id": "t-1",
    "scenario": "need_information",
    "language": "zh-CN",
    "company": {"name": "智净科技"},
    "recipient": {"name": "霍敏"},
    "sender": {"name": "柴斌", "role": "售后工程师"},
    "what_happened": "扫地机半夜自己启动。",
    "cause_status": "investigating",
    "questions": ["前一晚有没有断过电"],
    "when": {"start": "2026-04-11T09:10", "end": "2026-04-11T20:00"},
    "next_update": "2026-04-11T22:00",
}


def judged(text: str, **changes: Any) -> Report:
    """Return the report on a letter that says *text*, beside the record with *changes*."""
    return check(f"霍敏，您好：\n\n{text}\n\n祝好\n\n柴斌\n智净科技", Incident.load(RECORD | changes))


@pytest.mark.parametrize("element", ["explanation", "prevention", "responsibility"])
def test_a_question_tells_nothing(element: str):
    """What the recipient is asked is no cause, no measure and no fault of ours."""
    report = judged("前一晚有没有断过电，导致机器自己启动？是不是我们改了程序以后才这样？以后是不是每晚都要拔电源？")
    assert not report.elements[element].present


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("4月11日22:00前再告诉您进展。", True),
        ("4月11日9:10起机器自己启动，我们正在查。", False),
        ("4月11日起机器自己启动，尽快告诉您。", False),
    ],
)
def test_the_day_of_the_failure_is_no_next_step(text: str, met: bool):
    """A day or hour of the failure does not announce the next message, even where both fall on one day."""
    report = judged(text, scenario="investigating")
    assert report.requirements["next_update"].present is met
