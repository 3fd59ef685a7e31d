"""What README and CONTRIBUTING show is run as it stands there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from commands import INCIDENT, ROOT, environment, run
from fakes import ScriptedServer, completion

from amends.rubric.rules import read_rules
from amends.rubric.ruleset import fires

# `make test` is the run that this test is part of: here it only shows what it would do. `make demo` runs for real,
# in the environment of this run.
MAKE = 'make() { case "$1" in test) command make -n test;; *) command make -o .venv/.demo "$@";; esac; }\n'


class Block(NamedTuple):
    """A code block of a document: its language and text."""

    language: str
    text: str


def blocks(name: str) -> list[Block]:
    """Return the code blocks of a document."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return [Block(*match) for match in re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)]


README = blocks("README.md")


@pytest.fixture(scope="module")
def letter() -> str:
    """A letter that passes."""
    return run("draft", INCIDENT).out


@pytest.fixture
def checkout(tmp_path: Path, letter: str) -> Path:
    """A folder as a reader has it: the checkout's files, this environment as its .venv, and a letter to check."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / ".venv").symlink_to(sys.prefix)
    (tmp_path / "letter.txt").write_text(letter, encoding="utf-8")
    return tmp_path


def test_every_block_has_a_language_that_is_run_here() -> None:
    """A block in another language would be shown and never tried."""
    assert {block.language for block in README} == {"sh", "python"}
    assert {block.language for block in blocks("CONTRIBUTING.md")} == {"toml"}


@pytest.mark.parametrize("block", [b for b in README if b.language == "sh"], ids=lambda b: b.text.split("\n")[0][:40])
def test_shell_blocks_run(block: Block, checkout: Path, letter: str, server: ScriptedServer) -> None:
    """Every command ends with exit code 0. A named model is a scripted one on the loopback."""
    server.script = [completion(letter)] * 3
    settings = environment(PATH=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if "--model" in block.text:
        settings["OPENAI_BASE_URL"] = server.url
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", MAKE + block.text],
        cwd=checkout,
        env=settings,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout


@pytest.mark.parametrize("block", [b for b in README if b.language == "python"], ids=lambda b: b.text.split("\n")[0])
def test_python_blocks_run(block: Block, checkout: Path) -> None:
    """Every program runs to its end and prints."""
    ran = subprocess.run(
        [sys.executable, "-c", block.text], cwd=checkout, env=environment(), capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    assert "Dear Ms Lee" in ran.stdout
    assert "True" in ran.stdout


def test_make_targets_that_the_readme_names_are_there() -> None:
    """No target is named that make does not know."""
    named = set(re.findall(r"`?make ([a-z-]+)", (ROOT / "README.md").read_text(encoding="utf-8")))
    for target in named:
        subprocess.run(["make", "-n", target], cwd=ROOT, check=True, capture_output=True)


def test_links_lead_somewhere() -> None:
    """Every relative link of the README is a file or folder of the checkout."""
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_rule_in_contributing_is_one(tmp_path: Path) -> None:
    """The example of a rule loads, finds its bad sentences and leaves its good ones alone."""
    path = tmp_path / "rubric.toml"
    path.write_text(next(block.text for block in blocks("CONTRIBUTING.md")), encoding="utf-8")
    rules, _ = read_rules(path, "en")
    assert [fires(rule, text, "en") for rule in rules for text in rule.bad] == [True]
    assert [fires(rule, text, "en") for rule in rules for text in rule.good] == [False]
