"""What a careful colleague would say; never a verdict."""

from __future__ import annotations

from amends.report import Advice, Element
from amends.rubric.reading import Reading


def advice(reading: Reading, elements: dict[str, Element]) -> list[Advice]:
    """Return the remarks that scenario, record and letter call for."""
    return [
        Advice(id=h.rule.verdict, message=h.rule.message, spans=[reading.span(h.start, h.end)]) for h in reading.advises
    ]
