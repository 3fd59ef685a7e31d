"""What a check found: spans, verdicts, claims and the report that holds them."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

ELEMENTS = (
    "salutation", "acknowledgment", "remorse", "responsibility", "empathy",
    "explanation", "repair", "prevention", "contact", "signature",
)  # fmt: skip
FAULTS = (
    "conditional_apology", "blame_shift", "minimizing", "defensiveness", "overpromise", "over_apology",
    "generic_inconvenience", "unprofessional_tone", "verbose", "placeholder", "unsupported_fact", "wrong_language",
)  # fmt: skip
REQUIREMENTS = (
    "next_update", "tried_list", "questions_list", "rebooking", "feedback_request", "scope", "period",
    "recipient_action",
)  # fmt: skip


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Span(_Frozen):
    """A stretch of the letter: character offsets into the text that was given, and the text there."""

    start: int
    end: int
    text: str


class Element(_Frozen):
    """The verdict on an element or a requirement.

    `reason` names the rule or the probability that decided, or why there is no evidence; `instruction`
    tells the writer what to do when it is required and absent.
    """

    present: bool
    required: bool = True
    reason: str = ""
    spans: list[Span] = []
    instruction: str = Field(default="", exclude=True, repr=False)

    @property
    def failed(self) -> bool:
        """Whether this verdict keeps the letter from passing."""
        return self.required and not self.present


class Fault(_Frozen):
    """The verdict on a fault. `instruction` tells the writer what to do when it is found."""

    found: bool
    reason: str = ""
    spans: list[Span] = []
    instruction: str = Field(default="", exclude=True, repr=False)

    @property
    def failed(self) -> bool:
        """Whether this verdict keeps the letter from passing."""
        return self.found


class Advice(_Frozen):
    """What a careful colleague would say; it never decides."""

    id: str
    message: str
    spans: list[Span] = []


class Claim(_Frozen):
    """Something the letter states that can be true or false.

    `source` is the path of the record's field that it comes from ("remedies[0].amount"), None where
    the record does not hold it; `note` then says what the nearest field holds, or why it is not allowed.
    """

    text: str
    start: int
    end: int
    kind: str
    value: str
    source: str | None = None
    note: str = ""


class Unstated(_Frozen):
    """A fact of the record that the letter does not state; `required` marks those that must not be missing."""

    field: str
    value: str
    required: bool = False


class Report(_Frozen):
    """All verdicts of one letter."""

    passed: bool
    needs_look: bool = False
    language: str
    words: int
    elements: dict[str, Element]
    faults: dict[str, Fault]
    requirements: dict[str, Element] = {}
    advice: list[Advice] = []
    ledger: list[Claim] = []
    unstated: list[Unstated] = []
    waived: dict[str, str] = {}
    doubts: list[str] = []  # the verdicts of a pass that a judge doubts

    @property
    def failures(self) -> dict[str, Element | Fault]:
        """The verdicts that keep the letter from passing, by id, in the rubric's order."""
        verdicts: dict[str, Element | Fault] = {**self.elements, **self.requirements, **self.faults}
        return {name: verdict for name, verdict in verdicts.items() if verdict.failed}
