"""Money, dates and free text come out as the letter's language and region write them."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amends import DataError, files
from amends.forms import forms
from amends.incident import Amount, Prevention, Remedy, When
from amends.language import language

GB, US = forms("en-GB"), forms("en")


@pytest.mark.parametrize(
    ("tag", "value", "currency", "written"),
    [
        ("en-GB", "84.20", "GBP", "£84.20"),
        ("en-GB", "1240", "GBP", "£1,240"),
        ("en", "49", "USD", "$49"),
        ("en-GB", "49", "USD", "US$49"),
        ("en-US", "1200", "JPY", "¥1,200"),
        ("en-IE", "12.5", "EUR", "€12.50"),
        ("ar-JO", "2450", "JOD", "2,450 دينار أردني"),
        ("ar-BH", "42.5", "BHD", "42.500 دينار بحريني"),
    ],
)
def test_money(tag, value, currency, written):
    """An amount has the region's symbol, and decimals only where it is not whole."""
    assert forms(tag).money(Amount(value=value, currency=currency)) == written


@pytest.mark.parametrize(
    ("tag", "moment", "written"),
    [
        ("en-GB", date(2026, 3, 5), "5 March 2026"),
        ("en", date(2026, 3, 5), "March 5, 2026"),
        ("en-GB", datetime(2026, 3, 5, 17, 20), "17:20 on 5 March 2026"),
        ("en-US", datetime(2026, 3, 5, 17, 20), "5:20\xa0PM on March 5, 2026"),
        ("en-GB", datetime.fromisoformat("2026-03-05T17:20+00:00"), "17:20 UTC on 5 March 2026"),
        ("en-GB", datetime.fromisoformat("2026-03-05T17:20-03:30"), "17:20 UTC−3:30 on 5 March 2026"),
    ],
)
def test_moment(tag, moment, written):
    """A date has the region's order; a time is never converted and keeps its offset."""
    assert forms(tag).moment(moment) == written


@pytest.mark.parametrize(
    ("start", "end", "shape", "written"),
    [
        ("2026-03-05", None, "day", "5 March 2026"),
        ("2026-03-05T09:10", None, "moment", "09:10 on 5 March 2026"),
        ("2026-03-05T09:10", "2026-03-05T15:40", "hours", "from 09:10 to 15:40 on 5 March 2026"),
        ("2026-03-05", "2026-03-07", "days", "from 5 March 2026 to 7 March 2026"),
        ("2026-03-05T22:00", "2026-03-06T01:00", "days", "from 22:00 on 5 March 2026 to 01:00 on 6 March 2026"),
        (None, None, "", ""),
    ],
)
def test_period(start, end, shape, written):
    """A period is told by what it is: a day, a moment, hours of one day, or days."""
    when = When(start=start, end=end)
    assert (GB.shape(when), GB.period(when)) == (shape, written)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("refund of the second charge", "Refund of the second charge."),
        ("iPhone cases were sent", "iPhone cases were sent."),
        ("ślub został odwołany", "Ślub został odwołany."),
        ("Was it late?", "Was it late?"),
        ("She wrote “never again.”", "She wrote “never again.”"),
        ("two\n\nlines", "Two lines."),
    ],
)
def test_sentence(text, written):
    """Free text becomes a sentence on one line, whatever it is; a brand keeps its small letter."""
    assert GB.sentence(text) == written


@given(st.text(min_size=1).filter(str.strip))
def test_sentence_is_one_line(text):
    """No text can begin a line of its own."""
    assert len(GB.sentence(text).splitlines()) == 1


def test_entry_tells_amount_and_date():
    """What its own words do not hold follows in brackets."""
    remedy = Remedy(action="refund", status="promised", by="2026-03-12", amount={"value": "84.20", "currency": "GBP"})
    assert GB.entry(remedy) == "refund (£84.20, by 12 March 2026)"


def test_entry_does_not_repeat_itself():
    """An amount or date that the action holds, in whatever form, is not told again."""
    action = "£18,500 sent to the solicitor on 12 June"
    remedy = Remedy(action=action, by="2026-06-12", amount={"value": 18500, "currency": "GBP"})
    assert GB.entry(remedy) == action


def test_entry_divides_as_the_language_does():
    """Between the amount and the date stands the language's own comma."""
    remedy = Remedy(action="退款", status="promised", by="2026-06-12", amount={"value": 20, "currency": "CNY"})
    assert forms("zh-CN").entry(remedy) == "退款（20元，2026年6月12日前）"


def test_entry_of_a_prevention_that_is_done():
    """What is done has the date by which it was."""
    assert US.entry(Prevention(action="a check.", by="2026-03-12")) == "a check (completed by March 12, 2026)"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("down on 3 March 2026 from 9:10 to 15:40", True),
        ("down on March 3, 2026 from 9:10 a.m. to 3:40 p.m.", True),
        ("down on 3 March 2026", False),
        ("down on 13 March from 09:10 to 15:40", False),
        ("charged on 3 May", False),
    ],
)
def test_says_when(text, said):
    """A period is said where its days and times are, however they are written."""
    assert GB.says(text, When(start="2026-03-03T09:10", end="2026-03-03T15:40")) == said


def test_says_two_days_with_one_month():
    """ "between 11 and 13 May" holds both days."""
    assert GB.says("Between 11 and 13 May 2026 it was lost", When(start="2026-05-11", end="2026-05-13"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("4月2日他打电话来", True),
        ("2026年4月2日9:00他打电话来", True),
        ("四月2日上午9点", True),
        ("4月12日上午9点", False),
        ("14月2日", False),
        ("4月2日下午3点", False),
    ],
)
def test_says_when_in_chinese(text, said):
    """A Chinese day is said with the month in figures or in words, a time of day with 点."""
    moment = datetime(2026, 4, 2, 9)
    assert forms("zh-CN").says(text, When(start=moment), times="点" in text) == said


def test_says_two_chinese_days_with_one_month():
    """ "3月9日至11日" holds both days, "9日至11日" of another month neither."""
    when = When(start="2026-03-09", end="2026-03-11")
    assert forms("zh").says("3月9日至11日没有保存", when)
    assert not forms("zh").says("13月9日至11日没有保存", when)


@pytest.mark.parametrize("text", ["a fee of £1,240.00", "1.240,00 zł", "1 240 zł"])
def test_says_amount_in_other_notation(text):
    """An amount is found with either decimal mark and any grouping."""
    assert GB.says(text, Amount(value=1240, currency="GBP"))


def test_unknown_region_falls_back_to_the_language():
    """A region that nobody knows changes nothing but the region."""
    assert forms("en-ZZ").day(date(2026, 3, 5)) == "March 5, 2026"


def test_language_without_forms(tmp_path, monkeypatch):
    """A language file without forms is an error that names them all."""
    (tmp_path / "en").mkdir()
    text = (files.prompts() / "en" / "language.toml").read_text(encoding="utf-8").split("[forms]")[0]
    (tmp_path / "en" / "language.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(files, "prompts", lambda: tmp_path)
    files.languages.cache_clear()
    language.cache_clear()
    forms.cache_clear()
    try:
        with pytest.raises(DataError, match=r"language\.toml: forms: moment is missing"):
            forms("en")
    finally:
        monkeypatch.undo()
        files.languages.cache_clear()
        language.cache_clear()
        forms.cache_clear()
