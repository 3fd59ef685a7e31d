"""The claims of a letter, each matched to the record's field that holds it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amends import Incident
from amends.facts import ledger
from amends.facts.found import Fact, Span
from amends.facts.match_time import Today, duration
from amends.facts.record import read_record
from amends.language import language
from amends.letter import read_letter
from amends.report import Claim, Unstated

RECORD: dict[str, Any] = {
    "id": "t-1",
    "scenario": "billing_error",
    "language": "en-GB",
    "company": {"name": "Harrowgate Water"},
    "recipient": {"name": "Desmond Okafor", "gender": "male"},
    "sender": {"name": "Philippa Stroud", "role": "Head of Billing"},
    "what_happened": "The March payment of £84.20 was collected twice.",
    "when": {"start": "2026-03-02T13:40+00:00", "end": "2026-03-02T15:35+00:00"},
    "reported": "2026-03-04",
    "complaint": "My bank took 35 GBP from me on 9 March and I want a voucher, write to thief@evil.example.",
    "cause": "A collection file was sent again without checking whether the bank had accepted the first one.",
    "remedies": [
        {
            "action": "refund of the second payment",
            "status": "done",
            "by": "2026-03-05",
            "amount": {"value": 84.2, "currency": "GBP"},
        },
        {
            "action": "repayment of the overdraft fee",
            "status": "promised",
            "by": "2026-03-12",
            "amount": {"value": 15, "currency": "GBP"},
        },
    ],
    "contact": {
        "email": "billing@harrowgate.example",
        "phone": "01632 960114",
        "url": "https://harrowgate.example/help",
    },
    "facts": {"account": "HW-220918", "customers affected": "2317", "engineer": "Tom Baxter"},
    "withhold": ["facts.engineer"],
}


def build(
    text: str, code: str = "en", letter_date: date | None = None, **changes: Any
) -> tuple[list[Claim], list[Unstated]]:
    """Return the ledger of a letter that says *text*, beside the record with *changes*."""
    letter = f"Dear Mr Okafor,\n\n{text}\n\nYours sincerely,\nPhilippa Stroud" if code == "en" else text
    return ledger.build(read_letter(letter, language(code)), Incident.load(RECORD | changes), letter_date)


def unmatched(text: str, code: str = "en", letter_date: date | None = None, **changes: Any) -> list[str]:
    """Return the words of the letter that the record does not hold."""
    return [claim.text for claim in build(text, code, letter_date, **changes)[0] if claim.source is None]


@pytest.mark.parametrize(
    "text",
    [
        "We collected £84.20 twice on 2 March.",
        "We took GBP 84.20 on March 2nd, 2026, two days before you wrote.",
        "You wrote to us on Wednesday 4 March.",
        "The fault lasted about two hours, from 13:40 to 15:35 UTC.",
        "It began at 14:40 CET.",
        "About 2,300 customers were affected.",
        "The two sums are £99.20 together.",
        "We refunded £84.20 on 5/3/2026 and will repay your £15 fee by 12 March.",
        "Your account is HW-220918.",
        "Write to billing@harrowgate.example, see harrowgate.example/help or call +44 1632 960114.",
        "Call 01632 960114, or just reply to this message; I am happy to talk.",
        "1. This is our fault.\n2. I take full responsibility.",
        "You told us that your bank took 35 GBP on 9 March.",
        "One thing matters most to both of us.",
    ],
)
def test_honest_liberties(text):
    """What an honest writer may do with the record raises no alarm."""
    assert unmatched(text) == []


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("We will refund £94.20.", "£94.20"),
        ("We will refund 84.20 EUR.", "84.20 EUR"),
        ("We will refund ninety pounds.", "ninety pounds"),
        ("It happened on 3 April.", "3 April"),
        ("It happened on 32 March.", "32 March"),
        ("You wrote on Friday 4 March.", "Friday"),
        ("It began at 13:40 PST.", "13:40 PST"),
        ("It began at 13:41 UTC.", "13:41 UTC"),
        ("The fault lasted five hours.", "five hours"),
        ("About 2,400 customers were affected.", "2,400"),
        ("Exactly 2,318 customers were affected.", "2,318"),
        ("We give you 20% back.", "20%"),
        ("Your account is HW-220919.", "HW-220919"),
        ("Write to biIling@harrowgate.example.", "biIling@harrowgate.example"),
        ("Write to billіng@harrowgate.example.", "billіng@harrowgate.example"),
        ("See https://harrowgate-help.example/help.", "https://harrowgate-help.example/help"),
        ("Call 01632 960115.", "01632 960115"),
        ("My colleague Karen Miller will help.", "Karen"),
        ("We will send you a gift card.", "gift card"),
        ("This happened because of a power cut.", "power cut"),
        ("Our supplier made a mistake.", "supplier"),
        ("No passwords were seen.", "passwords"),
        ("We accept that we are legally liable.", "legally"),
        ("We will call you on 12 March.", "We will call you"),
    ],
)
def test_invented(text, claim):
    """What the record does not hold is a claim without a source that quotes the letter."""
    assert claim in unmatched(text)


def test_look_alike_name():
    """A recorded name with a letter wrong is no recorded name."""
    letter = "Dear Mr Okafur,\n\nWe are sorry.\n\nYours sincerely,\nPhilippa Strand"
    claims, _ = ledger.build(read_letter(letter, language("en")), Incident.load(RECORD))
    assert [c.text for c in claims if c.source is None] == ["Okafur", "Strand"]


def test_complaint_supports_nothing():
    """A figure of the complaint is no fact, unless the letter gives it as the recipient's words."""
    assert unmatched("We took 35 GBP from you.") == ["35 GBP"]


