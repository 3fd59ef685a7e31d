"""The built-in writer: composes the letter from the record by the templates of prompts/<lang>/offline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from amends import files
from amends.errors import IncidentError
from amends.forms import filters
from amends.incident import Incident
from amends.language import language
from amends.prompt import subject_label
from amends.rubric.wording import is_foreign, share
from amends.scenario import scenarios
from amends.templates import render
from amends.text import fold
from amends.usage import Completion, Message

# Fields that the letters quote: a letter cannot be half in another language.
_SENTENCES = ("what_happened", "impact", "cause")
_LISTS = ("affected", "not_affected", "recipient_actions", "recommended_actions", "tried", "questions")
_ENOUGH = 20  # words from which a phrase without common words of its language is in another
_SURE = 0.5  # share of another language's common words that marks a phrase as its


class OfflineModel:
    """A model that needs no network: it writes from the record and does not read the messages."""

    name = "offline"

    def __init__(self, settings: object = None) -> None:
        """Take the settings that other models need, and need none of them."""

    async def write(
        self, messages: list[Message], *, max_tokens: int | None = None, incident: Incident | None = None
    ) -> Completion:
        """Return the letter of *incident*. Raises IncidentError where the record does not suffice."""
        if incident is None:
            raise IncidentError("", ["the offline writer composes from a record and was given none"])
        return Completion(text=compose(incident))


def compose(incident: Incident) -> str:
    """Return the letter of *incident*, composed from what its record holds and may state.

    Raises IncidentError naming each field that is in another language than the letter, or that it needs and
    must not state.
    """
    record = _statable(incident)
    problems = list(_foreign(record))
    if problems:
        raise IncidentError("", problems)
    text = render(
        f"{incident.base}/offline/{incident.scenario}.jinja",
        {
            "record": record,
            "scenario": scenarios()[incident.scenario],
            "subject_label": subject_label(incident.base),
            "group": record.to_group,
        },
        filters(incident.language),
    )
    # A part that the record cannot fill leaves its blank lines behind.
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", text)).strip() + "\n"


def _statable(incident: Incident) -> Incident:
    """Return the record without what the letter must not state."""
    if not incident.withhold:
        return incident
    data = _without(incident.model_dump(exclude_unset=True), "", incident)
    data["withhold"] = []
    # What is withheld of the cause leaves it as open as the letter may show it.
    if not data.get("cause"):
        data["cause_status"] = "investigating"
    try:
        return Incident.load(data)
    except IncidentError as error:
        raise IncidentError(
            "", [f"withhold: the offline writer cannot do without a field ({line})" for line in error.problems]
        ) from None


def _without(value: Any, path: str, incident: Incident) -> Any:
    if isinstance(value, dict):
        inner = {name: (f"{path}.{name}" if path else name, item) for name, item in value.items()}
        return {name: _without(item, at, incident) for name, (at, item) in inner.items() if not incident.withheld(at)}
    if isinstance(value, list):
        inside = [(f"{path}[{index}]", item) for index, item in enumerate(value)]
        kept = [_without(item, at, incident) for at, item in inside if not incident.withheld(at)]
        # A remedy whose action is withheld is withheld.
        return [item for item in kept if not isinstance(item, dict) or "action" in item]
    return value


def _foreign(record: Incident) -> Iterator[str]:
    """Yield a problem for each field in another language than the letter."""
    asked = record.base
    name = language(asked).name
    way_out = f"is not in {name}, the letter's language (translate it, or draft with a model)"
    for field in _SENTENCES:
        if is_foreign(fold(getattr(record, field)), asked):
            yield f"{field}: {way_out}"
    texts = [(f"{field}[{i}]", text) for field in _LISTS for i, text in enumerate(getattr(record, field))]
    texts += [(f"remedies[{i}].action", remedy.action) for i, remedy in enumerate(record.remedies)]
    texts += [(f"preventions[{i}].action", prevention.action) for i, prevention in enumerate(record.preventions)]
    texts += [("when.text", record.when.text), ("recipient.group", record.recipient.group)]
    for path, text in texts:
        if _is_foreign_phrase(text, asked):
            yield f"{path}: {way_out}"


def _is_foreign_phrase(text: str, asked: str) -> bool:
    """Whether a phrase, which may be short and without verb or article, is in another language."""
    folded = fold(text)
    own, words = share(folded, asked), text.split()
    if is_foreign(folded, asked) and (len(words) >= _ENOUGH or not folded.isascii()):
        return True
    # Names and product terms begin with a capital letter; three words in a row that do not are language.
    plain = sum(word[0].islower() for word in words if word[0].isalpha())
    return own == 0 and plain >= 2 and len(words) >= 3 and _elsewhere(folded, asked) >= _SURE


def _elsewhere(folded: str, asked: str) -> float:
    return max(share(folded, code) for code in files.languages() if code != asked)
