"""Few-shot letters: load them from prompts/<lang>/examples and a house's own folder, and choose those that fit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from amends import files
from amends.errors import DataError, IncidentError
from amends.incident import Incident
from amends.report import ELEMENTS, REQUIREMENTS
from amends.scenario import scenarios

_FIELDS = ("incident", "letter", "lesson", "source", "author", "reviewer", "carriers", "required_facts")
LIMIT = 3  # letters in one prompt
BUDGET = 12_000  # characters of their records and letters together
_TEXTS = ("letter", "lesson", "source", "author", "reviewer")


@dataclass(frozen=True, eq=False)
class Example:
    """A letter worth imitating: its record, what it shows, and the sentences that carry each element."""

    incident: Incident
    letter: str
    lesson: str
    source: str
    author: str
    reviewer: str
    carriers: dict[str, list[str]]
    required_facts: list[str]

    @property
    def id(self) -> str:
        """The id of its record."""
        return self.incident.id

    @cached_property
    def size(self) -> int:
        """How much of a prompt it takes, in characters."""
        texts = (f"{path}: {value}" for path, value in self.incident.leaves())
        return len(self.letter) + len(self.lesson) + sum(map(len, texts))


def choose(
    incident: Incident, *, folder: str | Path | None = None, limit: int = LIMIT, budget: int = BUDGET
) -> list[Example]:
    """Return at most *limit* examples within *budget* characters, those closest in severity and voice first.

    Scenario, language, mode and audience alone decide which, related ones filling up; the record's own
    letter is never among them. The same record gets the same examples. Raises DataError for faulty files.
    """
    known = {example.id: example for example in examples(incident.base)}
    if folder is not None:
        known |= {example.id: example for example in house_examples(incident.base, folder)}
    fitting = sorted(
        (example for example in known.values() if example.id != incident.id),
        key=lambda example: (_distance(incident, example.incident), example.id),
    )
    chosen: list[Example] = []
    for example in fitting:
        if len(chosen) < limit and sum(e.size for e in chosen) + example.size <= budget:
            chosen.append(example)
    return sorted(chosen, key=lambda example: (-_shared(incident, example.incident), example.id))


def _distance(wanted: Incident, other: Incident) -> tuple[int, ...]:
    """Return how far *other* is: same scenario first, then audience and mode, then what its scenario asks."""
    asks, asked = ({*kind.waives, *kind.requires} for kind in (scenarios()[i.scenario] for i in (wanted, other)))
    return (
        wanted.scenario != other.scenario,
        wanted.to_group != other.to_group,
        wanted.mode != other.mode,
        len(asks ^ asked),
    )


def _shared(wanted: Incident, other: Incident) -> int:
    return (wanted.severity == other.severity) + (wanted.company.voice == other.company.voice)


@cache
def examples(code: str) -> tuple[Example, ...]:
    """Return the shipped examples of the language *code*. Raises DataError with every problem of every file."""
    folder = files.prompts() / code / "examples"
    found = [path for path in folder.iterdir() if path.name.endswith(".toml")] if folder.is_dir() else []
    return tuple(_read_all(found, code))


def house_examples(code: str, folder: str | Path) -> list[Example]:
    """Return the examples of *folder* in the language *code*. Raises DataError if it holds none, or faulty ones."""
    paths = sorted(Path(folder).glob("*.toml"))
    if not paths:
        raise DataError(str(folder), ["holds no .toml file with an example"])
    return _read_all(paths, code)


def _read_all(paths: Iterable[Traversable | Path], code: str) -> list[Example]:
    found: list[Example] = []
    problems: list[str] = []
    for path in sorted(paths, key=lambda p: p.name):
        try:
            example = read_example(path)
        except DataError as error:
            problems += str(error).split("\n")
        else:
            if example.incident.base == code:
                found.append(example)
    if problems:
        raise DataError("", problems)
    return found


def read_example(path: Traversable | Path) -> Example:
    """Return the example (or gold letter) in a TOML file. Raises DataError with the file and every problem."""
    table = files.read_toml(path)
    problems = [f"{name}: unknown field (one of {', '.join(_FIELDS)})" for name in table if name not in _FIELDS]
    problems += [
        f"{name}: {'is missing' if name not in table else 'is not text, or empty'}"
        for name in _TEXTS
        # A letter that nobody has reviewed yet says so with an empty name; a gold letter teaches no lesson.
        if not (isinstance(table.get(name), str) and (table[name].strip() or name in ("reviewer", "lesson")))
    ]
    carriers, paths = table.get("carriers", {}), table.get("required_facts", [])
    incident = _incident(table, problems)
    letter = str(table.get("letter", "")).strip()
    problems += _carrier_problems(carriers, letter)
    if incident is not None:
        known = dict(incident.leaves())
        problems += [
            f"required_facts[{index}]: {name!r} names no field of the incident"
            for index, name in enumerate(paths)
            if not any(leaf == name or leaf.startswith((f"{name}.", f"{name}[")) for leaf in known)
        ]
    if problems or incident is None:
        raise DataError(str(path), problems)
    texts = {name: table[name].strip() for name in _TEXTS}
    return Example(incident=incident, carriers=carriers, required_facts=paths, **texts)


def _incident(table: dict[str, Any], problems: list[str]) -> Incident | None:
    if not isinstance(table.get("incident"), dict):
        problems.append("incident: is missing (write it as a table: [incident])")
        return None
    try:
        return Incident.load(table["incident"])
    except IncidentError as error:
        problems += [f"incident.{problem}" for problem in error.problems]
        return None


def _carrier_problems(carriers: Any, letter: str) -> list[str]:
    if not isinstance(carriers, dict) or not all(isinstance(sentences, list) for sentences in carriers.values()):
        return ['carriers: is not a table of lists (write remorse = ["…"])']
    problems = [
        f"carriers.{name}: is no element or requirement of the rubric"
        for name in carriers
        if name not in (*ELEMENTS, *REQUIREMENTS)
    ]
    return problems + [
        f"carriers.{name}[{index}]: does not stand in the letter word for word"
        for name, sentences in carriers.items()
        for index, sentence in enumerate(sentences)
        if str(sentence) not in letter
    ]
