"""How much of a prompt two incidents of one kind share, for a provider to cache: `make bench` prints it."""

from __future__ import annotations

from itertools import takewhile
from pathlib import Path

from amends import Incident, prompt

RECORDS = Path(__file__).parents[1] / "examples" / "incidents"
LEAST = 0.8


def main() -> None:
    """Print the share of identical characters at the start of two prompts that differ in everything but their kind."""
    print(f"identical prefix of two incidents of one scenario, language, mode and audience (at least {LEAST})")
    for path in sorted(RECORDS.iterdir()):
        incident = Incident.load(path)
        whole, twin = (text(i) for i in (incident, other(incident)))
        share = shared(whole, twin) / max(len(whole), len(twin))
        print(f"{'ok ' if share >= LEAST else 'LOW'} {share:.3f}  {len(whole):6,} characters  {path.name}")


def shared(first: str, second: str) -> int:
    """Return how many characters two texts have in common before they part."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, second, strict=False)))


def text(incident: Incident) -> str:
    """Return all that is sent for *incident*."""
    return "".join(message["content"] for message in prompt.messages(incident).messages)


def other(incident: Incident) -> Incident:
    """Return an incident of the same kind with other severity, firm, people and facts."""
    record = incident.model_dump(mode="json", exclude_defaults=True)
    severity = "low" if incident.severity == "critical" else "critical"
    names = {name: "X" for name in record["recipient"] if name in ("name", "group")}
    changed = {"id": "other", "severity": severity, "what_happened": "X.", "company": {"name": "X"}, "recipient": names}
    return Incident.load(record | changed)


if __name__ == "__main__":
    main()
