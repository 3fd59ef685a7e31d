"""What an Arabic letter claims: the past in a condition, words that mean two things, figures in either digits."""

from __future__ import annotations

from typing import Any

import pytest

from amends import Incident
from amends.facts import ledger
from amends.language import language
from amends.letter import read_letter

RECORD: dict[str, Any] = {
    "id": "t-1",
    "scenario": "cancelled_service",
    "language": "ar-SA",
    "company": {"name": "خطوط الساحل"},
    "recipient": {"name": "سارة العتيبي", "gender": "female"},
    "sender": {"name": "ماجد الحربي", "role": "مدير الحجز"},
    "what_happened": "ألغينا رحلة 12 نوفمبر 2026.",
    "remedies": [
        {"action": "رد ثمن التذاكر كاملاً إليهم", "status": "promised", "by": "2026-11-20"},
        {"action": "نقلهم إلى رحلة 16 نوفمبر", "status": "promised", "by": "2026-11-16"},
    ],
    "facts": {"التوقف": "42 دقيقة", "الانتظار": "3 ساعات", "المهلة": "5 أيام"},
    "contact": {"phone": "0550 118 204"},
}


def unheld(text: str, **changes: Any) -> list[str]:
    """Return what a letter that says *text* claims and the record does not hold."""
    claims, _ = ledger.build(read_letter(text, language("ar")), Incident.load(RECORD | changes))
    return [claim.text for claim in claims if claim.source is None]


@pytest.mark.parametrize(
    "text",
    [
        "وإن كان الموعد الجديد لا يناسبكم، رددنا إليكم ثمن التذاكر كاملاً.",
        "إن لم يناسبكم ذلك، رددنا ثمن التذاكر كاملاً.",
        "إذا فضلتم ذلك، رددنا إليكم ثمن التذاكر.",
        "ومتى أبلغتمونا، أعدنا إليكم ثمن التذاكر كاملاً.",
        "لو رغبتم في غير هذا، رددنا ثمن التذاكر كاملاً.",
        "اتصلوا بنا. فإن تعذر السفر، رددنا ثمن التذاكر كاملاً.",
        "رددنا عليكم بعد أسبوع بعبارة جاهزة.",
        "ألف مبروك للعروسين، وألف سلامة عليكم، وألف شكر.",
        "انتظرتم في هذه الدقائق الاثنتين والأربعين.",
        "خلال الساعات الثلاث الأولى.",
        "في تلك الأيام الـ5.",
    ],
)
def test_arabic_liberties(text):
    """The past tense after a condition promises, and what means another thing is no claim."""
    assert unheld(text) == []


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("رددنا إليكم ثمن التذاكر كاملاً.", "رددنا"),
        ("وإن كان الخطأ في الجدول، فقد رددنا ثمن التذاكر كاملاً.", "فقد"),
        ("انتظرتم في هذه الدقائق الثلاث والأربعين.", "الثلاث والأربعين"),
        ("خلال الساعات الأربع الأولى.", "الأربع"),
        ("نقدم لكم ألف ريال.", "ألف ريال"),
        ("سنصرف لكم قسيمة شراء.", "قسيمة شراء"),
        ("رددنا ثمن التذاكر كاملاً، وإن كان الموعد لا يناسبكم، اتصلوا بنا.", "رددنا"),
    ],
)
def test_arabic_inventions(text, claim):
    """What is only promised and told as done is found, also beside a condition."""
    assert claim in unheld(text)


PRINTED: dict[str, Any] = {
    "when": {"start": "2026-11-18T06:40", "end": "2026-11-21T09:25"},
    "what_happened": "طُبع رقم خاطئ على 600 نسخة من الدليل، وأُرسلت نسخة إلى جار العميلة.",
    "remedies": [
        {"action": "خصم", "status": "done", "amount": {"value": 1250, "currency": "SAR"}},
        {"action": "كعكة جديدة يوم الحفل", "status": "promised"},
    ],
    "facts": {},
}


@pytest.mark.parametrize(
    "text",
    [
        "كان الموعد 18 نوفمبر، ووصلت في 21 منه.",
        "كان الموعد 18 نوفمبر، ووصلت في الحادي والعشرين منه.",
        "قيل لكم 18 نوفمبر، وهو الحادي والعشرون.",
        "وقع ذلك بين 18 و21 من الشهر.",
        "في الثامن عشر من الشهر نفسه لم يفتح أحد.",
        "انتظرتم حتى الـ21، ولم يتصل بكم أحد.",
        "يومي 18 و21 من نوفمبر.",
        "من السادسة والدقيقة الأربعين إلى التاسعة والدقيقة الخامسة والعشرين.",
        "الرقم خاطئ في النسخ الست مئة كلها.",
        "طبعنا ستمائة نسخة، أي ستمئة.",
        "خصمنا ألفاً ومئتين وخمسين ريالاً.",
        "خصمنا ألفًا ومئتي ريال وخمسين.".replace("ومئتي ريال وخمسين", "ومئتين وخمسين ريالاً"),
        "نقدم لكم كعكة الحفل هدية، وهي بلا مقابل.",
        "يقرأ الموظف على العميل آخر أرقام حسابه.",
        "ما غيّرناه:\nأ. يوزن كل كيس مرتين.\nب. يراجعه زميل.",
        "هذا لا يليق بالقرن الحادي والعشرين.",
    ],
)
def test_arabic_days_and_numbers(text):
    """A day without its month, a number in several words and a list's letter are read as they are meant."""
    assert unheld(text, **PRINTED) == []


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("كان الموعد 18 نوفمبر، ووصلت في 23 منه.", "23 منه"),
        ("ووصلت في الثالث والعشرين منه.", "الثالث والعشرين منه"),
        ("الرقم خاطئ في النسخ الثماني مئة كلها.", "الثماني مئة"),
        ("خصمنا ألفاً ومئتي ريال.", "ألفاً ومئتي ريال"),
        ("إلى التاسعة والدقيقة الخامسة والثلاثين.", "التاسعة والدقيقة الخامسة والثلاثين"),
        ("أ. يوزن سيتصل بكم.", "يوزن"),
        ("ونرسل إليكم قسيمة شراء هدية.", "قسيمة شراء"),
    ],
)
def test_arabic_days_and_numbers_invented(text, claim):
    """And another day, number, time or name than the record's is found."""
    assert claim in unheld(text, **PRINTED)
