"""The incident record: what a letter may state, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    StringConstraints,
    ValidationError,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from amends import files, record_file
from amends.errors import IncidentError
from amends.scenario import scenario_names

FIELD_LIMIT = 20_000  # characters of one field

Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=FIELD_LIMIT)]
Filled = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=FIELD_LIMIT)]


def _wrong(message: str) -> PydanticCustomError:
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
        raise _wrong(
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
        raise _wrong(f"{shown(value)} is not an amount (write 49 or 49.90, without currency or thousands separators)")
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()


def _currency(value: Any) -> str:
    from babel.core import get_global  # only records with an amount pay for it

    if isinstance(value, str) and value.strip().upper() in get_global("all_currencies"):
        return value.strip().upper()
    raise _wrong(f"{shown(value)} is not a currency (write its ISO 4217 code: USD, EUR, PLN, CNY, SAR)")


def _language(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8})*", value.strip()):
        tag = value.strip().replace("_", "-")
        if tag.split("-")[0].lower() in files.languages():
            return tag
    raise _wrong(
        f"{shown(value)} is not a language amends writes (one of {', '.join(files.languages())}; en-GB works too)"
    )


def _scenario(value: Any) -> str:
    if value in scenario_names():
        return str(value)
    raise _wrong(f"{shown(value)} is not a scenario{record_file.nearest(str(value), scenario_names())}")


def _fact(value: Any) -> str:
    """Return a fact's value as it was written: a number keeps its digits, a date its ISO form."""
    if isinstance(value, bool) or value is None or isinstance(value, (Mapping, list)):
        raise _wrong(f'{shown(value)} is not text (facts are strings: order = "448210")')
    return value.isoformat() if isinstance(value, (date, time)) else str(value).strip()


def shown(value: Any) -> str:
    """Return *value* as an error message may quote it: short, on one line, without control characters."""
    text = repr(value) if isinstance(value, str) else str(value)
    text = "".join(c if c.isprintable() else " " for c in text)
    return text if len(text) <= 60 else text[:57] + "…" + ("'" if isinstance(value, str) else "")


