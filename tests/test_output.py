"""The forms a draft and a verdict leave in: nothing smuggled in, nothing lost, offsets right."""

from __future__ import annotations

import json
import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amends import Incident, Report, UsageError, output
from amends.draft import Draft
from amends.output_ci import place_of
from amends.output_eml import without_subject
from amends.report import ELEMENTS, FAULTS, Advice, Claim, Element, Fault, Span, Unstated
from amends.usage import Usage

LETTER = (
    "Subject: The double charge\n\nDear Ms Lee,\n\nWe are sorry that we charged 49 USD twice.\n\nKind regards\nAnna\n"
)
ARABIC = "الموضوع: تكرار الخصم\n\nالسيدة ليلى المحترمة،\n\nنعتذر عن خصم المبلغ مرتين.\n\nمع التحية\nسلمى\n"


def incident(**more: Any) -> Incident:
    """Return a small record with *more* fields."""
    fields: dict[str, Any] = {
        "id": "t1", "scenario": "billing_error", "language": "en", "what_happened": "Charged twice.",
        "company": {"name": "Acme"}, "recipient": {"name": "Ms Lee"}, "sender": {"name": "Anna Berg"},
    }  # fmt: skip
    return Incident.model_validate(fields | more)


def span(letter: str, words: str) -> Span:
    """Return where *words* stand in *letter*."""
    start = letter.index(words)
    return Span(start=start, end=start + len(words), text=words)


def report(letter: str = LETTER, **more: Any) -> Report:
    """Return a report on *letter* with an element found and one fault, or with *more* instead."""
    elements = {name: Element(present=False, required=False) for name in ELEMENTS}
    faults = {name: Fault(found=False) for name in FAULTS}
    sorry = next((words for words in ("We are sorry", "نعتذر") if words in letter), letter[:3])
    elements["remorse"] = Element(present=True, reason="rule <remorse>", spans=[span(letter, sorry)])
    fields = {"passed": True, "language": "en", "words": 9, "elements": elements, "faults": faults}
    return Report.model_validate(fields | more)


def draft(letter: str = LETTER, record: Incident | None = None, **more: Any) -> Draft:
    """Return a draft of *letter*."""
    found = more.pop("report", None) or report(letter)
    return Draft(record or incident(), letter, found, [], Usage(), "scripted", "passed", **more)


def failing() -> Report:
    """Return a report with a missing element, a fault over two lines, an advice, and a ledger."""
    made = report()
    responsibility = Element(present=False, reason="no sentence does it", instruction="Say whose fault it is.")
    minimizing = Fault(found=True, reason="a rule", spans=[span(LETTER, "Ms Lee,\n\nWe")], instruction="Do not.")
    return made.model_copy(
        update={
            "passed": False,
            "elements": {**made.elements, "responsibility": responsibility},
            "faults": {**made.faults, "minimizing": minimizing},
            "advice": [Advice(id="late", message="100% late: say so", spans=[span(LETTER, "49 USD")])],
            "ledger": [
                Claim(text="We", start=0, end=2, kind="name", value="we", source="company.name"),
                Claim(text="49 USD", start=0, end=6, kind="amount", value="49 USD", note="the record has 48 USD"),
            ],
            "unstated": [Unstated(field="facts.order", value="448210", required=True)],
        }
    )


