"""The check's probabilities beside a reader's labels, sentence by sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from amends.evaluation.calibration import brier, calibration_error, reliability
from amends.language import language
from amends.letter import read_letter
from amends.rubric import classify, reading
from amends.rubric.reading import BY_MEANING
from amends.rubric.ruleset import rules
from evals.labelled import Labelled, labelled_sentences


class Said(NamedTuple):
    """How likely a sentence was said to carry a verdict, and whether its reader marked it so."""

    probability: float
    marked: bool
    verdict: str
    incident: str


def said_of(items: Sequence[Labelled], *, semantic: bool) -> list[Said]:
    """Return what the learned part says of each sentence of the letters' bodies and each verdict of its."""
    found = []
    for item in items:
        if "wrong_language" in item.faults:
            continue  # read with the weights of another language than its labels'
        letter = read_letter(item.letter, language(item.language))
        read = reading.read(letter, item.language, item.incident, rules(item.language), [])
        if not letter.sentences:
            continue
        chances, _ = classify.probabilities(read, semantic)
        for sentence, labels, row in zip(letter.sentences, labelled_sentences(item, read), chances, strict=True):
            if sentence.in_text:
                found += [
                    Said(float(chance), name in labels, name, f"{item.language} {item.incident.id}")
                    for name, chance in zip(BY_MEANING, row, strict=True)
                ]
    return found


def table(said: Sequence[Said]) -> str:
    """Return the reliability as Markdown: bins over all verdicts, then the error of each verdict."""
    bins = reliability([s.probability for s in said], [s.marked for s in said], [s.incident for s in said])
    rows = [
        "## Reliability of the probabilities",
        "",
        f"{len(said)} pairs of a sentence and a verdict. Calibration error {calibration_error(bins):.3f}, Brier score "
        f"{_brier(said):.3f}. Most pairs are near 0, so that both figures flatter; look at the bins.",
        "",
        "| probability | pairs | mean | marked by the reader |",
        "|---|---|---|---|",
    ]
    for b in bins:
        sure = f" ({b.interval.low:.2f}–{b.interval.high:.2f})" if b.interval else ""
        rows.append(f"| {b.low:.1f} to {b.high:.1f} | {b.size} | {b.mean:.2f} | {b.observed:.2f}{sure} |")
    rows += ["", "| verdict | pairs from 0.2 to 0.8 | mean | marked by the reader | Brier |", "|---|---|---|---|---|"]
    for verdict in BY_MEANING:
        of_it = [s for s in said if s.verdict == verdict]
        open_ones = [s for s in of_it if 0.2 <= s.probability < 0.8]
        mean, marked = (
            f"{sum(values) / len(values):.2f}" if values else "–"
            for values in ([s.probability for s in open_ones], [float(s.marked) for s in open_ones])
        )
        rows.append(f"| {verdict} | {len(open_ones)} | {mean} | {marked} | {_brier(of_it):.3f} |")
    return "\n".join(rows) + "\n"


def _brier(said: Sequence[Said]) -> float:
    return brier([s.probability for s in said], [s.marked for s in said])