Moment = Annotated[
    date | datetime,
    BeforeValidator(_moment),
    PlainSerializer(lambda m: m.isoformat(), return_type=str, when_used="json"),
    WithJsonSchema({"type": "string"}),
]
Day = Annotated[date, BeforeValidator(_day)]
Fact = Annotated[str, BeforeValidator(_fact), StringConstraints(max_length=FIELD_LIMIT)]
Gender = Literal["female", "male"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


class Company(_Part):
    """Who apologises."""

    name: Filled
    voice: Literal["formal", "warm", "playful"] = "warm"
    address: Text = ""


class Recipient(_Part):
    """Who is written to: a person by name, or a group."""

    name: Text = ""
    group: Text = ""
    address_as: Text = ""
    gender: Gender | None = None
    relationship: Literal["new", "ongoing"] | None = None

    @model_validator(mode="after")
    def _someone(self) -> Self:
        if not (self.name or self.group):
            raise _wrong("needs a name or a group")
        return self


class Sender(_Part):
    """Who signs: a person, a role, or both."""

    name: Text = ""
    role: Text = ""
    gender: Gender | None = None

    @model_validator(mode="after")
    def _someone(self) -> Self:
        if not (self.name or self.role):
            raise _wrong("needs a name or a role")
        return self


class When(_Part):
    """When it happened."""

    start: Moment | None = None
    end: Moment | None = None
    text: Text = ""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.start and self.end and _before(self.end, self.start):
            raise _wrong(f"end {self.end.isoformat()} is before start {self.start.isoformat()}")
        return self


class Amount(_Part):
    """A sum of money."""

    value: Annotated[Decimal, BeforeValidator(_amount_value)]
    currency: Annotated[str, BeforeValidator(_currency)]

    def __str__(self) -> str:
        return f"{self.value} {self.currency}"


class Prevention(_Part):
    """A change that makes a repeat less likely."""

    action: Filled
    status: Literal["done", "promised"] = "done"
    by: Moment | None = None


class Remedy(_Part):
    """What the recipient gets."""

    action: Filled
    status: Literal["done", "promised"] = "done"
    by: Moment | None = None
    amount: Amount | None = None


class EarlierContact(_Part):
    """An earlier talk about the incident."""

    date: Day | None = None
    channel: Text = ""


class Contact(_Part):
    """How to answer."""

    email: Text = ""
    phone: Text = ""
    url: Text = ""
    person: Text = ""


class Incident(_Part):
    """The record of one incident; fields and meanings: docs/incident.md."""

    id: Filled
    scenario: Annotated[str, BeforeValidator(_scenario)]
    language: Annotated[str, BeforeValidator(_language)]
    channel: Literal["email", "letter", "public_post"] = "email"
    mode: Literal["reply", "proactive"] = "reply"
    severity: Literal["low", "moderate", "high", "critical"] = "moderate"
    company: Company
    recipient: Recipient
    sender: Sender
    what_happened: Filled
    when: When = When()
    reported: Day | None = None
    earlier_contact: EarlierContact | None = None
    impact: Text = ""
    complaint: Text = ""
    complaint_points: list[Filled] = []
    cause: Text = ""
    cause_status: Literal["known", "investigating"] = "investigating"
    remedies: list[Remedy] = []
    preventions: list[Prevention] = []
    affected: list[Filled] = []
    not_affected: list[Filled] = []
    recipient_actions: list[Filled] = []
    recommended_actions: list[Filled] = []
    tried: list[Filled] = []
    questions: list[Filled] = []
    next_update: Moment | None = None
    contact: Contact = Contact()
    references: list[Filled] = []
    facts: dict[Filled, Fact] = {}
    withhold: list[Filled] = []

    @model_validator(mode="before")
    @classmethod
    def _status_follows_cause(cls, data: Any) -> Any:
        if isinstance(data, Mapping) and "cause_status" not in data:
            return {**data, "cause_status": "known" if str(data.get("cause") or "").strip() else "investigating"}
        return data

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        problems = _conflicts(dict(self.leaves()))
        if problems:
            raise _wrong("\n".join(problems))
        return self

    @classmethod
    def load(cls, source: str | Path | Mapping[str, Any]) -> Incident:
        """Return the incident in a TOML, YAML or JSON file (by its ending), or in a dict.

        Raises IncidentError with all problems at once, each with the field's path, the value and what would be right.
        """
        if isinstance(source, Mapping):
            place, data = "", dict(source)
        else:
            place, data = str(source), record_file.read(Path(source))
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            # Rules between fields run on sound fields only; their problems are told in the same breath.
            told = [*record_file.problems(error, cls), *_conflicts(dict(_leaves("", data)))]
            raise IncidentError(place, list(dict.fromkeys(told))) from None

    @property
    def base(self) -> str:
        """The language's base subtag: "pl" for "pl-PL"."""
        return self.language.split("-")[0].lower()

    @property
    def to_group(self) -> bool:
        """Whether the letter is for many readers."""
        return bool(self.recipient.group) and not self.recipient.name

    def leaves(self) -> Iterator[tuple[str, Any]]:
        """Yield the path and value of every filled field: ("remedies[0].amount.value", Decimal("49"))."""
        yield from _leaves("", self)

    def withheld(self, path: str) -> bool:
        """Whether the letter must not state the field at *path*."""
        return any(path == field or path.startswith((field + ".", field + "[")) for field in self.withhold)


def _conflicts(leaves: dict[str, Any]) -> list[str]:
    """Return the problems between fields of a record, given as the paths and values of its filled fields."""
    problems = []
    if leaves.get("cause_status") == "known" and "cause" not in leaves:
        problems.append("cause_status: 'known' but cause is empty (fill in cause, or write investigating)")
    for place, path in leaves.items():
        if place.startswith("withhold["):
            field = str(path)
            if not any(leaf == field or leaf.startswith((field + ".", field + "[")) for leaf in leaves):
                known = [leaf for leaf in leaves if not leaf.startswith("withhold[")]
                hint = record_file.nearest(field, known)
                problems.append(f"{place}: {shown(path)} names no field of this record{hint}")
    return problems


def _leaves(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _leaves(f"{path}.{name}" if path else name, getattr(value, name))
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _leaves(f"{path}.{name}" if path else str(name), item)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _leaves(f"{path}[{index}]", item)
    elif value is not None and value != "":
        yield path, value


def _before(first: date, second: date) -> bool:
    """Whether *first* is before *second*, compared at the precision that both have."""
    if isinstance(first, datetime) and isinstance(second, datetime):
        if (first.tzinfo is None) != (second.tzinfo is None):
            first, second = first.replace(tzinfo=None), second.replace(tzinfo=None)
        return first < second
    return _as_day(first) < _as_day(second)


def _as_day(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment
