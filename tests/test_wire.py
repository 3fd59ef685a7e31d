"""How long a server asks to wait, and what its statuses mean."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from amends import wire


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "1"}, 0.25),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
        ({"retry-after": "Wed, 99 Oct 99999999999 07:28:00 GMT"}, None),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    """Retry-After is read as seconds or a date, retry-after-ms comes first, and what is neither counts as nothing."""
    assert wire.retry_after(headers) == seconds


def test_retry_after_as_a_date() -> None:
    """A date means the time until then."""
    then = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    assert 28 < (wire.retry_after({"retry-after": then}) or 0) <= 30


@pytest.mark.parametrize(
    ("status", "passes"), [(400, False), (401, False), (408, True), (409, True), (418, False), (429, True), (529, True)]
)
def test_which_statuses_pass(status: int, passes: bool) -> None:
    """Only what may pass next time is asked again."""
    assert wire.of_status(status).passes is passes


def test_a_code_that_says_too_much() -> None:
    """A server's code is repeated only where it is a plain name."""
    assert wire.of_status(400, "sk-proj-ABC123 said Dear Anna").what == "the request was refused (400)"
