"""The part of the check that reads by meaning: which sentences speak for which verdict, and how strongly."""

from __future__ import annotations

from amends.rubric.reading import Evidence, Reading

BY_MEANING = (
    "acknowledgment", "remorse", "responsibility", "empathy", "explanation", "repair", "prevention", "contact",
    "conditional_apology", "blame_shift", "minimizing", "defensiveness", "overpromise", "generic_inconvenience",
    "unprofessional_tone",
)  # fmt: skip


def evidence(reading: Reading) -> dict[str, list[Evidence]]:
    """Return, for each verdict that is decided by meaning, the sentences that carry it."""
    return {
        name: [Evidence(h.sentence, h.start, h.end, 1.0, f"rule {h.rule.id}") for h in reading.shows.get(name, ())]
        for name in BY_MEANING
    }