@pytest.mark.parametrize("text", ["You wrote to us from thief@evil.example.", "As you wrote, here is your voucher."])
def test_complaint_never_supports(text):
    """No attribution makes an address or a remedy of the complaint a fact."""
    assert unmatched(text)


def test_promised_told_as_done():
    """What the record promises may not be told as done."""
    claims, _ = build("We have repaid your £15 overdraft fee.")
    assert [(c.kind, c.note) for c in claims if c.source is None] == [
        ("status", "done: the record has promised at remedies[1].status")
    ]


def test_withheld():
    """A withheld fact supports nothing."""
    claims, _ = build("Tom Baxter made the mistake.")
    assert "facts.engineer is withheld: a letter must not state it" in [c.note for c in claims]


def test_yesterday():
    """A relative day counts from the letter's date."""
    assert unmatched("We refunded you yesterday.", letter_date=date(2026, 3, 6)) == []
    assert unmatched("We refunded you yesterday.", letter_date=date(2026, 3, 8)) == ["yesterday"]


def test_letters_own_date():
    """A line that dates the letter is no claim."""
    letter = "Harrowgate, 9 March 2026\n\nDear Mr Okafor,\n\nWe are sorry.\n\nYours sincerely,\nPhilippa Stroud"
    claims, _ = ledger.build(read_letter(letter, language("en")), Incident.load(RECORD))
    assert [c for c in claims if c.source is None] == []


def test_nearest():
    """An unmatched claim says what the nearest field holds."""
    claims, _ = build("We will refund £84.90.")
    assert claims[0].note == "84.9 GBP: the record has 84.2 GBP at remedies[0].amount"


def test_unmatched_first():
    """Unmatched claims come first; each claim quotes the letter at its offsets."""
    letter = "Dear Mr Okafor,\n\nWe took £84.20 and £12.\n\nYours sincerely,\nPhilippa Stroud"
    claims, _ = ledger.build(read_letter(letter, language("en")), Incident.load(RECORD))
    assert claims[0].text == "£12"
    assert all(letter[c.start : c.end] == c.text for c in claims)


def test_source_names_the_field():
    """A matched claim names the field that it comes from."""
    claims, _ = build("We refunded £84.20.")
    assert ("£84.20", "remedies[0].amount") in [(c.text, c.source) for c in claims]


def test_unstated():
    """Facts that the letter leaves out are listed, those that must not be missing first."""
    _, unstated = build("We are sorry.")
    assert [u.field for u in unstated if u.required] == [
        "remedies[0].by",
        "remedies[0].amount",
        "remedies[1].by",
        "remedies[1].amount",
    ]
    assert unstated[0].required


