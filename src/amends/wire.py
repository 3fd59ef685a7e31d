"""What can go wrong between us and a model's server: which faults may pass, how long to wait, and the way out."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Mapping
from email.utils import mktime_tz, parsedate_tz
from typing import NamedTuple

_QUOTA = ("insufficient_quota", "billing_hard_limit_reached", "billing_not_active")
_LATER = "try again later, or let fallback='offline' write"


class Fault(NamedTuple):
    """One kind of failure. `passes`: asking again may help. `what` and `way_out` make the line that a person reads."""

    passes: bool
    what: str
    way_out: str


UNREACHABLE = Fault(
    True, "cannot be reached", "check the base URL and that the server runs, or let fallback='offline' write"
)
UNREADABLE = Fault(True, "its answer is no chat completion", "check the base URL (it usually ends in /v1)")

_STATUS = {
    400: Fault(False, "the request was refused", "check the model's name, and whether the record fits its context"),
    401: Fault(False, "the key was refused", "set OPENAI_API_KEY or api_key= to a valid one"),
    402: Fault(False, "the account's credit is spent", "top it up, or use another model"),
    403: Fault(False, "access was denied", "check that the key may use this model"),
    404: Fault(False, "no such model or address", "check the model's name and the base URL (it usually ends in /v1)"),
    408: Fault(True, "the server gave up waiting", _LATER),
    409: Fault(True, "the server was in conflict", _LATER),
    413: Fault(False, "the prompt is too long for it", "use a model with a longer context, or shorten the record"),
    429: Fault(True, "too many requests", "wait, or ask for fewer letters at once"),
}  # fmt: skip
_FAILED = Fault(True, "the server failed", _LATER)
_SPENT = Fault(False, "the account's quota is spent", "top it up, or use another model")


def late(seconds: float) -> Fault:
    """Return the fault of a request that took longer than *seconds*."""
    return Fault(True, f"no answer within {seconds:g} s", "raise the time-out for a slow model, or check the server")


def of_status(status: int, code: str = "") -> Fault:
    """Return the fault that an HTTP status stands for; *code* is what the server's error object calls it."""
    if code in _QUOTA:
        return _SPENT._replace(what=f"{_SPENT.what} ({code})")
    found = _STATUS.get(status) or (_FAILED if status >= 500 else _STATUS[400])
    # A server's code may say more than its status; its message may quote the letter or the key and is left out.
    known = code if re.fullmatch(r"[a-z_]{3,40}", code) else ""
    return found._replace(what=f"{found.what} ({status}{f', {known}' if known else ''})")


def of_code(code: str) -> Fault:
    """Return the fault of an error object that came with status 200: its code is a status, a word, or nothing."""
    if re.fullmatch("[45][0-9]{2}", code):
        return of_status(int(code))
    return of_status(429, code) if code in _QUOTA else UNREADABLE


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that a server asks to wait (retry-after-ms, Retry-After in seconds or a date), else None."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "")) * unit
        except ValueError:
            continue
        if math.isfinite(seconds):
            return max(0.0, seconds)
    try:
        moment = parsedate_tz(headers.get("retry-after", ""))
        return max(0.0, mktime_tz(moment) - time.time()) if moment else None
    except (ValueError, OverflowError, OSError):
        return None
