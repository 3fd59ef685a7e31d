"""What is built holds all it needs, and drafts a letter where nothing else of the project is."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from commands import INCIDENT, ROOT, environment


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built through the source distribution as an index would have it."""
    folder = tmp_path_factory.mktemp("dist")
    # hatchling is in this environment already (the extra `dev`).
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def _files(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts}


def test_the_wheel_holds_prompts_and_code(wheel: Path) -> None:
    """Every file of prompts/ and of src/amends/ is in the wheel, and nothing else but its metadata."""
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    prompts = {f"amends/prompts/{name}" for name in _files(ROOT / "prompts")}
    code = {f"amends/{name}" for name in _files(ROOT / "src" / "amends")}
    assert names == prompts | code


def test_the_wheel_drafts_in_a_clean_environment(wheel: Path, tmp_path: Path) -> None:
    """Installed into an environment of its own, the command drafts and checks a letter from any folder."""
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True)
    programs = tmp_path / "venv" / "bin"
    subprocess.run([programs / "python", "-m", "pip", "install", "--quiet", str(wheel)], check=True)
    drafted = subprocess.run(
        [programs / "amends", "draft", INCIDENT], cwd=tmp_path, env=environment(), capture_output=True, text=True
    )
    assert drafted.returncode == 0, drafted.stderr
    assert "Dear Ms Lee" in drafted.stdout
