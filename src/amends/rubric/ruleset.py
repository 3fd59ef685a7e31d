"""All rules of a language at once: which of them match a letter, and where."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation

from amends import files
from amends.errors import DataError
from amends.language import language
from amends.letter import Letter, Part, Sentence, read_letter
from amends.rubric import built
from amends.rubric.pattern import Pattern, holds
from amends.rubric.rules import Rule, read_rules


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
    by_literal: tuple[tuple[Candidate, ...], ...]  # by the number of a string: what to try where it stands
    always: tuple[tuple[Rule, Pattern], ...]  # patterns that need no string
    waived: dict[str, str]  # verdict → reason
    house: frozenset[str] = frozenset()  # ids of a house's own rules: they decide whatever the learned part says

    def match(self, letter: Letter) -> list[Hit]:
        """Return every hit in *letter*, at most one for a rule and sentence."""
        hits: dict[tuple[str, int], Hit] = {}
        # Plain loops and local names: this is the check's busiest place.
        find, candidates, disjoint = self.finder.find_matches_as_indexes, self.by_literal, frozenset.isdisjoint
        for number, sentence in enumerate(letter.sentences):
            held = {string for string, _, _ in find(sentence.folded, overlapping=True)}
            failed: set[Pattern] = set()  # a pattern may be a candidate by many strings
            for string in held:
                for rule, pattern, others in candidates[string]:
                    for other in others:
                        if disjoint(other, held):
                            break
                    else:
                        if pattern not in failed and not _try(rule, pattern, number, letter, hits):
                            failed.add(pattern)
        folded = "\n".join(s.folded for s in letter.sentences)
        raw = "\n".join(_written(s, letter) for s in letter.sentences) if self.always else ""
        for rule, pattern in self.always:
            # Most of these match nowhere: one look at the whole spares one at each sentence.
            text = raw if rule.raw else folded
            if pattern.may_match(text) and pattern.by_line.search(text):
                for number in range(len(letter.sentences)):
                    _try(rule, pattern, number, letter, hits)
        return list(hits.values())


def _written(sentence: Sentence, letter: Letter) -> str:
    """Return *sentence* as it was written, on one line."""
    return letter.clean.text[sentence.start : sentence.end].replace("\n", " ")


def _try(rule: Rule, pattern: Pattern, number: int, letter: Letter, hits: dict[tuple[str, int], Hit]) -> bool:
    """Whether *rule* has a hit in the sentence: by *pattern*, whose needs are met, or by another before it.

    A pattern that matches adds one, with an `also` and without an `unless`.
    """
    if (rule.id, number) in hits:
        return True
    sentence = letter.sentences[number]
    if not rule.reads(sentence.part):
        return False
    text = _written(sentence, letter) if rule.raw else sentence.folded
    found = pattern.compiled.search(text) if holds(text, pattern.signs) else None
    if (
        found
        and (not rule.also or any(p.search(text) for p in rule.also))
        and not any(p.search(text) for p in rule.unless)
    ):
        hits[rule.id, number] = Hit(rule, number, sentence.start + found.start(), sentence.start + found.end())
        return True
    return False


@cache
def rules(code: str) -> RuleSet:
    """Return the shipped rules of the language *code*. Raises DataError with all problems of its file."""
    path = files.prompts() / code / "rubric.toml"
    if not path.is_file():
        return _indexed([], {})
    # Tests compile every shipped pattern; at run time that is left to those that are tried.
    kept = built.load(code, path.read_bytes())
    return _indexed(kept, {}) if kept is not None else _indexed(*read_rules(path, code, compiled=False))


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
            # Sorted: a set of strings has another order in each process, and with it the rule that a reason names.
            others = tuple(
                frozenset(numbers.setdefault(s, len(numbers)) for s in sorted(strings))
                for strings in pattern.needs
                if strings is not first
            )
            for literal in sorted(first):
                number = numbers.setdefault(literal, len(numbers))
                by_literal.setdefault(number, []).append(Candidate(rule, pattern, others))
    finder = AhoCorasick(list(numbers), implementation=Implementation.NoncontiguousNFA)  # the quickest to build
    return RuleSet(
        kept, finder, tuple(tuple(by_literal.get(n, ())) for n in range(len(numbers))), tuple(always), waived
    )


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