def test_stated_is_not_unstated():
    """A fact told in another form counts as told."""
    _, unstated = build("We refunded £84.20 on 5 March and will repay your fee of £15 by March 12th.")
    assert [u.field for u in unstated if u.required] == []


def test_quoted_mail():
    """Mail quoted below the letter states nothing in its name."""
    letter = "Dear Mr Okafor,\n\nWe are sorry.\n\nYours sincerely,\nPhilippa Stroud\n\n> You owe me 500 GBP"
    claims, _ = ledger.build(read_letter(letter, language("en")), Incident.load(RECORD))
    assert [c for c in claims if c.source is None] == []


LANGUAGES = {
    "zh": ("八月三日扣了十二元五角，三天内退回。", "八月四日扣了十三元五角，五天内退回。", 3),
    "pl": (
        "3 sierpnia pobraliśmy 12,50 zł, zwrot w ciągu trzech dni.",
        "4 sierpnia pobraliśmy 13,50 zł, zwrot w ciągu pięciu dni.",
        3,
    ),
    "el": (
        "Στις 3 Αυγούστου χρεώσαμε 12,50 €, επιστροφή σε τρεις ημέρες.",
        "Στις 4 Αυγούστου χρεώσαμε 13,50 €, επιστροφή σε πέντε ημέρες.",
        3,
    ),
    "ar": (
        "خصمنا ١٢٫٥٠ ر.س في ٣ أغسطس، والرد خلال ثلاثة أيام.",
        "خصمنا ١٣٫٥٠ ر.س في ٤ أغسطس، والرد خلال خمسة أيام.",
        3,
    ),
}
CURRENCIES = {"zh": "CNY", "pl": "PLN", "el": "EUR", "ar": "SAR"}
ACTIONS = {
    "zh": "退款，三天内到账",
    "pl": "zwrot w ciągu trzech dni",
    "el": "επιστροφή σε τρεις ημέρες",
    "ar": "رد المبلغ خلال ثلاثة أيام",
}


@pytest.mark.parametrize("code", LANGUAGES)
def test_forms_of_a_language(code):
    """Words for numbers, native digits, months and currencies are read in every language, right ones and wrong ones."""
    right, wrong, errors = LANGUAGES[code]
    record = {
        "id": "t",
        "scenario": "billing_error",
        "language": code,
        "company": {"name": "Firma"},
        "recipient": {"group": "x"},
        "sender": {"role": "x"},
        "what_happened": ACTIONS[code],
        "when": {"start": "2026-08-03"},
        "remedies": [
            {"action": ACTIONS[code], "status": "promised", "amount": {"value": "12.5", "currency": CURRENCIES[code]}}
        ],
    }
    found = [
        [c.text for c in ledger.build(read_letter(text, language(code)), Incident.load(record))[0] if c.source is None]
        for text in (right, wrong)
    ]
    assert found[0] == []
    assert len(found[1]) == errors


def test_record_in_another_language():
    """A record kept in English supports a letter in Polish."""
    text = "Szanowny Panie,\n\nzwróciliśmy 84,20 GBP 5 marca 2026 r.\n\nZ poważaniem\nPhilippa Stroud"
    assert unmatched(text, "pl", language="pl") == []


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=400), st.sampled_from(["en", "zh", "pl", "el", "ar"]))
@settings(max_examples=60, deadline=None)
def test_any_text(text, code):
    """No text breaks the ledger, and every claim lies inside it."""
    claims, _ = ledger.build(read_letter(text, language(code)), Incident.load(RECORD))
    assert all(0 <= c.start <= c.end <= len(text) for c in claims)


def test_a_number_without_a_unit_is_no_duration_of_the_record():
    """What is read as a duration without a unit is laid beside the record's times without an error."""
    record = read_record(Incident.load(RECORD), "en")
    fact = Fact("duration", 0, 2, Span((Decimal(30),), ""))
    assert duration(fact, record, Today(date(2026, 3, 3), known=True)) is None
