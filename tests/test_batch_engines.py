"""The engines of a batch: chosen by name, and refused with the way out where they cannot work."""

from __future__ import annotations

from pathlib import Path

import pytest
from batches import records
from commands import run

from amends import Drafter
from amends.batch.engines import ENGINES, Engine, load


def test_every_engine_has_its_function() -> None:
    """What is listed and installed can be loaded."""
    assert ENGINES
    for name, known in ENGINES.items():
        if not known.needs:
            assert callable(load(name, Drafter("m", base_url="http://127.0.0.1:9/v1")))


def test_an_unknown_engine_is_named(tmp_path: Path) -> None:
    """An engine that is none is refused with the list of those that are, and nothing is written."""
    ran = run("batch", records(tmp_path / "in.jsonl", 1), "-o", tmp_path / "out.jsonl", "--engine", "steam")
    assert ran.code == 2
    assert "engine: 'steam' is none (one of local" in ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


def test_a_missing_extra_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine whose package is missing is refused with the pip command, exit code 2, before anything is written."""
    monkeypatch.setitem(ENGINES, "far", Engine("amends.batch.far", needs="no_such_package", extra="far"))
    ran = run("batch", records(tmp_path / "in.jsonl", 1), "-o", tmp_path / "out.jsonl", "--engine", "far")
    assert ran.code == 2
    assert "pip install 'amends[far]'" in ran.err
    assert "Traceback" not in ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


def test_an_address_needs_an_engine_that_goes_there(tmp_path: Path) -> None:
    """The address of a cluster beside an engine that stays here is refused, and nothing is written."""
    source = records(tmp_path / "in.jsonl", 1)
    ran = run("batch", source, "-o", tmp_path / "out.jsonl", "--ray-address", "10.0.0.1:6379")
    assert ran.code == 2
    assert "ray address: the engine is 'local' (add --engine ray)" in ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]
