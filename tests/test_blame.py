"""Whose fault a letter says it is: another's, or that of the sender's own firm."""

from __future__ import annotations

import pytest

from amends import Incident, check

RECORD = {
    "id": "t-1",
    "scenario": "other",
    "language": "ar",
    "company": {"name": "مطبعة الياسمين"},
    "recipient": {"name": "سارة العتيبي", "gender": "female"},
    "sender": {"name": "ماجد الحربي", "role": "صاحب المطبعة"},
    "what_happened": "طُبعت الدعوات بتاريخ خاطئ.",
}


@pytest.mark.parametrize(
    ("company", "text", "found"),
    [
        ("مطبعة الياسمين", "هذا خطأ المطبعة وحدها.", False),
        ("بنك السواحل", "هذا خطأ البنك.", False),
        ("البنك الأهلي", "هذا خطأ البنك.", False),
        ("بنك السواحل", "هذا خطأ المطبعة وحدها.", True),
        ("مطبعة الياسمين", "هذا خطأ البنك.", True),
        ("مطبعة الياسمين", "هذا خطأ مطبعة الفجر.", True),
        ("مطبعة الياسمين", "التأخير من جانب الشركة.", False),
        ("مطبعة الياسمين", "التأخير من جانب الشركة الناقلة.", True),
    ],
)
def test_the_senders_own_kind_of_firm_is_no_other(company: str, text: str, found: bool):
    """ "The press's error" in a letter of a press blames nobody else; another's does."""
    letter = f"السيدة سارة العتيبي المحترمة،\n\nطُبعت الدعوات بتاريخ خاطئ.\n\n{text}\n\nمع خالص التحية،\nماجد الحربي"
    report = check(letter, Incident.load(RECORD | {"company": {"name": company}}))
    assert report.faults["blame_shift"].found is found
