"""The engines of a batch: who asks for its letters, what an engine is given, and what it gives back."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

from amends.errors import UsageError, nearest, shown

if TYPE_CHECKING:
    from amends.batch.journal import Journal
    from amends.batch.limits import Limits
    from amends.draft import Draft
    from amends.drafting import Drafter
    from amends.incident import Incident


@dataclass(frozen=True)
class Result:
    """What became of one incident of a batch: its draft, or in one line why there is none."""

    incident: Incident
    draft: Draft | None
    problem: str = ""
    over_budget: bool = False

    @property
    def passed(self) -> bool:
        """Whether there is a letter and it passes."""
        return self.draft is not None and self.draft.passed


@dataclass(frozen=True)
class Job:
    """What an engine works with, beside the drafter and the incidents.

    `limits` says when a request may begin and what it may cost. Of a run with an output, `journal` is where an engine
    may keep what must outlive it, and `stopping` tells that no request should begin any more.
    """

    limits: Limits
    journal: Journal | None = None
    stopping: Callable[[], bool] = lambda: False


class DraftAll(Protocol):
    """The function `draft_all` of an engine's module: yields a Result for each incident, in any order.

    It takes incidents no faster than it must, and leaves the drafter's letters to the drafter: it decides where and
    when `drafter.adraft` runs.
    """

    def __call__(
        self, drafter: Drafter, incidents: Iterable[Incident] | AsyncIterable[Incident], job: Job
    ) -> AsyncGenerator[Result]: ...


class Engine(NamedTuple):
    """One way to draft a batch: the module that holds its draft_all, and the extra that brings the package it needs."""

    module: str
    needs: str = ""
    extra: str = ""


ENGINES: dict[str, Engine] = {
    "local": Engine("amends.batch.local"),
}


def load(name: str) -> DraftAll:
    """Return the engine *name*, loaded. Raises UsageError for one that nobody knows or whose extra is missing."""
    if name not in ENGINES:
        raise UsageError(f"engine: {shown(name)} is none{nearest(name, ENGINES)}")
    known = ENGINES[name]
    if known.needs and find_spec(known.needs) is None:
        raise UsageError(
            f"engine: {name!r} needs the package {known.needs}: pip install 'amends[{known.extra or known.needs}]'"
        )
    return cast(DraftAll, import_module(known.module).draft_all)
