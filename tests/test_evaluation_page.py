"""The page of a run: everything escaped, nothing from elsewhere, all that was measured in it."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from commands import run as amends
from runs import LETTER, a_case, a_report, a_run

from amends.evaluation.formats import FORMATS
from amends.evaluation.page import page
from amends.evaluation.page_attempts import differences
from amends.evaluation.page_plots import percent
from amends.evaluation.result import Attempt, Fact, Failure, Run, save
from amends.report import Advice, Claim, Span, Unstated

HOSTILE = '<script>alert(1)</script> " onmouseover="alert(2)" \' </style><img src=x onerror=alert(3)> {{ 7 * 7 }} ąξ'
ARABIC = "السيدة نورة المحترمة،\n\nنعتذر إليكم عن ذلك."


class Reader(HTMLParser):
    """What a browser would see: the elements with their attributes, and the text."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.inside: list[str] = []
        self.text: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.inside and self.inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        where = self.inside[-1] if self.inside else ""
        self.text[where] = self.text.get(where, "") + data

    def all(self, tag: str, **wanted: str) -> list[dict[str, str | None]]:
        """Return the attributes of every element *tag* that has those *wanted*."""
        return [a for name, a in self.elements if name == tag and all(a.get(k) == v for k, v in wanted.items())]


def read(run: Run) -> Reader:
    """Return what a browser sees of the page of *run*."""
    reader = Reader()
    reader.feed(page(run))
    return reader


def hostile() -> Run:
    """A run in which every text field holds what a browser could take for its own."""
    span = Span(start=0, end=len(HOSTILE), text=HOSTILE)
    claim = Claim(text=HOSTILE, start=0, end=9, kind=HOSTILE, value=HOSTILE, source=None, note=HOSTILE)
    report = a_report(advice=[Advice(id="x", message=HOSTILE)], waived={"empathy": HOSTILE}, unstated=[
        Unstated(field=HOSTILE, value=HOSTILE, required=True)])  # fmt: skip
    report = report.model_copy(update={"ledger": [claim], "elements": {
        HOSTILE: report.elements["remorse"].model_copy(update={"spans": [span], "reason": HOSTILE})}})  # fmt: skip
    failure = Failure(id=HOSTILE, group="elements", reason=HOSTILE, spans=[span])
    steps = [
        Attempt(kind="draft", outcome="letter", text=HOSTILE, passed=False, failures=[failure]),
        Attempt(kind="revision", outcome="letter", text=HOSTILE + " <b>more</b>", passed=False, failures=[failure]),
    ]
    more: dict[str, Any] = {
        "facts": [Fact(path=HOSTILE, value=HOSTILE, withheld=True)], "complaint": HOSTILE, "gold_letter": HOSTILE,
        "letter": HOSTILE, "report": report, "attempts": steps, "stopped": HOSTILE, "carriers": {HOSTILE: [HOSTILE]},
        "required_facts": [HOSTILE], "language": HOSTILE, "scenario": HOSTILE,
    }  # fmt: skip
    cases = [a_case(HOSTILE, **more), a_case("b", problem=HOSTILE), a_case("c")]
    return a_run(cases, model=HOSTILE, languages=[HOSTILE], settings={HOSTILE: HOSTILE}, scenarios=[HOSTILE])


def test_everything_is_text() -> None:
    """Whatever a letter, a record, a model's name or a reason holds, the page has its own elements and no others."""
    seen, ordinary = read(hostile()), read(a_run([a_case("a", first=["remorse"], faults=["verbose"]), a_case("b")]))
    assert not [(tag, name) for tag, a in seen.elements for name in a if name.startswith("on")]
    tags = {tag for tag, _ in seen.elements}
    assert tags <= {tag for tag, _ in ordinary.elements} | {"blockquote", "del", "ins", "sup"}
    assert len(seen.all("script")) == len(seen.all("style")) == 1
    assert seen.text["div"].count("<script>alert(1)</script>") >= 2
    assert "{{ 7 * 7 }}" in seen.text["q"]


