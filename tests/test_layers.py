"""Imports run downward only, heavy modules load where they are needed, and a module stays small enough to read."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import INCIDENT, environment

SOURCE = Path(__file__).parents[1] / "src" / "amends"

# From the ground up; a name stands for a module, a package, or the modules whose names begin with it and "_".
LAYERS = (
    {"errors", "files", "report", "text", "display", "loop_thread"},
    {"incident", "fields", "record_file", "letter", "language", "scenario", "templates", "forms", "usage"},
    {
        "rubric",
        "facts",
        "judging",
        "examples",
        "prompt",
        "offline",
        "new",
        "suggest",
        "answers",
        "prices",
        "wire",
        "gate",
        "spans",
    },
    {"model"},
    {"drafting", "draft", "ranking", "rounds"},
    {"output", "verdict_rows", "terminal"},
    {"batch", "merge", "evaluation"},
    {"cli", "pytest_plugin"},
)
ONLY_IMPORTER = {
    "openai": {"model"},
    "tenacity": {"model"},
    "jinja2": {"templates"},
    "rich": {"terminal"},
    "ray": {"batch.ray", "batch.ray_worker"},
}
FILES = sorted(SOURCE.rglob("*.py"))


def _name(path: Path) -> str:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _layer(name: str) -> int:
    top = name.split(".")[0]
    found = [number for number, names in enumerate(LAYERS) if top in names or top.split("_")[0] in names]
    assert found, f"{name} is in no layer: add it to LAYERS"
    return found[0]


def _imports(node: ast.AST) -> Iterator[str]:
    """Yield the names of the modules that code imports when it runs, wherever the import stands."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and isinstance(child.test, ast.Name) and child.test.id == "TYPE_CHECKING":
            continue
        if isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names)
        elif isinstance(child, ast.ImportFrom) and child.module:
            inner = child.module in ("amends", "amends.rubric", "amends.facts", "amends.evaluation", "amends.batch")
            yield from (f"{child.module}.{alias.name}" for alias in child.names) if inner else (child.module,)
        yield from _imports(child)


def _ours(path: Path) -> set[str]:
    found = {name.removeprefix("amends.") for name in _imports(ast.parse(path.read_text(encoding="utf-8")))}
    known = {_name(file) for file in FILES}
    return {name for name in found if name in known and name}


@pytest.mark.parametrize("path", [file for file in FILES if _name(file)], ids=_name)
def test_imports_run_downward(path: Path) -> None:
    """A module imports from its own layer and those below it."""
    upward = {name for name in _ours(path) if _layer(name) > _layer(_name(path))}
    assert not upward


@pytest.mark.parametrize("library", ONLY_IMPORTER)
def test_a_library_has_its_only_importer(library: str) -> None:
    """What may change under us is imported in one place."""
    importers = {
        _name(file)
        for file in FILES
        if any(name.split(".")[0] == library for name in _imports(ast.parse(file.read_text(encoding="utf-8"))))
    }
    assert importers <= ONLY_IMPORTER[library]


HEAVY = ("openai", "httpx", "httpx2", "pydantic", "numpy", "rich", "babel", "jinja2", "anyio", "tenacity", "yaml")
CLIENTS = ("openai", "httpx", "httpx2", "tenacity", "genai_prices", "opentelemetry")


@pytest.mark.parametrize(
    ("code", "unwanted"),
    [
        ("import amends", HEAVY),
        ("from amends.cli import main; import sys; sys.argv = ['amends', '--help']; main()", HEAVY),
        ("import amends; amends.check('Dear Ms Lee,')", CLIENTS),
        (f"import amends; amends.Drafter().draft(amends.Incident.load({str(INCIDENT)!r}))", CLIENTS),
    ],
    ids=["import", "help", "check", "offline draft"],
)
def test_what_is_not_needed_is_not_loaded(code: str, unwanted: tuple[str, ...]) -> None:
    """Neither an import, a help page, a check nor an offline draft waits for what it does not use."""
    loaded = f"set({unwanted!r}) & sys.modules.keys()"
    tell = f"import atexit, sys\natexit.register(lambda: print('LOADED', *({loaded})))\n"
    ran = subprocess.run([sys.executable, "-c", tell + code], capture_output=True, text=True, env=environment())
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines()[-1].split() == ["LOADED"]
