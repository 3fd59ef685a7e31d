"""Is the check deaf to what should not matter, and not to what should? `python -m evals.stability [--languages pl]`."""

from __future__ import annotations

import argparse
import os
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

import amends
from amends.report import ELEMENTS, Report
from evals.labelled import LANGUAGES, Labelled, letters, sentences, shipped
from evals.score_checker import LETTER_DATE, signature_of

RESULTS = Path(__file__).parent / "results"
FLOOR = 0.95
SEED = 20261124
SLOTS = {"en": "[Name]", "pl": "[imię i nazwisko]", "el": "[Όνομα]", "zh": "【请填写】", "ar": "[الاسم]"}
NAMES = {"en": "Okonjo", "pl": "Zawilska", "el": "Δρακάκη", "zh": "欧阳琳", "ar": "الزبيدي"}
BY_SENTENCE = (
    "conditional_apology", "blame_shift", "minimizing", "defensiveness", "overpromise", "generic_inconvenience",
    "unprofessional_tone",
)  # fmt: skip


class Trial(NamedTuple):
    """One changed letter: what was done to it, and whether the check answered as it should."""

    language: str
    kind: str
    right: bool
    detail: str = ""


# What should not matter.


def _wrapped(letter: str) -> str:
    """Return the letter with its lines wrapped at 72 characters, as mail programs do (Chinese has no spaces)."""
    lines = []
    for line in letter.split("\n"):
        while len(line) > 72 and " " in line[:72].strip():
            cut = line.rindex(" ", 1, 72)
            lines.append(line[:cut])
            line = line[cut + 1 :]
        lines.append(line)
    return "\n".join(lines)


def _curly(letter: str) -> str:
    return re.sub(r'"([^"\n]*)"', "“\\1”", letter.replace("'", "’"))


def _straight(letter: str) -> str:
    return re.sub("[“”„«»]", '"', letter.replace("’", "'"))


def _heading(change: Callable[[str], str]) -> Callable[[str], str]:
    def changed(letter: str) -> str:
        label, colon, rest = letter.split("\n", 1)[0].partition(":")
        return f"{label}{colon}{change(rest)}\n{letter.split(chr(10), 1)[-1]}" if rest else letter

    return changed


def _amounts(letter: str) -> str:
    """Return the letter with the last digit before a decimal mark changed, wherever a sum of money stands."""
    return re.sub(r"\d(?=[.,]\d\d\b)", lambda m: str((int(m[0]) + 1) % 10), letter)


INVARIANT: dict[str, Callable[[str], str]] = {
    "Windows line ends": lambda letter: letter.replace("\n", "\r\n"),
    "wrapped lines": _wrapped,
    "more blank lines": lambda letter: letter.replace("\n\n", "\n\n\n"),
    "NFD": lambda letter: unicodedata.normalize("NFD", letter),
    "NFC": lambda letter: unicodedata.normalize("NFC", letter),
    "curly quotes": _curly,
    "straight quotes": _straight,
    "heading lower": _heading(str.lower),
    "heading title": _heading(str.title),
    "amounts": _amounts,
}


def _renamed(item: Labelled) -> str:
    """Return the letter with the sender's surname and the recipient's changed."""
    letter = item.letter
    for party in (item.incident.sender, item.incident.recipient):
        name = (party.name or "").split()
        if name and len(name[-1]) > 1:
            letter = letter.replace(name[-1], NAMES[item.language])
    return letter


# What should.


def without(letter: str, carriers: Iterable[str]) -> str:
    """Return the letter without the sentences that carry an element."""
    for carrier in carriers:
        letter = letter.replace(carrier, "")
    return re.sub(r"\n{3,}", "\n\n", letter).strip() + "\n"


def inserted(item: Labelled, text: str) -> str:
    """Return the letter with *text* as a paragraph of its own before the line that invites an answer or signs."""
    lines = item.letter.split("\n")
    marked = item.carriers.get("contact") or item.carriers["signature"]
    at = max(n for n, line in enumerate(lines) if any(mark.split("\n")[0] in line for mark in marked))
    return "\n".join([*lines[:at], "", text, "", *lines[at:]])


def _faulty(item: Labelled, pool: dict[str, list[str]], chance: Random) -> Iterable[tuple[str, str]]:
    """Yield faults with a letter into which each was put."""
    for fault in BY_SENTENCE:
        if pool[fault]:
            yield fault, inserted(item, chance.choice(pool[fault]))
    if len(pool["remorse"]) > 4:
        yield "over_apology", inserted(item, " ".join(chance.sample(pool["remorse"], 4)))
    greeting = (item.carriers.get("salutation") or item.carriers["signature"])[0]
    yield "placeholder", item.letter.replace(greeting, f"{greeting} {SLOTS[item.language]}", 1)
    filler = pool["none"][:]
    chance.shuffle(filler)
    if len(filler) > 80:
        yield "verbose", inserted(item, "\n\n".join(" ".join(filler[n : n + 8]) for n in range(0, 80, 8)))