def mail(letter: str = LETTER, record: Incident | None = None) -> EmailMessage:
    """Return the .eml of *letter* as a mail program reads it."""
    text = output.FORMATS["eml"](draft(letter, record))
    assert text.isascii()
    message = message_from_bytes(text.encode("ascii"), policy=default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


class Reader(HTMLParser):
    """Collects a page's tags, and the text of its letter."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.letter = ""
        self._inside = self._sup = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = self._inside or dict(attrs).get("class") == "letter"
        self._sup = self._sup or tag == "sup"

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "div"
        self._sup = self._sup and tag != "sup"

    def handle_data(self, data: str) -> None:
        if self._inside and not self._sup:
            self.letter += data


def page(**more: Any) -> Reader:
    """Return a draft's page, read."""
    reader = Reader()
    reader.feed(output.FORMATS["html"](draft(**more)))
    return reader


def test_format_of_an_ending() -> None:
    """The ending decides, in any case; an unknown one is refused with those there are."""
    assert output.format_of("a/letter.EML") == "eml"
    with pytest.raises(UsageError, match=r"unknown ending '\.pdf' \(one of \.txt"):
        output.format_of("letter.pdf")


def test_text_is_the_letter() -> None:
    """Text is the letter with a line end."""
    assert output.FORMATS["text"](draft(LETTER.strip())) == LETTER


def test_json_keeps_letters_readable() -> None:
    """JSON is UTF-8, not escapes."""
    text = output.FORMATS["json"](draft(ARABIC, incident(language="ar")))
    assert "نعتذر" in text
    assert json.loads(text)["letter"] == ARABIC


def test_eml_has_subject_recipient_and_sender() -> None:
    """Headers from letter and record; the recipient's address is for the sender to fill in."""
    message = mail(record=incident(contact={"email": "billing@acme.example"}))
    assert message["Subject"] == "The double charge"
    assert message["To"].groups[0].display_name == "Ms Lee"
    assert message["From"].addresses[0].addr_spec == "billing@acme.example"
    assert message["From"].addresses[0].display_name == "Anna Berg, Acme"
    assert message["X-Unsent"] == "1"
    assert not any(message[name].defects for name in ("To", "From", "Subject"))


def test_eml_body_is_the_letter_without_its_subject_line() -> None:
    """The subject stands in its header only."""
    body = mail().get_content().replace("\r\n", "\n")
    assert body == LETTER.split("\n", 2)[2]
    assert without_subject("Dear Ms Lee,\n\nWe.", "en") == "Dear Ms Lee,\n\nWe.\n"


def test_eml_withholds_an_address_that_the_record_withholds() -> None:
    """contact.email under `withhold` does not become the sender's address."""
    message = mail(record=incident(contact={"email": "secret@acme.example"}, withhold=["contact.email"]))
    assert "secret" not in message["From"]


@pytest.mark.parametrize(
    "name", ["Eve\r\nBcc: all@acme.example", "Eve\nX: y", 'E "v" <a@b.example>, c', "Zoë, Łukasz", "😀"]
)
def test_eml_takes_any_name_without_a_header_smuggled_in(name: str) -> None:
    """Line ends, quotes and commas in a name stay a name."""
    record = incident(recipient={"name": name}, sender={"name": name}, company={"name": name})
    message = mail(f"Subject: Hi\r\n\r\nDear {name},\r\n", record)
    assert set(message.keys()) == {
        "Subject", "To", "From", "X-Unsent", "Content-Type", "Content-Transfer-Encoding", "MIME-Version",
        "Content-Language",
    }  # fmt: skip
    assert message["To"].groups[0].display_name == " ".join(name.split())
    assert message["To"].addresses == ()


@given(st.text(max_size=60))
def test_eml_takes_any_text_in_a_subject(text: str) -> None:
    """Whatever stands in the subject line: a message without defects and with our headers only."""
    message = mail(f"Subject: {text}\n\nDear Ms Lee,\n\nWe are sorry.\n")
    assert "Bcc" not in message
    assert len(message.keys()) == 8


def test_eml_in_arabic_runs_right_to_left() -> None:
    """An Arabic message has an HTML part that carries the direction, and the same words as plain text."""
    record = incident(language="ar", recipient={"name": "ليلى"})
    message = mail(ARABIC, record)
    rich, plain = message.get_body(("html",)), message.get_body(("plain",))
    assert rich is not None
    assert plain is not None
    assert 'dir="rtl"' in rich.get_content()
    assert "نعتذر عن خصم المبلغ مرتين." in rich.get_content()
    assert "نعتذر عن خصم المبلغ مرتين." in plain.get_content()
    assert message["Subject"] == "تكرار الخصم"


def test_eml_escapes_html_in_its_right_to_left_part() -> None:
    """A tag in an Arabic letter stays text."""
    rich = mail(ARABIC + "<script>x</script>", incident(language="ar")).get_body(("html",))
    assert rich is not None
    assert "<script>" not in rich.get_content()


def test_html_escapes_everything() -> None:
    """No tag of letter, record or rule becomes one of the page, and the letter reads as it was written."""
    nasty = LETTER.replace("twice", '"twice" <script>alert(1)</script> <img src=x onerror=y> & more')
    record = incident(id="</title><script>", company={"name": "<b>Acme</b>"})
    reader = page(letter=nasty, record=record, report=report(nasty))
    assert {tag for tag, _ in reader.tags} <= {
        "html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "p", "strong", "div", "mark", "sup", "a",
        "table", "thead", "tbody", "tr", "th", "td", "q", "br", "span", "ul", "li", "code", "footer",
    }  # fmt: skip
    assert not any(name.startswith("on") or name == "src" for _, attributes in reader.tags for name in attributes)
    assert reader.letter == nasty


def test_html_marks_the_words_of_a_verdict() -> None:
    """The apology stands in a mark that names its verdict."""
    text = output.FORMATS["html"](draft())
    assert re.search(r'<mark class="element" title="remorse">We are sorry</mark><sup><a href="#v3">3</a></sup>', text)


def test_html_marks_overlapping_verdicts() -> None:
    """Two verdicts on the same words are one mark with both names; the letter loses no character."""
    made = report()
    empathy = Element(present=True, spans=[span(LETTER, "sorry that we charged")])
    both = made.model_copy(update={"elements": {**made.elements, "empathy": empathy}})
    reader = page(report=both)
    assert reader.letter == LETTER
    assert "remorse, empathy" in [attributes.get("title") for tag, attributes in reader.tags if tag == "mark"]


def test_html_shows_verdict_ledger_and_what_is_not_stated() -> None:
    """The page holds the fault with its instruction, each claim with its field or none, and what is missing."""
    text = output.FORMATS["html"](draft(report=failing()))
    for words in (
        "Say whose fault it is.",
        "the record has 48 USD",
        "<code>company.name</code>",
        "must not be missing",
    ):
        assert words in text


def test_html_runs_right_to_left_in_arabic() -> None:
    """The letter has its language and direction."""
    reader = page(letter=ARABIC, record=incident(language="ar-EG"))
    letter = next(attributes for _, attributes in reader.tags if attributes.get("class") == "letter")
    assert (letter["lang"], letter["dir"]) == ("ar", "rtl")


def test_html_fetches_nothing() -> None:
    """No address outside the page, and a policy that forbids it."""
    text = output.FORMATS["html"](draft())
    assert "http://" not in text
    assert "https://" not in text
    assert "default-src 'none'" in text


def test_markdown_reads_as_the_letter() -> None:
    """What Markdown would take for its own is escaped, and line breaks are kept."""
    text = output.FORMATS["md"](
        draft("Dear *all*,\n\n- one_two\n1. three\n# no heading\n\nAnna\nAcme\n", report=report("Dear"))
    )
    assert text.startswith("Dear \\*all\\*,\n\n\\- one\\_two\\\n1\\. three\\\n\\# no heading\n\nAnna\\\nAcme\n")


def test_markdown_holds_verdict_and_ledger() -> None:
    """Below the letter: the outcome, the verdicts, the claims."""
    text = output.FORMATS["md"](draft(report=failing()))
    assert "**does not pass: responsibility missing, minimizing found**" in text
    assert "| 49 USD | 49 USD | **none** the record has 48 USD |" in text
    assert "- not stated: `facts.order`: 448210 **(must not be missing)**" in text


def checked(**more: Any) -> output.Checked:
    """Return a failing letter as `amends check` hands it to a format."""
    return output.Checked(LETTER, failing(), "letters/to:lee,1%.txt", **more)


def test_text_verdict_tells_what_failed_and_what_to_do() -> None:
    """The outcome first, then each verdict with its words or reason, and the instruction."""
    lines = output.CHECK_FORMATS["text"](checked()).splitlines()
    assert lines[0] == "does not pass: responsibility missing, minimizing found"
    assert any(line.startswith("! responsibility        missing      no sentence does it") for line in lines)
    assert any("→ Say whose fault it is." in line for line in lines)
    assert "11 of 12 faults not found" in lines


def test_text_ledger_has_the_unmatched_claims_first() -> None:
    """What the record does not hold comes first, with the nearest field; then what the letter leaves out."""
    text = output.CHECK_FORMATS["text"](checked(ledger=True))
    first, second = (
        text.index("“49 USD” = 49 USD ← not in the record; the record has 48 USD"),
        text.index("← company.name"),
    )
    assert first < second
    assert "! facts.order: 448210 (must not be missing)" in text


def test_sarif_is_a_log_with_places() -> None:
    """Version 2.1.0, a rule for each result, columns in characters, the file's name as a URI."""
    log = json.loads(output.CHECK_FORMATS["sarif"](checked()))
    run = log["runs"][0]
    results = {result["ruleId"]: result for result in run["results"]}
    assert log["version"] == "2.1.0"
    assert run["columnKind"] == "unicodeCodePoints"
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["responsibility", "minimizing", "late"]
    assert (results["minimizing"]["level"], results["late"]["level"]) == ("error", "note")
    place = results["minimizing"]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "letters/to%3Alee%2C1%25.txt"
    assert place["region"] == {"startLine": 3, "startColumn": 6, "endLine": 5, "endColumn": 3}


def test_github_annotations_are_escaped() -> None:
    """A workflow command a line; what would end it or its properties is escaped."""
    lines = output.CHECK_FORMATS["github"](checked()).splitlines()
    name = "file=letters/to%3Alee%2C1%25.txt"
    missing = "responsibility::responsibility missing: Say whose fault it is."
    assert lines == [
        f"::error {name},line=1,endLine=1,col=1,endColumn=1,title={missing}",
        f"::error {name},line=3,endLine=5,title=minimizing::minimizing found: Do not.",
        f"::notice {name},line=5,endLine=5,col=30,endColumn=36,title=late::100%25 late: say so",
    ]


def test_github_says_nothing_of_a_letter_that_passes() -> None:
    """No finding, no line."""
    assert output.CHECK_FORMATS["github"](output.Checked(LETTER, report(), "x")) == ""


@given(st.text(alphabet="a\nż中\r", max_size=60), st.data())
def test_places_lead_back_to_the_words(text: str, data: st.DataObject) -> None:
    """Line and column of a span, followed in the text, are its offset."""
    start = data.draw(st.integers(0, len(text)))
    place = place_of(text, start, start)
    lines = text.split("\n")
    assert sum(len(line) + 1 for line in lines[: place.line - 1]) + place.column - 1 == start
