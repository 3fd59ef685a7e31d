"""The forms in which the five languages tell numbers, dates, times, sums and addresses."""

from __future__ import annotations

import pytest

from amends.facts.found import Text
from amends.facts.lexicon import lexicon
from amends.facts.match import show
from amends.facts.scan import scan
from amends.text import clean, fold


def told(code: str, text: str, region: str = "") -> list[tuple[str, str]]:
    """Return the kinds and canonical values of the facts in *text*."""
    text = clean(text).text
    return [(f.kind, show(f)) for f in scan(Text(text, fold(text), bytearray(len(text))), lexicon(code), region)]


@pytest.mark.parametrize(
    ("code", "text", "fact"),
    [
        ("en", "1,234.50 USD", ("amount", "1234.5 USD")),
        ("en", "$1,234", ("amount", "1234 USD")),
        ("en", "twenty-four pounds", ("amount", "24 GBP")),
        ("en", "two and a half hours", ("duration", "2.5 hour")),
        ("en", "one hundred and twenty guests", ("count", "120")),
        ("pl", "2 417,60 zł", ("amount", "2417.6 PLN")),
        ("pl", "dwadzieścia cztery złote", ("amount", "24 PLN")),
        ("pl", "2,5 tys. zł", ("amount", "2500 PLN")),
        ("el", "1.234,50 €", ("amount", "1234.5 EUR")),
        ("el", "δεκαπέντε ημέρες", ("duration", "15 day")),
        ("zh", "十二元五角", ("amount", "12.5 CNY")),
        ("zh", "三万五千元", ("amount", "35000 CNY")),
        ("zh", "百分之十二", ("percent", "12%")),
        ("zh", "两天", ("duration", "2 day")),
        ("ar", "٥٠ ر.س", ("amount", "50 SAR")),
        ("ar", "خمسة وعشرين ديناراً", ("amount", "25 JOD")),
        ("ar", "٤٢ ألف جنيه", ("amount", "42000 EGP")),
        ("ar", "يومين", ("duration", "2 day")),
    ],
)
def test_quantities(code, text, fact):
    """A quantity has one value, however it is written."""
    assert fact in told(code, text)


@pytest.mark.parametrize(
    ("code", "text", "fact"),
    [
        ("en", "the 2nd of March 2026", ("date", "2026-03-02")),
        ("en", "March 2nd", ("date", "03-02")),
        ("en", "2026-03-02", ("date", "2026-03-02")),
        ("pl", "3 i 4 marca", ("date", "03-03")),
        ("pl", "04.03.2026", ("date", "2026-03-04")),
        ("el", "της 3ης Μαρτίου", ("date", "03-03")),
        ("zh", "二〇二六年四月十六日", ("date", "2026-04-16")),
        ("zh", "8月3日", ("date", "08-03")),
        ("ar", "٣ يوليو ٢٠٢٥", ("date", "2025-07-03")),
        ("ar", "أول أبريل", ("date", "04-01")),
        ("ar", "5 رمضان 1446", ("date", "1446-109-05")),
        ("en", "17:20 UTC", ("time", "17:20 UTC+0")),
        ("en", "half past five pm", ("time", "17:30")),
        ("en", "at twenty to eleven at night", ("time", "22:40")),
        ("pl", "o wpół do dziesiątej rano", ("time", "09:30")),
        ("el", "στις επτά παρά τέταρτο", ("time", "06:45")),
        ("zh", "下午四点半", ("time", "16:30")),
        ("ar", "الساعة التاسعة إلا ربعاً صباحاً", ("time", "08:45")),
    ],
)
def test_dates_and_times(code, text, fact):
    """A date or time has one value, however it is written."""
    assert fact in told(code, text)


@pytest.mark.parametrize(
    ("region", "value"), [("US", "2026-03-04"), ("GB", "2026-04-03"), ("CA", "2026-04-03 or 2026-03-04")]
)
def test_numeric_date(region, value):
    """The region says which number of an all-numeric date is the month."""
    assert told("en", "03/04/2026", region) == [("date", value)]


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("write to a.b@firm.example.", ("email", "a.b@firm.example")),
        ("写信到a.b@firm.example，谢谢", ("email", "a.b@firm.example")),
        ("see https://Firm.example/Help/.", ("link", "firm.example/Help")),
        ("at status.firm.example/1 now", ("link", "status.firm.example/1")),
        ("call +44 1632 960114", ("phone", "+441632960114")),
        ("order FV/03/2026/8812 is", ("identifier", "fv/03/2026/8812")),
        ("order 448210 is", ("identifier", "448210")),
    ],
)
def test_addresses_and_marks(text, fact):
    """Addresses, numbers to call and marks are found whole, without the sentence's own signs."""
    assert fact in told("zh" if "写" in text else "en", text)


@pytest.mark.parametrize("text", ["open 24/7", "may I ask you", "the 2-factor login", "we march on", "e.g. this"])
def test_no_facts(text):
    """What only looks like a figure or a date is none."""
    assert told("en", text) == []
