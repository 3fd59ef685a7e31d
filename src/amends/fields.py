"""The kinds of field that a record has: what each accepts, and what is told where it does not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, PlainSerializer, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from amends import files
from amends.errors import nearest, shown
from amends.scenario import scenario_names

FIELD_LIMIT = 20_000  # characters of one field

Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=FIELD_LIMIT)]
Filled = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=FIELD_LIMIT)]


def wrong(message: str) -> PydanticCustomError:
    """Return the error that tells *message* as it stands."""
    # Our own texts travel in pydantic's error as they are; "{" would be read as a slot.
    return PydanticCustomError("amends", "{message}", {"message": message})


def _moment(value: Any) -> date:
    """Return a date, or a datetime where a time is given; one without offset stays local."""
    if isinstance(value, date):
        return value
    text = str(value).strip()
    try:
        return date.fromisoformat(text) if len(text) <= 10 else datetime.fromisoformat(text)
    except ValueError:
        raise wrong(
            f"{shown(value)} is not a date (write 2026-01-31, or 2026-01-31T17:20 with or without +01:00)"
        ) from None


def _day(value: Any) -> date:
    moment = _moment(value)
    return moment.date() if isinstance(moment, datetime) else moment


def _amount_value(value: Any) -> Decimal:
    """Return the amount without trailing zeros, so that 49.0, "49.00" and 49 are one value."""
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        number = Decimal("nan")
    if not number.is_finite() or number < 0:
        raise wrong(f"{shown(value)} is not an amount (write 49 or 49.90, without currency or thousands separators)")
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()


def _currency(value: Any) -> str:
    from babel.core import get_global  # only records with an amount pay for it

    if isinstance(value, str) and value.strip().upper() in get_global("all_currencies"):
        return value.strip().upper()
    raise wrong(f"{shown(value)} is not a currency (write its ISO 4217 code: USD, EUR, PLN, CNY, SAR)")


def _language(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8})*", value.strip()):
        tag = value.strip().replace("_", "-")
        if tag.split("-")[0].lower() in files.languages():
            return tag
    raise wrong(
        f"{shown(value)} is not a language amends writes (one of {', '.join(files.languages())}; en-GB works too)"
    )


def _scenario(value: Any) -> str:
    if value in scenario_names():
        return str(value)
    raise wrong(f"{shown(value)} is not a scenario{nearest(str(value), scenario_names())}")


def _fact(value: Any) -> str:
    """Return a fact's value as it was written: a number keeps its digits, a date its ISO form."""
    if isinstance(value, bool) or value is None or isinstance(value, (Mapping, list)):
        raise wrong(f'{shown(value)} is not text (facts are strings: order = "448210")')
    return value.isoformat() if isinstance(value, (date, time)) else str(value).strip()


Moment = Annotated[
    date | datetime,
    BeforeValidator(_moment),
    PlainSerializer(lambda m: m.isoformat(), return_type=str, when_used="json"),
    WithJsonSchema({"type": "string"}),
]
Day = Annotated[date, BeforeValidator(_day)]
Fact = Annotated[str, BeforeValidator(_fact), StringConstraints(max_length=FIELD_LIMIT)]
Gender = Literal["female", "male"]
Language = Annotated[str, BeforeValidator(_language)]
ScenarioName = Annotated[str, BeforeValidator(_scenario)]
AmountValue = Annotated[Decimal, BeforeValidator(_amount_value)]
Currency = Annotated[str, BeforeValidator(_currency)]
