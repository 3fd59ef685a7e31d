"""What a Chinese letter claims: signs without spaces, full-width marks, and words that mean two things."""

from __future__ import annotations

from typing import Any

import pytest

from amends import Incident
from amends.facts import ledger
from amends.language import language
from amends.letter import read_letter

RECORD: dict[str, Any] = {
    "id": "t-1",
    "scenario": "billing_error",
    "language": "zh-CN",
    "company": {"name": "K12路滨城公交"},
    "recipient": {"group": "K12路乘客", "address_as": "尊敬的K12路乘客"},
    "sender": {"name": "于振海", "role": "总经理"},
    "what_happened": "2026年6月12日的订单印错了，程序20:05退回旧版。",
    "cause": "校对只看了错别字。",
    "remedies": [
        {
            "action": "退回学校交的定金",
            "status": "promised",
            "by": "2026-06-15",
            "amount": {"value": "500", "currency": "CNY"},
        },
        {"action": "已修好的四册送到祠堂", "status": "promised", "by": "2026-06-18"},
        {"action": "补寄新机", "status": "promised", "by": "2026-06-20"},
    ],
    "contact": {"phone": "0411-5550 1212"},
    "facts": {"接听时间": "6:00至23:00", "订单": "1212"},
}


def unheld(text: str, **changes: Any) -> list[str]:
    """Return what a letter that says *text* claims and the record does not hold."""
    claims, _ = ledger.build(read_letter(text, language("zh")), Incident.load(RECORD | changes))
    return [claim.text for claim in claims if claim.source is None]


@pytest.mark.parametrize(
    "text",
    [
        "请拨打0411-5550 1212，6:00至23:00有人接听。",
        "请拨打0411-5550 1212 6:00至23:00有人接听。",
        "订单1212，500元定金退回。",
        "我向当晚的每一位乘客道歉。",
        "每位乘客、全体乘客、各路乘客，我们都对不起。",
        "尊贵的K12路乘客：",
        "已付的定金500元6月15日退回学校账户。",
        "已经交了定金的，6月15日退回学校账户。",
        "已付定金500元6月15日退回。",
        "您已经被扣的500元定金6月15日退回。",
        "已修好的四册，6月18日送到祠堂。",
        "20:05我们已退回旧版，一切正常。",
        "程序已经退回到上一个版本。",
        "软件已退回升级前的版本。",
        "包裹被退回，是我们填错了地址。",
        "请把坏的那台退回给我们。",
        "新版退回之前的设置，查询恢复了。",
        "我们已更换登录密码。",
        "登记过的号码我们都核对了。",
        "这不得已的改动，是我们决定的。",
        "那天是给新人迎亲的日子，新娘等了很久。",
        "换新系统那天，我们没有核对。",
        "这两天我都守着这封信。",
    ],
)
def test_chinese_liberties(text):
    """What only names a thing, or means another thing here, is no claim."""
    assert unheld(text) == []


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("请拨打0411-5550 1213，6:00至23:00有人接听。", "0411-5550 1213"),
        ("请拨打0411-5550 1213 6:00至23:00有人接听。", "0411-5550 1213"),
        ("订单1212，600元定金退回。", "600元"),
        ("K13路滨城公交敬上。", "K13路滨城公交"),
        ("K12路海城公交敬上。", "K12路海城公交"),
        ("定金500元已退回学校账户。", "已退"),
        ("已退回学校的定金500元请查收。", "已退"),
        ("四册已送到祠堂。", "已"),
        ("祠堂那几本的事，我已于6月18日亲自登门。", "已于"),
        ("祠堂那几本的事，6月18日已经登门。", "已经"),
        ("补寄给您的新机已经寄出。", "已经"),
        ("已补寄的新机，请查收。", "已"),
        ("另送的200元代金券已退回账户。", "代金券"),
        ("是刚入职的新人弄错的。", "新人"),
        ("当事人已被记过。", "记过"),
    ],
)
def test_chinese_inventions(text, claim):
    """A claim that the record lacks is found, however near it is to what it holds."""
    assert claim in unheld(text)


def test_a_version_put_back_is_no_refund():
    """A record that tells of a roll-back does not allow a refund."""
    assert "退款" in unheld("两天内会把退款打到您的账户。", remedies=[])


@pytest.mark.parametrize(("text", "missing"), [("多扣的一百八十六块四。", []), ("多扣的186块5，", ["186块5"])])
def test_a_figure_after_kuai_is_tenths(text: str, missing: list[str]):
    """“一百八十六块四”tells 186.40 yuan."""
    assert unheld(text, facts={"电费": "186.40元"}) == missing


def test_a_word_before_a_firm_is_no_misspelt_firm():
    """“关于图书馆” does not misspell the firm “市图书馆”; “海图书馆” does."""
    firm = {"company": {"name": "市图书馆"}}
    assert unheld("关于图书馆的座位，我们说明如下。", **firm) == []
    assert unheld("海图书馆敬上。", **firm) == ["海图书馆"]
