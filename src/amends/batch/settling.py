"""What came back from a batch that has ended: answers, what they cost, and what to do with requests that have none."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from amends import answers, wire
from amends.batch.asked import TRIES, Part, Requests
from amends.batch.limits import Limits
from amends.batch.provider import Remote

TOO_MANY = "token_limit_exceeded"  # more tokens queued than the account may have
_LATER = "run again to try again"
_CANCELLED = f"its batch was cancelled: {_LATER}"


def settle(part: Part, remote: Remote, files: Iterable[Path], requests: Requests, limits: Limits) -> None:
    """Keep what *remote* gave in *files*, count its cost, and open or give up what has no answer.

    What a batch that expired, or a fault that passes, left without an answer is asked again, TRIES times in all; what
    somebody cancelled, or the provider refuses, is given up until the next run.
    """
    for path in files:
        for row in _rows(path):
            _take(row, part, requests, limits)
    if remote.status == "failed" and not (TOO_MANY in remote.codes and requests.size(part.number) > 1):
        codes = f" ({', '.join(filter(None, remote.codes))})" if any(remote.codes) else ""
        requests.give_up(part.number, f"the provider refused the batch{codes}: check the model's name and the account")
    elif remote.status == "cancelled":
        requests.give_up(part.number, _CANCELLED)
    why = "expired" if remote.status == "expired" else "ended without it"
    again = None if remote.status == "failed" else f"no answer in {TRIES} batches (the last one {why}): {_LATER}"
    requests.settle(part.number, again=again)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with open(path, "rb") as file:
        for line in file:
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                continue  # what cannot be read is no answer
            if isinstance(row, dict) and isinstance(row.get("custom_id"), str):
                yield row


def _take(row: dict[str, Any], part: Part, requests: Requests, limits: Limits) -> None:
    """Keep one line of an output or error file."""
    request = row["custom_id"]
    expected = requests.expected(request, part.number)
    if expected is None:
        return  # no request of ours, or one that this line repeats
    response = row.get("response")
    status, body = (response.get("status_code"), response.get("body")) if isinstance(response, dict) else (None, None)
    if status == 200:
        try:
            usage = answers.read(body, expected).usage
        except answers.Unreadable:
            return
        requests.answered(request, body)
        limits.spent.tokens += usage.tokens
        limits.spent.money += limits.price.of(usage) if limits.price is not None else Decimal(0)
    elif isinstance(status, int):
        fault = wire.of_status(status, _code(body))
        if not fault.passes:
            requests.refused(request, f"{fault.what}: {fault.way_out}")
    elif _code(row) == "batch_cancelled":
        requests.refused(request, _CANCELLED)


def _code(holder: Any) -> str:
    error = holder.get("error") if isinstance(holder, dict) else None
    return str(error.get("code") or error.get("type") or "") if isinstance(error, dict) else ""
