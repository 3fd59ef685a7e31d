"""The commands that show what amends knows: `new`, `prompt`, `rubric` and `scenarios`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from amends import cli_io
from amends.errors import UsageError

if TYPE_CHECKING:
    from amends.rubric.verdicts import Meaning

Format = Literal["text", "json"]
FormatOption = Annotated[Format, typer.Option("--format", help="How to print.")]
LanguageOption = Annotated[str, typer.Option("--language", metavar="TAG", help="en, zh, pl, el or ar.")]

NEW_EXAMPLES = """\b
Examples:
  amends new billing_error > incident.toml
  amends new outage --language pl > awaria.toml
"""
PROMPT_EXAMPLES = """\b
Examples:
  amends prompt incident.toml
  amends prompt incident.toml --format json
"""
RUBRIC_EXAMPLES = """\b
Examples:
  amends rubric
  amends rubric --explain remorse --language el
"""
SCENARIOS_EXAMPLES = """\b
Examples:
  amends scenarios
  amends scenarios --for incident.toml
"""


def new(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="One of those that `amends scenarios` lists.")],
    language: LanguageOption = "en",
) -> None:
    """Print a commented incident record to fill in; it loads as it is."""
    from amends.new import new_record

    cli_io.emit(new_record(scenario, language).rstrip("\n") + "\n")


def prompt(
    incident: Annotated[
        str, typer.Argument(metavar="INCIDENT", help="The record (.toml, .yaml, .json); - reads stdin.")
    ],
    rules: Annotated[str | None, typer.Option("--rules", metavar="DIR", help="A folder of your own rules.")] = None,
    examples: Annotated[
        str | None, typer.Option("--examples", metavar="DIR", help="A folder of your own example letters.")
    ] = None,
    format: FormatOption = "text",
) -> None:
    """Print the messages that would be sent to a model. Nothing is sent."""
    from amends.prompt import messages

    record = cli_io.load_incident(incident)
    sent = messages(record, examples=examples, rules=rules).messages
    if format == "json":
        cli_io.emit(json.dumps(sent, ensure_ascii=False, indent=2) + "\n")
    else:
        cli_io.emit("\n".join(f"--- {message['role']} ---\n{message['content'].rstrip()}\n" for message in sent))


def rubric(
    explain: Annotated[
        str | None,
        typer.Option("--explain", metavar="VERDICT", help="Tell all about one element, fault or requirement."),
    ] = None,
    language: LanguageOption = "en",
    format: FormatOption = "text",
) -> None:
    """Print what is checked: elements, requirements and faults; with --explain, all about one of them."""
    from amends.language import language as language_of
    from amends.rubric.verdicts import meanings

    code = language_of(language).code
    if explain is None:
        cli_io.emit(_listing(meanings(code), format))
        return
    if explain not in meanings(code):
        raise UsageError(f"--explain: {explain!r} is not checked{_nearest(explain, list(meanings(code)))}")
    cli_io.emit(_explained(meanings(code)[explain], code, format))


def _listing(meanings: dict[str, Meaning], format: Format) -> str:
    from amends.report import ELEMENTS, FAULTS, REQUIREMENTS

    groups = {"elements": ELEMENTS, "requirements": REQUIREMENTS, "faults": FAULTS}
    if format == "json":
        table = {group: {name: meanings[name]._asdict() for name in names} for group, names in groups.items()}
        return json.dumps(table, ensure_ascii=False, indent=2) + "\n"
    lines = []
    for group, names in groups.items():
        lines += [group, *(f"  {name:<22}{meanings[name].counts}" for name in names), ""]
    return "\n".join(lines)


def _explained(meaning: Meaning, code: str, format: Format) -> str:
    from amends import files
    from amends.report import FAULTS
    from amends.rubric.rules import read_rules

    found, _ = read_rules(files.prompts() / code / "rubric.toml", code)
    shipped = [rule for rule in found if rule.verdict == meaning.id and rule.effect == "shows"]
    is_fault = meaning.id in FAULTS
    # An element's rules fire on their good sentences, a fault's on their bad ones; both lists read the same way here.
    good = list(dict.fromkeys(text for rule in shipped for text in rule.good))
    bad = list(dict.fromkeys(text for rule in shipped for text in rule.bad))
    if format == "json":
        return json.dumps({**meaning._asdict(), "good": good, "bad": bad}, ensure_ascii=False, indent=2) + "\n"
    lines = [
        f"{meaning.id}: {meaning.title}",
        "",
        f"{'found when' if is_fault else 'counts'}: {meaning.counts}",
        f"{'not a fault' if is_fault else 'does not count'}: {meaning.not_enough}",
        f"what to do: {meaning.instruction}",
        f"source: {meaning.source}",
    ]
    for title, texts in (("good", good), ("bad", bad)):
        lines += ["", f"{title}:", *(f"  {text}" for text in texts)] if texts else []
    return "\n".join(lines) + "\n"


def scenarios(
    record: Annotated[
        str | None, typer.Option("--for", metavar="FILE", help="Suggest the scenario of this record, with the reason.")
    ] = None,
    format: FormatOption = "text",
) -> None:
    """Print the kinds of incident, and when to use each."""
    from amends.scenario import scenarios as all_scenarios

    if record is not None:
        from amends.suggest import suggest

        found = suggest(cli_io.read_record(record))
        text = f"{found.scenario}: {found.reason}\n"
        cli_io.emit(json.dumps(found._asdict(), ensure_ascii=False) + "\n" if format == "json" else text)
    elif format == "json":
        cli_io.emit(json.dumps([s._asdict() for s in all_scenarios().values()], ensure_ascii=False, indent=2) + "\n")
    else:
        cli_io.emit("".join(f"{s.id:<20}{s.use_when}\n{'':20}not: {s.not_when}\n" for s in all_scenarios().values()))


def _nearest(name: str, names: list[str]) -> str:
    import difflib  # only a wrong name pays for it

    close = difflib.get_close_matches(name, names, n=1)
    return f"; did you mean {close[0]!r}?" if close else f" (one of {', '.join(names)})"
