"""The engines of a batch: who asks for its letters, what an engine is given, and what it gives back."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
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
    may keep what must outlive it, `save` makes all so far survive a power cut, `stopping` tells that no request should
    begin any more, `note` shows how far the engine is, and `left` takes lines about what goes on after this run.
    `address` is where the engine's machines are, "" for this one or wherever the environment says.
    """

    limits: Limits
    journal: Journal | None = None
    save: Callable[[], None] = lambda: None
    stopping: Callable[[], bool] = lambda: False
    note: Callable[[str], None] = lambda text: None
    left: list[str] = field(default_factory=list)
    address: str = ""


class DraftAll(Protocol):
    """The function `draft_all` of an engine's module: yields a Result for each incident, in any order.

    It takes incidents no faster than it must, and leaves the drafter's letters to the drafter: it decides where and
    when `drafter.adraft` runs.
    """

    def __call__(
        self, drafter: Drafter, incidents: Iterable[Incident] | AsyncIterable[Incident], job: Job
    ) -> AsyncGenerator[Result]: ...


class Engine(NamedTuple):
    """One way to draft a batch: the module that holds its draft_all, and the extra that brings the package it needs.

    The module may also hold `refuse(drafter)`, which raises UsageError for a drafter that it cannot serve. A token
    costs the share `price` of its list price. `elsewhere`: it drafts and checks in processes of its own.
    """

    module: str
    needs: str = ""
    extra: str = ""
    price: Decimal = Decimal(1)
    elsewhere: bool = False


ENGINES: dict[str, Engine] = {
    "local": Engine("amends.batch.local"),
    "openai-batch": Engine("amends.batch.openai_batch", price=Decimal("0.5")),
    "ray": Engine("amends.batch.ray", needs="ray", extra="ray", elsewhere=True),
}


def load(name: str, drafter: Drafter) -> DraftAll:
    """Return the engine *name*, loaded. Raises UsageError for one that nobody knows, that lacks its package, or that
    cannot serve *drafter*."""
    if name not in ENGINES:
        raise UsageError(f"engine: {shown(name)} is none{nearest(name, ENGINES)}")
    known = ENGINES[name]
    if known.needs and find_spec(known.needs) is None:
        raise UsageError(
            f"engine: {name!r} needs the package {known.needs}: pip install 'amends[{known.extra or known.needs}]'"
        )
    module = import_module(known.module)
    getattr(module, "refuse", lambda drafter: None)(drafter)
    return cast(DraftAll, module.draft_all)
