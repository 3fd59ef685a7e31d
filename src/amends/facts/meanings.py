"""Find remedies, causes, third parties, scope and liability told in words, and the record's field that names them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from amends.facts.lexicon import lexicon
from amends.facts.record import Field, Record
from amends.facts.vocabulary import Hit, Vocabulary, Word
from amends.letter import Letter, Sentence
from amends.text import fold_pattern

KINDS = {"remedies": "remedy", "parties": "third_party", "causes": "cause", "scopes": "scope", "liability": "liability"}
_GRANTED = (
    "remedies", "preventions", "cause", "facts", "recipient_actions", "recommended_actions", "what_happened", "tried",
    "affected", "not_affected",
)  # fmt: skip

_RECIPIENTS = "impact"  # where a record tells of the recipient's own world: looked at last
_INTRODUCING = ("compensation", "credit")  # they may stand for the granting of another remedy
_ONLY_REMEDIES = ("freetime",)  # a month is named everywhere: it is free only where a remedy says so
_BESIDE = 60  # characters from such a word to what it grants
_AROUND = 16  # characters beside a party that say whose it is
_STEM = 4  # letters by which two forms of a word are told to be one
_NAMES = ("company.name", "recipient.name", "sender.name", "sender.role", "contact.person")  # they tell who, not what
_GROUPS = ("recipient.group", "recipient.address_as")
_COUNTED = ("affected", "not_affected", "what_happened", "facts")  # where a record says who else was hit


class Told(NamedTuple):
    """Something the letter tells in words: offsets into its clean text."""

    kind: str
    start: int
    end: int
    value: str
    source: str | None
    nearest: str = ""  # the field that says otherwise


class Read(NamedTuple):
    """A sentence of the letter with its words and what they stand for."""

    sentence: Sentence
    folded: str  # the sentence without the words that have another sense here
    words: list[Word]
    hits: list[Hit]


@cache
def _letter_words(code: str) -> Vocabulary:
    """Return what a letter in *code* can tell, named "remedies.refund"."""
    lex = lexicon(code)
    table = {f"{kind}.{name}": forms for kind in KINDS for name, forms in lex.get(kind, default={}).items()}
    table |= {f"status.{name}": lex.get("status", name, default=[]) for name in ("done", "promised")}
    table |= {f"unless.{name}": forms for name, forms in lex.get("unless", default={}).items()}
    return Vocabulary(table, lex.get("particles", default=[]), spaced=lex.spaced)


@cache
def _record_words(code: str) -> Vocabulary:
    """Return what supports each meaning in a record in *code*; a looser word is named "refund~"."""
    lex = lexicon(code)
    table = {name: forms for kind in KINDS for name, forms in lex.get(kind, default={}).items()}
    table |= {f"{name}~": forms for name, forms in lex.get("supports", default={}).items()}
    return Vocabulary(table, lex.get("particles", default=[]), spaced=lex.spaced)


@cache
def _other_senses(code: str) -> re.Pattern[str] | None:
    patterns = lexicon(code).get("senses", default=[])
    # Not in groups: where all begin with a word's edge, that is looked for once.
    return re.compile("|".join(map(fold_pattern, patterns))) if patterns else None


def without_other_senses(folded: str, code: str) -> str:
    """Return *folded* with blanks where words do not mean what they are looked for: a version that is "put back".

    Where a pattern has a group, only that is blanked: the rest is what gives the word its sense.
    """
    senses = _other_senses(code)
    return senses.sub(_blanked, folded) if senses else folded


def _blanked(match: re.Match[str]) -> str:
    start, end = match.span(match.lastindex or 0)
    return match[0][: start - match.start()] + " " * (end - start) + match[0][end - match.start() :]


def read_sentences(letter: Letter) -> list[Read]:
    """Return the sentences of the letter's text with what their words stand for; quotations stay masked."""
    vocabulary = _letter_words(letter.language.code)
    reads = []
    for sentence in letter.sentences:
        if sentence.in_text:
            folded = without_other_senses(sentence.folded, letter.language.code)
            words = vocabulary.words(folded)
            reads.append(Read(sentence, folded, words, vocabulary.find(folded, words)))
    return reads


