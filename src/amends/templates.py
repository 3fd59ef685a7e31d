"""Render the templates of prompts/ and of the page: sandboxed, strict, and blind to what the values hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from jinja2 import FunctionLoader, StrictUndefined, TemplateError, TemplateNotFound
from jinja2.sandbox import ImmutableSandboxedEnvironment

from amends import files
from amends.display import safe
from amends.errors import DataError

Filters = Mapping[str, Callable[..., Any]]


def render(name: str, values: Mapping[str, Any], filters: Filters | None = None) -> str:
    """Return the template prompts/*name* filled with *values*, its *filters* on hand.

    A value is only ever text: braces in it stay braces. Raises DataError with the template's name and line.
    """
    environment = _environment() if filters is None else _with(filters)
    try:
        return environment.get_template(name).render(values)
    except TemplateNotFound as error:
        raise DataError(f"prompts/{error.name}", ["no such template"]) from None
    except TemplateError as error:
        line = getattr(error, "lineno", None)
        place = f"line {line}: " if line else ""
        raise DataError(f"prompts/{name}", [f"{place}{error.message or type(error).__name__}"]) from None


def page(name: str, values: Mapping[str, Any]) -> str:
    """Return the evaluation's page *name* filled with *values*, every one of them escaped and safe to show."""
    return _pages().get_template(name).render(values)


_overlays: dict[int, tuple[Filters, ImmutableSandboxedEnvironment]] = {}


def _with(filters: Filters) -> ImmutableSandboxedEnvironment:
    """Return an environment that has *filters* too, the same one for the same mapping.

    Compiling the templates of a letter takes a tenth of a second.
    """
    known = _overlays.get(id(filters))
    if known is None:
        environment = _environment().overlay()
        # An overlay shares its parent's filters, and its parent's compiled templates with them.
        environment.filters = {**environment.filters, **filters}
        environment.cache = {}
        if len(_overlays) >= 64:
            _overlays.clear()
        # The mapping is kept, so that its id stays its own.
        known = _overlays[id(filters)] = filters, environment
    return known[1]


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    # A blank line in the template is a blank line in the prompt: tags leave neither their line nor their indent.
    return ImmutableSandboxedEnvironment(
        loader=FunctionLoader(_source),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
    )


@cache
def _pages() -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(
        loader=FunctionLoader(files.page_part),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=True,
        finalize=lambda value: safe(value) if isinstance(value, str) else value,
    )


def _source(name: str) -> str | None:
    path = files.prompts().joinpath(*name.split("/"))
    return path.read_text(encoding="utf-8") if path.is_file() else None
