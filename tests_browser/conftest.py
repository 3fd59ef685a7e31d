"""The page of a made-up run in a real browser; it must leave the console empty and ask the network nothing."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hostile import hostile
from playwright.sync_api import Browser, Page, sync_playwright
from runs import a_case, a_run

from amends import Drafter
from amends.evaluation.gold import chosen, load_gold
from amends.evaluation.page import page as page_of
from amends.evaluation.recording import Recording
from amends.evaluation.run import evaluate

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page's file: offline letters in five languages, and letters that fail, were mended, or are not there."""
    os.environ["AMENDS_TIER"] = "fast"
    drafter = Drafter("offline")
    gold = chosen(load_gold(ROOT / "evals" / "gold"), set(), [], 2)
    drafted = asyncio.run(evaluate(drafter, gold, Recording(None, drafter.model))).cases
    cases = [
        *drafted,
        hostile(),
        a_case("broken", lacking=["repair"], faults=["verbose"], first=["remorse"]),
        a_case("mended", first=["prevention"]),
        a_case("absent", problem="the server did not answer"),
    ]
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(page_of(a_run(cases)), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def browser(report: Path) -> Iterator[Browser]:
    """Debian's chromium. It takes the event loop, so the page is made before it starts."""
    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if program is None:
        pytest.exit("chromium is not installed: run `make test-browser`", returncode=2)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])  # root has no sandbox
        yield browser
        browser.close()


@pytest.fixture
def opened(browser: Browser, report: Path) -> Iterator[Callable[..., Page]]:
    """Open the page as a reader would; options are those of a browser context."""
    asked: list[str] = []
    told: list[str] = []

    def show(*, width: int = 1280, **options: Any) -> Page:
        page = browser.new_context(viewport={"width": width, "height": 900}, **options).new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: told.append(message.text))
        page.on("pageerror", lambda error: told.append(str(error)))
        page.goto(report.as_uri())
        return page

    yield show
    for context in browser.contexts:
        context.close()
    assert told == []
    assert set(asked) == {report.as_uri()}