def supported(record: Record) -> dict[str, str]:
    """Return the meanings that the record names, each with the path of the field that does."""
    vocabulary = _record_words(record.code)
    found: dict[str, str] = {}
    text = "\n".join(without_other_senses(f.folded, record.code) for f in record.fields)
    starts, position = [], 0
    for field in record.fields:
        starts.append(position)
        position += len(field.folded) + 1
    for hit in vocabulary.find(text, vocabulary.words(text)):
        field = record.fields[bisect_right(starts, hit.start) - 1]
        name, loose = hit.name.removesuffix("~"), hit.name.endswith("~")
        if _may_grant(name, field, record.code) and (not loose or _may_support(name, field, record.code)):
            if found.get(name) == _RECIPIENTS:
                found[name] = field.path
            found.setdefault(name, field.path)
    keys = "\n".join(record.keys)
    for hit in vocabulary.find(keys, vocabulary.words(keys)):
        found.setdefault(hit.name.removesuffix("~"), "facts")
    return found


def _may_grant(name: str, field: Field, code: str) -> bool:
    """Whether *field* can hold *name* at all: no name grants a remedy, and a cause does not make us liable."""
    lex = lexicon(code)
    if name in lex.get("liability", default={}):
        return field.path not in _NAMES and field.path != "cause"
    told = any(name in lex.get(kind, default={}) for kind in ("remedies", "causes", "scopes"))
    return field.path not in (*_NAMES, *_GROUPS) or not told


def _may_support(name: str, field: Field, code: str) -> bool:
    """Whether a looser word in *field* can stand for *name*: a remedy has to be named where remedies are."""
    root = field.path.split("[")[0].split(".")[0]
    if name in ("others", "few", "many", "everyone"):
        return root in _COUNTED
    if name in _ONLY_REMEDIES:
        return root in ("remedies", "facts")
    return name not in lexicon(code).get("remedies", default={}) or root in _GRANTED


def meanings(reads: list[Read], record: Record, paid: Mapping[int, str]) -> Iterator[Told]:
    """Yield what the letter tells in words, once a sentence and meaning.

    *paid* says where the letter tells a figure of a remedy, and which field holds it.
    """
    held = supported(record)
    for read in reads:
        seen: set[str] = set()
        spared = {h.name.removeprefix("unless.") for h in read.hits if h.name.startswith("unless.")}
        for hit in sorted(read.hits, key=lambda h: (h.start, -h.end)):
            kind, _, name = hit.name.partition(".")
            if kind not in KINDS or name in seen or name in spared:
                continue
            if kind == "remedies" and _is_heading(read, hit):
                continue
            seen.add(name)
            start = read.sentence.start + hit.start
            source = held.get(name) or (_names_remedy(read, hit, held, paid) if name in _INTRODUCING else None)
            if kind == "parties" and source == _RECIPIENTS and not _same_word(read, hit, source, record):
                source = None
            yield Told(KINDS[kind], start, read.sentence.start + hit.end, name, source)


def _names_remedy(read: Read, hit: Hit, held: dict[str, str], paid: Mapping[int, str]) -> str | None:
    """Return the field of the remedy that "by way of compensation" or "we credit" introduces in the same sentence."""
    near = [h for h in read.hits if h.name.startswith("remedies.") and 0 <= h.start - hit.end <= _BESIDE]
    others = near if hit.name.endswith(".credit") else read.hits
    sources = (held.get(h.name.removeprefix("remedies.")) for h in others if h.name.startswith("remedies."))
    named = next((path for path in sources if path and path.startswith("remedies[")), None)
    start, end = read.sentence.start, read.sentence.end
    return named or next((path for place, path in paid.items() if start <= place < end), None)


def _same_word(read: Read, hit: Hit, path: str, record: Record) -> bool:
    """Whether the letter names a party by a word of the field at *path*: the recipient's supplier is not ours."""
    folded = read.sentence.folded
    stem = folded[hit.start : hit.end][:_STEM]
    before, after = folded[max(0, hit.start - _AROUND) : hit.start], folded[hit.end : hit.end + _AROUND]
    if _ours(record.code).search(f"{before}<{folded[hit.start : hit.end]}>{after}"):
        return False
    return any(stem in field.folded for field in record.fields if field.path == path)


@cache
def _ours(code: str) -> re.Pattern[str]:
    """Return what says that a party, which stands between < and >, is the sender's."""
    return re.compile(fold_pattern(lexicon(code).get("ours", default="(?!)")))


def _is_heading(read: Read, hit: Hit) -> bool:
    """Whether a word only heads what follows: "Compensation: 5 GB"."""
    return hit.start == read.words[0].start and (
        len(read.words) <= 3 or read.sentence.folded[hit.end : hit.end + 1] == ":"
    )


def remedies_in(folded: str, code: str) -> frozenset[str]:
    """Return the remedies that a text of the record names outright."""
    vocabulary = _record_words(code)
    folded = without_other_senses(folded, code)
    return frozenset(h.name for h in vocabulary.find(folded, vocabulary.words(folded)) if "~" not in h.name)
