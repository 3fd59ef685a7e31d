"""The options that several commands take."""

from __future__ import annotations

from typing import Annotated

import typer

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
