"""The page of a run as its readers have it: filters, keyboard, right to left, hostile text, faults of access, print."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from hostile import HOSTILE
from playwright.sync_api import Browser, Page, expect

Opened = Callable[..., Page]  # the fixture `opened`
ALL = 14  # letters of the run


def shown(page: Page) -> list[str]:
    """Return the letters that the filter leaves."""
    names = page.locator(".case:visible summary > b").all_inner_texts()
    expect(page.get_by_role("status")).to_have_text(f"{len(names)} of {ALL} letters")
    return names


@pytest.mark.parametrize(
    ("label", "value", "left"),
    [
        ("Language", "ar", ["ar-gold-billing-error", "ar-gold-cancelled-service"]),
        (
            "Scenario",
            "cancelled_service",
            [f"{code}-gold-cancelled-service" for code in ("ar", "el", "en", "pl", "zh")],
        ),
        ("Outcome", "failed", ["hostile", "broken"]),
        ("Outcome", "undrafted", ["absent"]),
        ("Element or fault", "missing:repair", ["hostile", "broken"]),
        ("Element or fault", "found:verbose", ["broken"]),
        ("Element or fault", "earlier:prevention", ["mended"]),
    ],
)
def test_filters(opened: Opened, label: str, value: str, left: list[str]) -> None:
    """Each filter leaves the letters that it names, says how many they are, and is cleared with the others."""
    page = opened()
    page.locator("#filters").get_by_label(label).select_option(value)
    assert shown(page) == left
    page.get_by_role("button", name="Clear").click()
    assert len(shown(page)) == ALL


def test_filters_add_up(opened: Opened) -> None:
    """Two filters leave what both leave, and words are looked for in all that stands with a letter."""
    page = opened()
    page.locator("#filters").get_by_label("Outcome").select_option("failed")
    page.locator("#filters").get_by_label("Words").fill("ZWRÓCILIŚMY")
    assert shown(page) == ["hostile", "broken"]
    page.locator("#filters").get_by_label("Language").select_option("en")
    assert shown(page) == ["hostile"]
    page.locator("#filters").get_by_label("Words").fill("no such words")
    assert shown(page) == []


def test_a_chosen_element_is_lit(opened: Opened) -> None:
    """The words of the chosen element stand out in the letter and in the gold letter, and no other words do."""
    page = opened()
    page.locator("#filters").get_by_label("Element or fault").select_option("has:remorse")
    page.get_by_role("button", name="Open all").click()
    lit = page.locator("mark.lit")
    assert lit.count() > 10
    assert all("remorse" in (mark.get_attribute("data-v") or "").split() for mark in lit.all())
    assert page.locator(".gold mark.lit").count() > 0


def test_arabic_runs_right_to_left(opened: Opened) -> None:
    """The first character of an Arabic letter stands to the right of the next ones, in both letters."""
    page = opened()
    page.locator(".case[data-language=ar] summary").first.click()
    letters = page.locator(".case[data-language=ar] .pair .letter:visible")
    assert letters.count() == 2
    for letter in letters.all():
        first, later = letter.evaluate("""(element) => [0, 5].map((at) => {
            const text = document.createTreeWalker(element, NodeFilter.SHOW_TEXT).nextNode();
            const range = document.createRange();
            range.setStart(text, at);
            range.setEnd(text, at + 1);
            return range.getBoundingClientRect().left;
        })""")
        assert first > later
        box = letter.bounding_box()
        assert box is not None
        assert first > box["x"] + box["width"] / 2
    english = page.locator(".case[data-language=en] .letter").first
    assert english.evaluate("(element) => getComputedStyle(element).direction") == "ltr"


def test_hostile_text_stays_text(opened: Opened) -> None:
    """What a letter, a record or a ledger holds is read as it was written, and nothing of it runs."""
    page = opened()
    page.get_by_role("button", name="Open all").click()
    case = page.locator(".case", has_text="hostile").first
    for part in (".pair .letter", ".gold", "blockquote", "q", "td"):
        assert HOSTILE in "\n".join(case.locator(part).all_text_contents()), part
    case.locator(".pair .letter").first.hover()
    page.wait_for_timeout(100)
    assert page.evaluate("window.hit") is None
    assert page.locator("script").count() == 1
    assert page.locator("img").count() == 0


def test_the_policy_lets_no_other_script_run(browser: Browser, report: Path) -> None:
    """Even what got into the page as an element would not run or be fetched."""
    page = browser.new_page()
    page.goto(report.as_uri())
    page.evaluate("""() => {
        const script = document.createElement("script");
        script.textContent = "window.hit = 4";
        document.body.append(script);
        document.body.insertAdjacentHTML("beforeend", "<p id=trap onclick='window.hit = 5'>x</p>");
        document.getElementById("trap").click();
    }""")
    assert page.evaluate("window.hit") is None
    page.close()


def test_keyboard_reaches_the_reasons(opened: Opened) -> None:
    """Enter opens a letter, the tab key leads to its words; their reason is seen, and told to a screen reader."""
    page = opened()
    page.locator(".case", has_text="en-gold-billing-error").first.locator("summary").first.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    focused = page.locator("mark:focus")
    expect(focused).to_have_count(1)
    reason = page.locator(f"#{(focused.get_attribute('aria-describedby') or '').split()[0]}").inner_text()
    tip = page.get_by_role("tooltip")
    expect(tip).to_be_visible()
    expect(tip).to_contain_text(reason)
    expect(focused).to_have_accessible_description(re.compile(re.escape(reason)))
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()


def test_pointing_shows_the_reason(opened: Opened) -> None:
    """Words under the pointer show their reason inside the window, and light up in the gold letter."""
    page = opened(width=390)
    case = page.locator(".case", has_text="pl-gold-billing-error").first
    case.locator("summary").first.click()
    mark = case.locator("mark[data-v~=remorse]").first
    mark.hover()
    tip = page.get_by_role("tooltip")
    expect(tip).to_contain_text("Apology present")
    box = tip.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    expect(case.locator(".gold mark.lit[data-v~=remorse]").first).to_be_visible()
    page.mouse.move(1, 1)
    expect(tip).to_be_hidden()
    assert page.locator("mark.lit").count() == 0


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_serious_fault_of_access(opened: Opened, theme: str, width: int) -> None:
    """axe-core finds nothing serious or critical, everything open, in both themes, on a wide and a narrow window."""
    page = opened(width=width, color_scheme=theme)
    page.get_by_role("button", name="Open all").click()
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    found = Axe().run(page).response["violations"]
    serious = [
        (v["id"], v["nodes"][0]["html"][:200], v["nodes"][0]["failureSummary"])
        for v in found
        if v["impact"] in ("serious", "critical")
    ]
    assert serious == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_switch_turns_light_to_dark(opened: Opened) -> None:
    """The page follows the system, and the switch overrules it."""
    page = opened(color_scheme="light")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.get_by_role("button", name="Dark").click()
    dark = page.evaluate(ground)
    assert dark != light
    assert opened(color_scheme="dark").evaluate(ground) == dark
    page.get_by_role("button", name="Light").click()
    assert page.evaluate(ground) == light


def test_print_holds_what_is_open(opened: Opened) -> None:
    """On paper: black on white, no filters, the letters that were opened and no closed ones."""
    page = opened(color_scheme="dark")
    page.locator("#filters").get_by_label("Language").select_option("en")
    page.get_by_role("button", name="Open all").click()
    page.emulate_media(media="print")
    expect(page.locator("#filters")).to_be_hidden()
    assert page.locator(".case:visible").count() == 3
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(27, 28, 31)"
    assert page.pdf().startswith(b"%PDF")


def test_everything_is_there_without_scripts(opened: Opened) -> None:
    """Where scripts are off there are no filters, and every letter and reason can be read."""
    page = opened(java_script_enabled=False)
    expect(page.locator("#filters")).to_be_hidden()
    case = page.locator(".case").first
    case.locator("summary").first.click()
    expect(case.locator(".verdicts")).to_be_visible()
