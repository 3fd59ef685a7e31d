"""Keep what a record declares of people away from the model: placeholders go out, and come back as what they stand for.

Names that the record does not declare, in free text, are not found.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Self

from amends.gate import Gate
from amends.incident import Incident
from amends.language import language
from amends.letter import read_letter
from amends.merge import opening_of
from amends.usage import Completion, Message, Model

_DECLARED = ("recipient.", "sender.", "contact.", "facts.")
_CHOICES = ("recipient.gender", "recipient.relationship", "sender.gender")
# E-mail addresses, telephone numbers, and runs of five digits or more (accounts, cards, orders); dates stay.
_PATTERN = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|(?<!\w)\+\d[\d ()/.-]{5,}\d(?!\w)"
    r"|(?<![\w.-])(?!\d{4}-\d\d-\d\d)\d(?:[ -]?\d){4,}(?![\w-])"
)


class Redacting:
    """A model that sees placeholders in the place of what the record declares; its letters come back with the values.

    The opening is written here, so that inflected names stay right.
    """

    def __init__(self, model: Model) -> None:
        self.model, self.name = model, model.name
        self.base_url = getattr(model, "base_url", None)
        self.settings: Any = getattr(model, "settings", None)

    def over(self, change: Callable[[Model], Model]) -> Self:
        """Return the same with another model inside: what *change* makes of this one."""
        return type(self)(change(self.model))

    def behind(self, gate: Gate) -> Self:
        """Return the same with every request going through *gate*."""
        from amends.batch.local import behind

        return self.over(lambda model: behind(model, gate))

    async def write(
        self, messages: list[Message], *, max_tokens: int | None = None, incident: Incident | None = None
    ) -> Completion:
        """Return the model's answer to the redacted messages, with everything put back."""
        values = dict(_declared(incident)) if incident is not None else {}
        sent = [m if m["role"] == "system" else {**m, "content": redacted(m["content"], values)} for m in messages]
        completion = await self.model.write(sent, max_tokens=max_tokens, incident=incident)
        text = restored(completion.text, values)
        if incident is not None and completion.outcome == "letter":
            text = _opened(text, incident)
        return completion._replace(text=text)


def _declared(incident: Incident) -> Iterator[tuple[str, str]]:
    """Yield what the record declares, and the placeholder of each."""
    for path, value in incident.leaves():
        if path.startswith(_DECLARED) and path not in _CHOICES:
            yield " ".join(str(value).split()), f"\u27e6{path}\u27e7"


def redacted(text: str, values: dict[str, str]) -> str:
    """Return *text* with placeholders; those of patterns are added to *values*, the same one for the same text."""
    if values:
        longest_first = sorted(values, key=len, reverse=True)
        known = re.compile("|".join(rf"(?<!\w){re.escape(value)}(?!\w)" for value in longest_first))
        text = known.sub(lambda found: values[found[0]], text)

    def placeholder(found: re.Match[str]) -> str:
        return values.setdefault(found[0], f"\u27e6{len(values) + 1}\u27e7")

    return _PATTERN.sub(placeholder, text)


def restored(text: str, values: dict[str, str]) -> str:
    """Return *text* with every placeholder replaced by what it stands for."""
    meant = {placeholder: value for value, placeholder in values.items()}
    return re.sub("\u27e6[^\u27e6\u27e7]*\u27e7", lambda found: meant.get(found[0], found[0]), text)


def _opened(letter: str, incident: Incident) -> str:
    read = read_letter(letter, language(incident.base))
    written = read.of("salutation")
    opening = opening_of(incident)
    if not (written and opening):
        return letter
    span = read.span(written[0].start, written[-1].end)
    return letter[: span.start] + opening + letter[span.end :]
