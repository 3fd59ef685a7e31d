"""Read a record from TOML, YAML or JSON, and put a validation error into words a person can act on."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from amends.errors import IncidentError, nearest, shown

FILE_LIMIT = 1_000_000  # bytes


def read(path: Path) -> dict[str, Any]:
    """Return the table in *path*, scalars as they were written. Raises IncidentError with the place of the fault."""
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise IncidentError(
            str(path), [f"cannot tell the format from {path.suffix or 'no ending'!r} (name it .toml, .yaml or .json)"]
        )
    try:
        size = path.stat().st_size
        if size > FILE_LIMIT:
            raise IncidentError(str(path), [f"{size:,} bytes; a record holds at most {FILE_LIMIT:,}"])
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise IncidentError(str(path), [f"cannot be read: {(error.strerror or 'no such file').lower()}"]) from None
    except UnicodeDecodeError as error:
        raise IncidentError(str(path), [f"is not UTF-8 text (byte {error.start})"]) from None
    return parse(text, path.suffix.lower(), str(path))


def parse(text: str, ending: str, place: str) -> dict[str, Any]:
    """Return the table in *text*, read as *ending* says (".toml", ".yaml" or ".json")."""
    try:
        table = READERS[ending](text)
    except _Unreadable as error:
        raise IncidentError(place, [str(error)]) from None
    if not isinstance(table, dict):
        raise IncidentError(place, ["holds no record (write fields: id, scenario, language, …)"])
    return table


class _Unreadable(Exception):
    """The parser's complaint, without the text it choked on."""


def _toml(text: str) -> Any:
    try:
        return tomllib.loads(text, parse_float=str)
    except tomllib.TOMLDecodeError as error:
        raise _Unreadable(f"not valid TOML: {error}") from None


def _json(text: str) -> Any:
    try:
        return json.loads(text, parse_float=str, parse_int=str, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        raise _Unreadable(f"not valid JSON: {error.msg} (line {error.lineno} column {error.colno})") from None
    except RecursionError:
        raise _Unreadable("not valid JSON: nested too deeply") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        seen: set[str] = set()
        double = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise _Unreadable(f"not valid JSON: {double!r} stands there twice")
    return table


def _yaml(text: str) -> Any:
    import yaml  # only YAML records pay for it

    class Loader(yaml.BaseLoader):
        """BaseLoader keeps every scalar as text (no, 1:30 and 010 included); duplicates and aliases are refused."""

        def compose_node(self, parent: Any, index: Any) -> Any:
            if self.check_event(yaml.AliasEvent):
                event = self.peek_event()  # type: ignore[no-untyped-call]
                raise _Unreadable(f"not valid here: an alias (line {event.start_mark.line + 1}); write the value out")
            return super().compose_node(parent, index)

        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            keys = [self.construct_object(key, deep=True) for key, _ in node.value]
            for key in keys:
                if keys.count(key) > 1:
                    raise _Unreadable(f"not valid YAML: {key!r} stands there twice (line {node.start_mark.line + 1})")
            return super().construct_mapping(node, deep)

    try:
        return _emptied(yaml.load(text, Loader=Loader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f" (line {mark.line + 1} column {mark.column + 1})" if mark else ""
        raise _Unreadable(f"not valid YAML: {error.problem}{where}") from None
    except (yaml.YAMLError, RecursionError):
        raise _Unreadable("not valid YAML: it holds a character or nesting that YAML does not allow") from None


def _emptied(value: Any) -> Any:
    """Drop keys with no value ("cause:"), which BaseLoader reads as empty text."""
    if isinstance(value, dict):
        return {key: _emptied(item) for key, item in value.items() if item != ""}
    return [_emptied(item) for item in value] if isinstance(value, list) else value


READERS: dict[str, Callable[[str], Any]] = {".toml": _toml, ".yaml": _yaml, ".yml": _yaml, ".json": _json}


def problems(error: ValidationError, model: type[BaseModel]) -> list[str]:
    """Return one line per problem of *error*: the field's path, the value, and what would be right."""
    lines = []
    for item in error.errors(include_url=False):
        path = _path(item["loc"])
        line = _wording(item, model)
        # A message of several lines carries its own paths.
        lines += line.split("\n") if "\n" in line or not path else [f"{path}: {line}"]
    return list(dict.fromkeys(lines))


def _path(loc: tuple[int | str, ...]) -> str:
    path = ""
    for part in loc:
        if part == "[key]":
            continue
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else str(part)
    return path


def _wording(item: Any, model: type[BaseModel]) -> str:
    kind, value, context = item["type"], item.get("input"), item.get("ctx") or {}
    match kind:
        case "amends":
            return str(context["message"])
        case "missing":
            return "is missing"
        case "extra_forbidden":
            return f"unknown field{nearest(str(item['loc'][-1]), _fields(model, item['loc'][:-1]))}"
        case "literal_error":
            return f"{shown(value)} is not one of {str(context['expected']).replace(' or ', ', ')}"
        case "string_too_long":
            return f"{len(str(value)):,} characters; a field holds at most {context['max_length']:,}"
        case "string_too_short":
            return "is empty"
        case "string_type":
            return f"{shown(value)} is not text"
        case "list_type":
            return f'{shown(value)} is not a list (write ["…", "…"])'
        case "model_type" | "model_attributes_type" | "dict_type":
            return f"{shown(value)} is not a table of fields"
        case _:
            return f"{shown(value)} does not fit here"


def _fields(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """Return the field names of the table at *loc*."""
    for part in loc:
        if isinstance(part, str) and part in model.model_fields:
            inner = _model_in(model.model_fields[part].annotation)
            if inner is None:
                return []
            model = inner
    return list(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for arg in get_args(annotation) if (found := _model_in(arg))), None)