def test_nothing_comes_from_elsewhere() -> None:
    """No address but places on the page, and a policy that lets nothing else be fetched or run."""
    seen, text = read(hostile()), page(a_run([a_case("a")]))
    links = [a[name] for _, a in seen.elements for name in ("src", "href", "action", "srcset", "data") if name in a]
    assert all(link and link.startswith("#") for link in links)
    assert not re.search(r"https?:|//[a-z]|@import|url\(", text)
    (policy,) = [a["content"] for a in seen.all("meta") if a.get("http-equiv") == "Content-Security-Policy"]
    assert policy is not None
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for tag in ("script", "style"):
        held = re.search(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        assert held is not None
        known = b64encode(sha256(held[1].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{known}'" in policy


def test_controls_of_direction_are_taken_out() -> None:
    """A letter cannot turn the direction of what stands around it, nor break the file with a lone surrogate."""
    text = page(a_run([a_case("a", letter="a\u202eb\ud800c", complaint="\u2067x")]))
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", text)
    text.encode("utf-8")


def test_words_of_an_element_are_marked_in_both_letters() -> None:
    """The words are marked, can be reached with the keyboard, and lead to the reason, in both letters."""
    seen = read(a_run([a_case("a")]))
    described = {a["aria-describedby"] for a in seen.all("mark", tabindex="0")}
    assert any("c1-remorse" in (ids or "") for ids in described)
    assert {"g-remorse", "g-repair"} <= described
    known = {a["id"] for _, a in seen.elements if "id" in a}
    assert {one for ids in described for one in (ids or "").split()} <= known
    assert "rule x" in seen.text["span"]


@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("pl", "ltr"), ("xx", "auto")])
def test_direction_of_letters(language: str, direction: str) -> None:
    """A letter, its gold letter and the customer's words run as their language does."""
    case = a_case("a", language=language, gold_letter=ARABIC, complaint="لماذا؟")
    seen = read(a_run([case]))
    assert len(seen.all("div", dir=direction, lang=language)) >= 2
    assert seen.all("blockquote", dir=direction)


def test_a_letter_that_was_not_drafted_is_told() -> None:
    """It is counted and listed with its problem, and its gold letter is shown all the same."""
    text = page(a_run([a_case("a"), a_case("b", problem="429 from the server")]))
    assert "1 of 2 could not be drafted" in text
    assert text.count("429 from the server") == 2
    assert text.count(LETTER.splitlines()[0]) == 3


def test_letters_that_do_not_pass_come_first() -> None:
    """Whoever reads the page wants to see what is wrong, and can choose letters by it."""
    seen = read(a_run([a_case("a"), a_case("b", lacking=["repair"]), a_case("c", first=["remorse"])]))
    articles = [a for tag, a in seen.elements if tag == "article"]
    assert [a["data-state"] for a in articles] == ["failed", "passed", "passed"]
    assert "missing:repair" in (articles[0]["data-tags"] or "").split()
    assert "earlier:remorse" in (articles[2]["data-tags"] or "").split()
    assert {"missing:repair", "earlier:remorse", "has:remorse"} <= {a["value"] for a in seen.all("option")}


def test_attempts_show_what_they_change() -> None:
    """A revision is shown as what is new and what is gone beside the attempt before."""
    text = page(a_run([a_case("a", first=["remorse"])]))
    assert "<ins>" in text
    assert "<del>Nic.</del>" in text or "<del>Nic</del>" in text


@pytest.mark.parametrize(
    ("before", "after", "gone", "new"),
    [
        ("We refund 40 €.", "We refunded 40 €.", "refund", "refunded"),
        ("我们很抱歉。", "我们非常抱歉。", "很", "非常"),
        ("Przepraszamy.", "Przepraszamy. Jan Żak", "", " Jan Żak"),
        ("a\nb\n" * 3000, "a\nb\n" * 3000 + "c\n", "", "c\n"),
    ],
)
def test_differences(before: str, after: str, gone: str, new: str) -> None:
    """Differences are told word by word, and nothing of either text is lost."""
    changes = list(differences(before, after))
    assert "".join(c.text for c in changes if c.kind == "gone") == gone
    assert "".join(c.text for c in changes if c.kind == "new") == new
    assert "".join(c.text for c in changes if c.kind != "new") == before
    assert "".join(c.text for c in changes if c.kind != "gone") == after


@pytest.mark.parametrize(
    ("share", "shown"), [(1, "100 %"), (0.997, "99.7 %"), (0, "0 %"), (0.004, "0.4 %"), (0.823, "82 %")]
)
def test_percent_never_says_all_where_one_is_missing(share: float, shown: str) -> None:
    """Rounded to whole percents, but for what is nearly all and nearly none."""
    assert percent(share) == shown


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_has_the_signature(name: str) -> None:
    """Whatever the form, the figures stand beside what they were measured on."""
    run = a_run([a_case("a"), a_case("b", lacking=["repair"])], model="a-model-7")
    shown = FORMATS[name](run)
    assert "a-model-7" in shown
    assert "2026-11-24" in shown


def test_a_run_without_any_letter_has_a_page() -> None:
    """A model that never answers leaves a page that says so."""
    text = page(a_run([a_case("a", problem="no answer")]))
    assert "No letter was drafted" in text
    assert "<ins>" not in text


def test_show_writes_the_page(tmp_path: Path) -> None:
    """The ending chooses the form; --format decides against it; an existing file stays unless told."""
    save(a_run([a_case("a"), a_case("b")]), tmp_path / "run.json")
    out = tmp_path / "report.html"
    done = amends("eval", "show", tmp_path / "run.json", "-o", out)
    assert (done.code, done.out) == (0, "")
    assert out.read_text(encoding="utf-8") == page(a_run([a_case("a"), a_case("b")]))
    refused = amends("eval", "show", tmp_path / "run.json", "-o", out)
    assert refused.code == 2
    assert "--force" in refused.err
    assert amends("eval", "show", tmp_path / "run.json", "-o", out, "--force", "--format", "md").code == 0
    assert out.read_text(encoding="utf-8").startswith("# 2 letters")
    assert amends("eval", "show", tmp_path / "run.json", "--format", "html").out.startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("name", "message"), [("page.pdf", "unknown ending '.pdf'"), ("run.json", "holds the run"), ("no/a.html", "folder")]
)
def test_bad_places_are_refused(tmp_path: Path, name: str, message: str) -> None:
    """A file that cannot be the page's is refused before anything is written or drafted."""
    save(a_run([a_case("a")]), tmp_path / "run.json")
    before = (tmp_path / "run.json").read_bytes()
    shown = amends("eval", "show", tmp_path / "run.json", "-o", tmp_path / name, "--force")
    drafted = amends("eval", "--model", "offline", "-o", tmp_path / "run.json", "--force", "--report", tmp_path / name)
    for done in (shown, drafted):
        assert done.code == 2
        assert message in done.err
    assert (tmp_path / "run.json").read_bytes() == before


def test_eval_writes_the_page_beside_the_run(tmp_path: Path) -> None:
    """--report leaves the page of the run that was just made."""
    out, report = tmp_path / "run.json", tmp_path / "report.html"
    done = amends("eval", "--model", "offline", "--language", "ar", "--limit", "1", "-o", out, "--report", report)
    assert done.code == 0, done.err
    assert 'dir="rtl"' in report.read_text(encoding="utf-8")
