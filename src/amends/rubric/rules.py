"""Rules: what patterns show or rule out a verdict, loaded from prompts/<lang>/rubric.toml and a house's own files."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from functools import cache
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation

from amends import files
from amends.errors import DataError
from amends.language import language
from amends.letter import Letter, Part, Sentence, read_letter
from amends.report import ELEMENTS, FAULTS, REQUIREMENTS
from amends.rubric.pattern import Pattern
from amends.text import fold, fold_pattern

PARTS = ("subject", "salutation", "body", "closing", "signature")
EFFECTS = ("shows", "denies", "advises", "requires")
_PATTERNS = ("patterns", "unless", "also")
_FIELDS = {*_PATTERNS, "verdict", "effect", "message", "unless_near", "parts", "raw", "good", "bad", "source"}


class Rule(NamedTuple):
    """One rule. A sentence that a pattern matches (and an `also`, if there are any, and no `unless`) has what it names.

    effect "shows": the sentence carries the element, or is the fault. "denies": whatever else speaks for
    the verdict, this sentence does not count. "advises": a remark that never decides; `verdict` is its id.
    "requires": the letter must hold such a sentence; it is reported as a requirement under the rule's id.
    """

    id: str
    verdict: str
    effect: str
    message: str
    patterns: tuple[Pattern, ...]
    unless: tuple[Pattern, ...]
    also: tuple[Pattern, ...]
    parts: tuple[Part, ...]
    raw: bool  # matched on the text as written, for what folding would hide
    good: tuple[str, ...]
    bad: tuple[str, ...]
    source: str
    unless_near: str = ""  # a verdict: where a rule shows it in the same paragraph, the sentence is cleared


class Hit(NamedTuple):
    """A sentence that a rule matched, and where in the clean text."""

    rule: Rule
    sentence: int
    start: int
    end: int


class Candidate(NamedTuple):
    """A pattern, and the further sets of strings of which a sentence must hold one each."""

    rule: Rule
    pattern: Pattern
    others: tuple[frozenset[int], ...]


class RuleSet(NamedTuple):
    """All rules of a language, with the index that finds the few patterns worth trying on a letter."""

    rules: tuple[Rule, ...]
    finder: AhoCorasick  # finds every string that a pattern needs in one pass, by its number
    by_literal: dict[int, tuple[Candidate, ...]]  # number of a string → patterns worth trying where it stands
    always: tuple[tuple[Rule, Pattern], ...]  # patterns that need no string
    waived: dict[str, str]  # verdict → reason
    house: frozenset[str] = frozenset()  # ids of a house's own rules: they decide whatever the learned part says

    def match(self, letter: Letter) -> list[Hit]:
        """Return every hit in *letter*, at most one for a rule and sentence."""
        folded = "\n".join(s.folded for s in letter.sentences)
        starts = _starts(letter.sentences)
        found: dict[int, set[int]] = {}  # sentence → numbers of the strings that it holds
        for number, start, _ in self.finder.find_matches_as_indexes(folded, overlapping=True):
            found.setdefault(bisect_right(starts, start) - 1, set()).add(number)
        hits: dict[tuple[str, int], Hit] = {}
        for sentence, numbers in found.items():
            for number in numbers:
                for rule, pattern, others in self.by_literal.get(number, ()):
                    if not any(other.isdisjoint(numbers) for other in others):
                        _try(rule, pattern, sentence, letter, hits)
        raw = "\n".join(_written(s, letter) for s in letter.sentences) if self.always else ""
        for rule, pattern in self.always:
            # Most of these match nowhere: one look at the whole spares one at each sentence.
            if pattern.anchored or pattern.compiled.search(raw if rule.raw else folded):
                for number in range(len(letter.sentences)):
                    _try(rule, pattern, number, letter, hits)
        return list(hits.values())


def _starts(sentences: list[Sentence]) -> list[int]:
    starts, position = [], 0
    for sentence in sentences:
        starts.append(position)
        position += len(sentence.folded) + 1
    return starts


def _written(sentence: Sentence, letter: Letter) -> str:
    """Return *sentence* as it was written, on one line."""
    return letter.clean.text[sentence.start : sentence.end].replace("\n", " ")


def _try(rule: Rule, pattern: Pattern, number: int, letter: Letter, hits: dict[tuple[str, int], Hit]) -> None:
    """Add a hit if *pattern*, whose needs are met, matches the sentence, with an `also` and without an `unless`."""
    sentence = letter.sentences[number]
    if sentence.part not in rule.parts or (rule.id, number) in hits:
        return
    text = _written(sentence, letter) if rule.raw else sentence.folded
    found = pattern.compiled.search(text)
    if (
        found
        and (not rule.also or any(p.search(text) for p in rule.also))
        and not any(p.search(text) for p in rule.unless)
    ):
        hits[rule.id, number] = Hit(rule, number, sentence.start + found.start(), sentence.start + found.end())


@cache
def rules(code: str) -> RuleSet:
    """Return the shipped rules of the language *code*. Raises DataError with all problems of its file."""
    path = files.prompts() / code / "rubric.toml"
    # Tests compile every shipped pattern; at run time that is left to those that are tried.
    return _indexed(*read_rules(path, code, compiled=False)) if path.is_file() else _indexed([], {})


def house_rules(code: str, folder: str | Path) -> RuleSet:
    """Return the shipped rules and those of every .toml file in *folder*, which may also waive verdicts."""
    found, waived = list(rules(code).rules), dict(rules(code).waived)
    paths = sorted(Path(folder).glob("*.toml"))
    if not paths:
        raise DataError(str(folder), ["holds no .toml file with rules"])
    for path in paths:
        more, waives = read_rules(path, code)
        found += more
        waived |= waives
    shipped = {rule.id for rule in rules(code).rules}
    house = frozenset(rule.id for rule in found if rule.id not in shipped)
    return _indexed(found, waived)._replace(house=house)


def _indexed(found: Iterable[Rule], waived: dict[str, str]) -> RuleSet:
    numbers: dict[str, int] = {}  # string → number
    by_literal: dict[int, list[Candidate]] = {}
    always = []
    kept = tuple(found)
    for rule in kept:
        for pattern in rule.patterns:
            first = frozenset() if rule.raw else pattern.literals
            if not first:
                always.append((rule, pattern))
                continue
            others = tuple(
                frozenset(numbers.setdefault(s, len(numbers)) for s in strings)
                for strings in pattern.needs
                if strings is not first
            )
            for literal in first:
                number = numbers.setdefault(literal, len(numbers))
                by_literal.setdefault(number, []).append(Candidate(rule, pattern, others))
    finder = AhoCorasick(list(numbers), implementation=Implementation.NoncontiguousNFA)  # the quickest to build
    return RuleSet(kept, finder, {n: tuple(c) for n, c in by_literal.items()}, tuple(always), waived)


def read_rules(path: Traversable | Path, code: str, *, compiled: bool = True) -> tuple[list[Rule], dict[str, str]]:
    """Return the rules and waivers of one file, their patterns *compiled*, else when they are first tried.

    Raises DataError with every problem and its rule.
    """
    table = files.read_toml(path)
    problems: list[str] = []
    found: list[Rule] = []
    waived = _waivers(table, problems)
    for group, entries in table.items():
        if group in ("waive", "reason"):
            continue
        if not isinstance(entries, dict) or not all(isinstance(entry, dict) for entry in entries.values()):
            problems.append(f"{group}: not a table of rules (write [{group}.some-name])")
            continue
        for name, entry in entries.items():
            rule = _rule(f"{group}.{name}", entry, problems, compiled=compiled)
            if rule:
                found.append(rule)
    if problems:
        raise DataError(str(path), problems)
    return found, waived


def _waivers(table: dict[str, Any], problems: list[str]) -> dict[str, str]:
    names, reason = table.get("waive", []), table.get("reason", "")
    for name in names:
        if name not in (*ELEMENTS, *FAULTS, *REQUIREMENTS):
            problems.append(f"waive: {name!r} is no element, fault or requirement of the rubric")
    if names and not reason:
        problems.append('waive: needs a reason (reason = "…"), which every report will show')
    return {name: str(reason) for name in names}


def _rule(name: str, entry: dict[str, Any], problems: list[str], *, compiled: bool) -> Rule | None:
    before = len(problems)
    problems += [
        f"{name}: unknown field {key!r} (one of {', '.join(sorted(_FIELDS))})" for key in entry if key not in _FIELDS
    ]
    effect = entry.get("effect", "shows")
    if effect not in EFFECTS:
        problems.append(f"{name}: unknown effect {effect!r} (one of {', '.join(EFFECTS)})")
    verdict = entry.get("verdict", "")
    if effect in ("shows", "denies") and verdict not in (*ELEMENTS, *FAULTS, *REQUIREMENTS):
        problems.append(f"{name}: verdict {verdict!r} is no element, fault or requirement of the rubric")
    problems += [f"{name}: {key} is missing" for key in ("patterns", "good", "bad", "message") if not entry.get(key)]
    near = entry.get("unless_near", "")
    if near and near not in (*ELEMENTS, *FAULTS):
        problems.append(f"{name}: unless_near {near!r} is no element or fault of the rubric")
    parts = tuple(entry.get("parts", ("subject", "body", "closing")))
    problems += [f"{name}: unknown part {part!r} (one of {', '.join(PARTS)})" for part in parts if part not in PARTS]
    raw = bool(entry.get("raw", False))
    for key in _PATTERNS:
        for text in entry.get(key, []):
            wrong = _wrong(text, raw=raw, compiled=compiled)
            if wrong:
                problems.append(f"{name}: {key}: {text!r} {wrong}")
    if len(problems) > before:
        return None
    patterns, unless, also = (
        tuple(Pattern(text if raw else fold_pattern(text)) for text in entry.get(key, [])) for key in _PATTERNS
    )
    return Rule(
        name, verdict, effect, entry["message"], patterns, unless, also,
        parts, raw, tuple(entry["good"]), tuple(entry["bad"]), entry.get("source", ""), near,
    )  # fmt: skip


def _wrong(text: str, *, raw: bool, compiled: bool) -> str:
    """Return what is wrong with a pattern, "" where nothing is."""
    # In a set of characters ".+" is no gap.
    if re.search(r"(?<!\\)\.[*+]", re.sub(r"\[\^?\]?(?:\\.|[^\]\\])*\]", "[]", text)):
        return "has a gap without bound (write .{0,60} for .*)"
    try:
        if compiled:
            re.compile(text if raw else fold_pattern(text))
    except re.error as error:
        return f"is no regular expression: {error}"
    return ""


def fires(rule: Rule, text: str, code: str) -> bool:
    """Whether *rule* matches anywhere in *text*, read as a letter's body (or the part it is for)."""
    letter = read_letter(text, language(code))
    hits: dict[tuple[str, int], Hit] = {}
    frame: Part = rule.parts[0] if "body" not in rule.parts else "body"
    sentences = [s if s.part in rule.parts else s._replace(part=frame) for s in letter.sentences]
    letter = letter._replace(sentences=sentences)
    for number in range(len(sentences)):
        for pattern in rule.patterns:
            _try(rule, pattern, number, letter, hits)
    return bool(hits)


def folded_words(text: str) -> list[str]:
    """Return the words of *text* as rules see them."""
    return re.findall(r"\w+", fold(text))
