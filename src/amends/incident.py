"""The incident record: what a letter may state, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from amends import record_file
from amends.errors import IncidentError, nearest, shown
from amends.fields import AmountValue, Currency, Day, Fact, Filled, Gender, Language, Moment, ScenarioName, Text, wrong


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
            raise wrong("needs a name or a group")
        return self


class Sender(_Part):
    """Who signs: a person, a role, or both."""

    name: Text = ""
    role: Text = ""
    gender: Gender | None = None

    @model_validator(mode="after")
    def _someone(self) -> Self:
        if not (self.name or self.role):
            raise wrong("needs a name or a role")
        return self


class When(_Part):
    """When it happened."""

    start: Moment | None = None
    end: Moment | None = None
    text: Text = ""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.start and self.end and _before(self.end, self.start):
            raise wrong(f"end {self.end.isoformat()} is before start {self.start.isoformat()}")
        return self


class Amount(_Part):
    """A sum of money."""

    value: AmountValue
    currency: Currency

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
    scenario: ScenarioName
    language: Language
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
            raise wrong("\n".join(problems))
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
                hint = nearest(field, known)
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
