"""A case that a browser could take for its own."""

from __future__ import annotations

from runs import LETTER, a_case, a_report

from amends.evaluation.result import Case, Fact
from amends.report import Claim

HOSTILE = (
    '</script><script>window.hit = 1</script> "onmouseover="window.hit = 2" <img src=x onerror=\'window.hit = 3\'>'
)


def hostile() -> Case:
    """Return a case whose letters, record and ledger hold HOSTILE."""
    report = a_report(["repair"]).model_copy(update={
        "ledger": [Claim(text=HOSTILE, start=0, end=5, kind="name", value=HOSTILE, note=HOSTILE)]})  # fmt: skip
    return a_case(
        "hostile", lacking=["repair"], report=report, letter=f"{LETTER}\n{HOSTILE}", gold_letter=HOSTILE,
        complaint=HOSTILE, facts=[Fact(path="what_happened", value=HOSTILE)], language="en",
    )  # fmt: skip
