"""Tell whether a figure is the recorded one, rounded as it says."""

from __future__ import annotations

from decimal import Decimal

from amends.facts.found import plain

ROUNDED = Decimal("0.15")  # how far a figure that says it is rounded may be off
BOUND = Decimal("0.3")  # how far a bound may be from what it bounds: "under a hundred" for 84.60
_BOUND_DIGITS = 2  # digits that a bound tells at most


def is_rounded(recorded: tuple[Decimal, ...], claimed: tuple[Decimal, ...], hedged: str) -> bool:
    """Whether a figure that says it is rounded is the recorded one rounded: 2300 for 2317, not 2400."""
    return bool(hedged) and any(_rounds(r, c, hedged) for r in recorded for c in claimed)


def _rounds(recorded: Decimal, claimed: Decimal, hedged: str) -> bool:
    if hedged in ("above", "below"):
        if is_bound(recorded, claimed, hedged) and _digits(claimed) <= _BOUND_DIGITS:
            return True
        hedged = "over" if hedged == "above" else "under"
    if _digits(claimed) >= _digits(recorded) or abs(recorded - claimed) > abs(recorded) * ROUNDED:
        return False
    unit = _last_digit(claimed)
    return {
        "over": 0 <= recorded - claimed < unit,
        "under": 0 <= claimed - recorded < unit,
        "about": abs(recorded - claimed) <= unit / 2,
    }[hedged]


def is_bound(recorded: Decimal, claimed: Decimal, hedged: str) -> bool:
    """Whether *claimed* is a true and near bound: "more than an hour" for 70 minutes, "less than a week" for 6 days."""
    rest = recorded - claimed if hedged == "above" else claimed - recorded
    return 0 < rest <= abs(recorded) * BOUND


def _last_digit(value: Decimal) -> Decimal:
    """Return what the last digit that *value* tells is worth: 100 in 2300."""
    text = plain(value)
    zeros = len(text) - len(text.rstrip("0")) if "." not in text else 0
    decimals = len(text.partition(".")[2])
    return Decimal(10) ** (zeros - decimals)


def _digits(value: Decimal) -> int:
    """Return how many digits *value* tells: 2300 tells two."""
    return len(plain(value).replace(".", "").strip("0")) or 1
