"""A draft as Markdown: the letter as it reads, then its verdict and its ledger."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from amends.display import one_line, safe
from amends.verdict_rows import claims, headline, shown

if TYPE_CHECKING:
    from amends.draft import Draft
    from amends.report import Report

_ACTIVE = re.compile(r"([\\`*_{}\[\]<>#|~&$])")
_LINE_START = re.compile(r"^(\s*)([-+=:]|\d+[.)])(?=\s|$|[-=:])")


def document(draft: Draft) -> str:
    """Return the letter with every character that Markdown would read escaped, the verdict, and the ledger."""
    lines = [_escaped_line(line) for line in safe(draft.letter.strip()).split("\n")]
    # A backslash at the end of a line keeps the letter's own line breaks.
    letter = "\n".join(
        line + "\\" if line.strip() and i + 1 < len(lines) and lines[i + 1].strip() else line
        for i, line in enumerate(lines)
    )
    return "\n".join([letter, "", "---", "", *_verdict(draft.report), *_ledger(draft.report)])


def _verdict(report: Report) -> list[str]:
    lines = [f"**{_escaped(headline(report))}** ({report.language}, {report.words} words)", ""]
    lines += ["| verdict | | words or reason |", "|---|---|---|"]
    for row in shown(report):
        proof = f"“{one_line(row.spans[0].text)}”" if row.spans else one_line(row.reason, 400)
        state = f"**{row.state}**" if row.failed else row.state
        lines.append(f"| {row.name} | {state} | {_escaped(proof)} |")
    lines += ["", *(f"- advice: {_escaped(one_line(advice.message, 400))}" for advice in report.advice)]
    lines += [f"- waived: {name}: {_escaped(one_line(reason, 400))}" for name, reason in report.waived.items()]
    return lines


def _ledger(report: Report) -> list[str]:
    lines = ["", "| claim | value | field of the record |", "|---|---|---|"]
    for claim in claims(report):
        source = f"`{claim.source}`" if claim.source else f"**none** {_escaped(one_line(claim.note, 200))}"
        lines.append(f"| {_escaped(one_line(claim.text))} | {_escaped(one_line(claim.value))} | {source} |")
    lines += ["", *(_not_stated(f.field, f.value, required=f.required) for f in report.unstated)]
    return lines if report.ledger or report.unstated else []


def _not_stated(field: str, value: str, *, required: bool) -> str:
    return f"- not stated: `{field}`: {_escaped(one_line(value))}{' **(must not be missing)**' if required else ''}"


def _escaped(text: str) -> str:
    return _ACTIVE.sub(r"\\\1", text)


def _escaped_line(line: str) -> str:
    return _LINE_START.sub(r"\1\\\2" if not re.match(r"\s*\d", line) else _dotted, _escaped(line))


def _dotted(match: re.Match[str]) -> str:
    return f"{match[1]}{match[2][:-1]}\\{match[2][-1]}"
