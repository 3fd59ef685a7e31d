"""docs/letters.md shows letters of the offline writer: as it writes them, two in each language."""

from __future__ import annotations

import asyncio
import re
import sys
import tomllib
from pathlib import Path

from amends import Incident, check
from amends.language import language
from amends.offline import OfflineModel

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "letters.md"
SHOWN = {
    "en": ("billing_error", "delay"),
    "zh": ("wrong_transfer", "missed_appointment"),
    "pl": ("billing_error", "cancelled_service"),
    "el": ("defective_product", "outage"),
    "ar": ("billing_error", "poor_service"),
}
HEAD = """# Letters of the offline writer

What `amends draft` writes without a model, from records in `evals/gold/`: two in each language. A test keeps this
page as the writer writes; `python tests/test_docs_letters.py` makes it anew. What stands after a colon are the
record's own words: the writer introduces them and never bends them.
"""


def page() -> str:
    """Return the page as the writer writes it today."""
    parts = [HEAD]
    for code, names in SHOWN.items():
        for name in names:
            table = tomllib.loads((ROOT / "evals" / "gold" / code / f"{name}.toml").read_text(encoding="utf-8"))
            incident = Incident.load(table["incident"])
            text = asyncio.run(OfflineModel().write([], incident=incident)).text
            parts.append(f"## {language(code).name}: `{name}`\n\n```text\n{text.strip()}\n```\n")
    return "\n".join(parts)


def test_the_page_shows_what_the_writer_writes():
    """Every letter on the page is the writer's, to the letter."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_letter_on_the_page_passes():
    """Two letters a language stand there, and each passes the check with its record."""
    shown = re.findall(r"```text\n(.*?)\n```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    wanted = [(code, name) for code, names in SHOWN.items() for name in names]
    assert len(shown) == len(wanted)
    for (code, name), letter in zip(wanted, shown, strict=True):
        table = tomllib.loads((ROOT / "evals" / "gold" / code / f"{name}.toml").read_text(encoding="utf-8"))
        assert check(letter, Incident.load(table["incident"])).passed, (code, name)


if __name__ == "__main__":
    sys.exit(PAGE.write_text(page(), encoding="utf-8") < 0)
