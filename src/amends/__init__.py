"""Customer apology letters with proof: draft, check, ledger."""

from __future__ import annotations

import logging
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from amends.drafting import Draft, Drafter
    from amends.errors import AmendsError, DataError, DraftError, IncidentError, ModelError, UsageError
    from amends.incident import Incident
    from amends.report import Report
    from amends.rubric.check import check

__all__ = [
    "AmendsError",
    "DataError",
    "Draft",
    "DraftError",
    "Drafter",
    "Incident",
    "IncidentError",
    "ModelError",
    "Report",
    "UsageError",
    "check",
]

# Names load on first use, so that `import amends` costs next to nothing and a check never loads a client.
_HOME = {
    "AmendsError": "amends.errors",
    "DataError": "amends.errors",
    "Draft": "amends.drafting",
    "DraftError": "amends.errors",
    "Drafter": "amends.drafting",
    "Incident": "amends.incident",
    "IncidentError": "amends.errors",
    "ModelError": "amends.errors",
    "Report": "amends.report",
    "UsageError": "amends.errors",
    "check": "amends.rubric.check",
}

logging.getLogger("amends").addHandler(logging.NullHandler())


def __getattr__(name: str) -> Any:
    if name in _HOME:
        value = getattr(import_module(_HOME[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'amends' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