def _pool(language: str) -> dict[str, list[str]]:
    """Return labelled sentences by label: those with one fault and nothing of the kind "sorry, but" beside it."""
    found: dict[str, list[str]] = defaultdict(list)
    for text, labels in sentences(language):
        faults = labels & set(BY_SENTENCE)
        if len(faults) == 1:
            found[min(faults)].append(text)
        elif labels == {"remorse"}:
            found["remorse"].append(text)
        elif not labels:
            found["none"].append(text)
    return found


def _verdicts(report: Report) -> dict[str, bool]:
    """Return every verdict but unsupported_fact, which names and amounts do change."""
    found = {name: e.present for name, e in {**report.elements, **report.requirements}.items()}
    return found | {name: f.found for name, f in report.faults.items() if name != "unsupported_fact"}


def trials(item: Labelled, pool: dict[str, list[str]]) -> Iterable[Trial]:
    """Yield what the check makes of a compliant letter when it is changed."""
    chance = Random(f"{SEED} {item.id}")
    language = item.language

    def read(letter: str) -> Report:
        return amends.check(letter, item.incident, letter_date=LETTER_DATE)

    before = _verdicts(read(item.letter))
    changed = {kind: change(item.letter) for kind, change in INVARIANT.items()} | {"names": _renamed(item)}
    for kind, letter in changed.items():
        if letter != item.letter:
            after = _verdicts(read(letter))
            flipped = sorted(name for name in before if before[name] != after[name])
            yield Trial(language, f"stays: {kind}", not flipped, f"{item.id} {flipped}")
    for element in ELEMENTS:
        if before[element] and item.carriers.get(element):
            report = read(without(item.letter, item.carriers[element]))
            yield Trial(language, f"deleted: {element}", not report.elements[element].present, item.id)
    for fault, letter in _faulty(item, pool, chance):
        if not before[fault]:
            yield Trial(language, f"inserted: {fault}", read(letter).faults[fault].found, item.id)


def table(found: Sequence[Trial], signature: str) -> str:
    """Return the rates as Markdown, a row a change and a column a language."""
    languages = [code for code in LANGUAGES if any(t.language == code for t in found)]
    counts: dict[tuple[str, str], Counter[bool]] = defaultdict(Counter)
    for trial in found:
        for kind in (trial.kind, f"**{trial.kind.split(':')[0]}, all**"):
            counts[kind, trial.language][trial.right] += 1
    rows = [f"{signature}\n", "| change | " + " | ".join(languages) + " |", "|---" * (len(languages) + 1) + "|"]
    for kind in dict.fromkeys(kind for kind, _ in counts):
        cells = [counts[kind, code] for code in languages]
        shown = " | ".join(f"{c[True] / c.total():.3f} of {c.total()}" if c else "–" for c in cells)
        rows.append(f"| {kind} | {shown} |")
    return "\n".join(rows) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print and keep the rates; return 1 where a language's rate for a kind of change is below the floor."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--languages", nargs="*", default=LANGUAGES)
    parser.add_argument("--tier", choices=("rules", "fast", "semantic"), default="fast")
    parser.add_argument("--show", action="store_true", help="print each letter that was answered wrongly")
    options = parser.parse_args(arguments)
    os.environ["AMENDS_TIER"] = options.tier
    found: list[Trial] = []
    for code in options.languages:
        compliant = [i for i in (*letters(code), *shipped(code)) if not i.faults and not i.unmet]
        pool = _pool(code)
        for item in compliant:
            if amends.check(item.letter, item.incident, letter_date=LETTER_DATE).passed:
                found += trials(item, pool)
    if options.show:
        for trial in found:
            if not trial.right:
                print(trial.language, trial.kind, trial.detail)
    text = table(found, signature_of(f"{len(found)} changed letters", options.tier, "train"))
    print(text)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"stability-{options.tier}.md").write_text(text, encoding="utf-8")
    rates: dict[tuple[str, str], Counter[bool]] = defaultdict(Counter)
    for trial in found:
        rates[trial.kind.split(":")[0], trial.language][trial.right] += 1
    return int(any(c[True] / c.total() < FLOOR for c in rates.values()))


if __name__ == "__main__":
    raise SystemExit(main())
