"""One letter read once: what every verdict is decided from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from amends.letter import Letter
from amends.report import Claim, Span
from amends.rubric import echo
from amends.rubric.ruleset import Hit, RuleSet
from amends.scenario import Scenario, scenarios

if TYPE_CHECKING:
    from amends.incident import Incident

# The verdicts decided by what sentences mean; the order is that of the learned part's columns.
BY_MEANING = (
    "acknowledgment", "remorse", "responsibility", "empathy", "explanation", "repair", "prevention", "contact",
    "conditional_apology", "blame_shift", "minimizing", "defensiveness", "overpromise", "generic_inconvenience",
    "unprofessional_tone",
)  # fmt: skip


class Evidence(NamedTuple):
    """A sentence that speaks for a verdict, how strongly, and why."""

    sentence: int
    start: int
    end: int
    probability: float
    reason: str


class Reading(NamedTuple):
    """A letter with its rule hits, probabilities, echoes of the record and claims."""

    letter: Letter
    asked: str  # the language asked for
    incident: Incident | None
    scenario: Scenario | None
    ruleset: RuleSet
    shows: dict[str, list[Hit]]
    denied: dict[str, set[int]]
    advises: list[Hit]
    said: list[frozenset[str]]  # the stems of each sentence; none without a record to say again
    phrases: dict[str, list[echo.Phrase]]
    claims: list[Claim]
    evidence: dict[str, list[Evidence]]  # per verdict that is decided by meaning

    def span(self, start: int, end: int) -> Span:
        return self.letter.span(start, end)

    def sentence_spans(self, numbers: Iterable[int]) -> list[Span]:
        """Return the spans of whole sentences."""
        found = (self.letter.sentences[number] for number in sorted(set(numbers)))
        return [self.letter.span(s.start, s.end) for s in found]

    def echoes(self, kind: str, at_least: float) -> list[int]:
        """Return the sentences that say again at least this share of one of the record's texts of *kind*."""
        return [
            number
            for number, said in enumerate(self.said)
            if self.letter.sentences[number].in_text
            and any(echo.share(p, said) >= at_least for p in self.phrases.get(kind, ()))
        ]

    def holds(self, words: str) -> bool:
        """Whether the record holds *words* as they stand: a name or a term, not a slot's label."""
        return self.incident is not None and any(words in str(value) for _, value in self.incident.leaves())

    def stated(self, *fields: str) -> list[Claim]:
        """Return the claims that come from a field of the record (or from below it)."""
        return [
            c
            for c in self.claims
            if c.source and any(c.source == f or c.source.startswith((f + ".", f + "[")) for f in fields)
        ]

    def announced(self, *fields: str) -> list[Claim]:
        """Return the claims from *fields* that tell a time to come: not the day or hour of the failure itself."""
        when = self.incident.when if self.incident else None
        failed = [moment.isoformat() for moment in (when.start, when.end) if moment] if when else []
        past = {text[5:10] for text in failed} | {text[11:16] for text in failed}
        return [c for c in self.stated(*fields) if c.value[-5:] not in past or c.kind not in ("date", "time")]


def read(letter: Letter, asked: str, incident: Incident | None, ruleset: RuleSet, claims: list[Claim]) -> Reading:
    """Return *letter* read by the rules, ready to be judged."""
    shows: dict[str, list[Hit]] = defaultdict(list)
    denied: dict[str, set[int]] = defaultdict(set)
    advises = []
    for hit in ruleset.match(letter):
        if hit.rule.effect == "shows":
            shows[hit.rule.verdict].append(hit)
        elif hit.rule.effect == "denies":
            denied[hit.rule.verdict].add(hit.sentence)
        elif hit.rule.effect == "requires":
            shows[hit.rule.id].append(hit)
        else:
            advises.append(hit)
    return Reading(
        letter=letter,
        asked=asked,
        incident=incident,
        scenario=scenarios()[incident.scenario] if incident else None,
        ruleset=ruleset,
        shows={
            verdict: [h for h in hits if h.sentence not in denied.get(verdict, ())] for verdict, hits in shows.items()
        },
        denied=dict(denied),
        advises=advises,
        said=echo.sentence_stems(letter) if incident else [],
        phrases=echo.phrases(incident) if incident else {},
        claims=claims,
        evidence={},
    )
