"""The options that several commands take."""

from __future__ import annotations

from typing import Annotated

import typer

from amends.errors import UsageError

Model = Annotated[
    str | None, typer.Option("--model", "-m", metavar="NAME", help="The model; 'offline' is the built-in writer.")
]
BaseUrl = Annotated[str | None, typer.Option("--base-url", metavar="URL", help="An OpenAI-compatible endpoint.")]
MaxTokens = Annotated[int | None, typer.Option("--max-tokens", metavar="N", min=1, help="Longest answer, in tokens.")]
Temperature = Annotated[float | None, typer.Option("--temperature", metavar="T", min=0, help="Sent only if given.")]
Rules = Annotated[str | None, typer.Option("--rules", metavar="DIR", help="A folder of your own rules and waivers.")]
Examples = Annotated[
    str | None, typer.Option("--examples", metavar="DIR", help="A folder of your own example letters.")
]
Map = Annotated[
    list[str] | None, typer.Option("--map", metavar="FIELD=COLUMN", help="The CSV column of a field; repeatable.")
]


def mapping(pairs: list[str] | None) -> dict[str, str]:
    """Return the column of each field that --map names. Raises UsageError for what is no pair, or a field twice."""
    columns = dict(pair.split("=", 1) for pair in pairs or [] if "=" in pair)
    if len(columns) < len(pairs or []):
        raise UsageError("--map: write FIELD=COLUMN, each field once")
    return columns
