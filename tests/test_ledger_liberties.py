"""What honest writers say in other words than the record, and what is told beside it that is not so."""

from __future__ import annotations

from typing import Any

import pytest

from amends import Incident
from amends.facts import ledger
from amends.language import language
from amends.letter import read_letter

STORIES = {
    "en": (
        "Ewa Reed", "Tom Marsh", "GBP", "Notes were lost on 3 to 5 March 2026: 52 are gone, 38 were recovered.",
        "She took a day off and came with nine guests.", "refund of 40.00 GBP", "discount of 5 % on the next bill",
    ),
    "pl": (
        "Ewa Sroka", "Tomasz Marzec", "EUR", "Od 3 do 5 marca 2026 przepadły 52 notatki, odzyskano 38.",
        "Wzięła dzień urlopu i przyszła z dziewięcioma gośćmi.", "zwrot 40 EUR", "rabat 5% na następny rachunek",
    ),
    "el": (
        "Εύα Ρήγα", "Τάσος Μπίλιας", "EUR", "Από τις 3 έως τις 5 Μαρτίου 2026 χάθηκαν 52 σημειώσεις και σώθηκαν 38.",
        "Πήρε άδεια και ήρθε με εννέα καλεσμένους. Η επισκευή άργησε δέκα μέρες.", "επιστροφή 40 €",
        "έκπτωση 5% στον επόμενο λογαριασμό",
    ),
    "zh": (
        "叶知秋", "麦海峰", "CNY", "2026年3月3日至5日支付中断，丢失52条笔记，找回38条。",
        "她请了一天假，和九位客人一起来。",
        "退款40元", "下期账单九五折",
    ),
    "ar": (
        "هناء الزعبي", "صالح باوزير", "AED", "تعطل الدفع من 3 إلى 5 مارس 2026، وفُقدت 52 ملاحظة واستُعيدت 38.",
        "أخذت يوم إجازة وجاءت مع تسعة ضيوف.", "رد 40 درهماً", "خصم 5٪ على الفاتورة المقبلة",
    ),
}  # fmt: skip
OPENINGS = {"en": "Dear", "pl": "Szanowna Pani", "el": "Αγαπητή", "zh": "尊敬的", "ar": "السيدة"}


def unheld(code: str, text: str, **changes: Any) -> list[str]:
    """Return what a letter in *code* that says *text* claims and the record does not hold."""
    recipient, sender, currency, happened, impact, refund, discount = STORIES[code]
    record = {
        "id": "t-1",
        "scenario": "outage",
        "language": code,
        "company": {"name": "Nimbus"},
        "recipient": {"name": recipient},
        "sender": {"name": sender},
        "what_happened": happened,
        "impact": impact,
        "when": {"start": "2026-03-03T11:20", "end": "2026-03-03T13:05"},
        "remedies": [
            {"action": refund, "status": "promised", "by": "2026-03-14", "amount": {"value": 40, "currency": currency}},
            {"action": discount, "status": "done"},
        ],
    }
    gap = "" if code == "zh" else " "
    letter = (
        f"{OPENINGS[code]}{gap}{recipient}，\n\n{text}\n\n{sender}"
        if code == "zh"
        else (f"{OPENINGS[code]} {recipient},\n\n{text}\n\n{sender}")
    )
    claims, _ = ledger.build(read_letter(letter, language(code)), Incident.load(record | changes))
    return [claim.text for claim in claims if claim.source is None]


HELD = {
    "en": [
        "The outage lasted 1 hour and 45 minutes.", "It lasted an hour and 45 minutes.", "The other 14 are gone.",
        "On 3, 4 and 5 March you could not pay.", "On March 3, 4 and 5 you could not pay.", "You were ten at table.",
        "You lost one day of leave.", "Nobody else is to blame.", "The mistake is ours and no one else's.",
        "As compensation we take 5 % off the next bill.", "We have put your refund in the diary for 14 March.",
    ],
    "pl": [
        "Przerwa trwała 1 godzinę i 45 minut.", "Trwało to godzinę i 45 minut.", "Pozostałych 14 przepadło.",
        "3, 4 i 5 marca nie mogła Pani płacić.", "Było Państwa dziesięć osób.", "Szanowna Pani Ewo, przepraszam.",
        "Rozmawiałem z Panią Ewą.", "To lekcja dla Pani Ewy.", "Sprawa jest raz na zawsze zamknięta.",
        "Notatki są z urzędu sprawdzane.", "Odpowiadam za to ja, nikt inny.",
        "W ramach rekompensaty dajemy rabat 5% na następny rachunek.", "Kuchnię oddaliśmy dopiero 5 marca.",
    ],
    "el": [
        "Η διακοπή κράτησε 1 ώρα και 45 λεπτά.", "Κράτησε μία ώρα και 45 λεπτά.", "Οι υπόλοιπες 14 χάθηκαν.",
        "Στις 3, 4 και 5 Μαρτίου δεν μπορούσατε να πληρώσετε.", "Χάσατε μία ημέρα άδειας.",
        "Δεχθείτε την απεριόριστη συγγνώμη μου.", "Δεν μιλάμε για χιονιά.", "Στο εργαστήριό μας άλλαξαν οι κανόνες.",
        "Το δώρο που θέλατε να δώσετε άργησε.", "Ως αποζημίωση έχετε έκπτωση 5% στον επόμενο λογαριασμό.",
    ],
    "zh": [
        "支付中断了1小时45分。", "中断一小时四十五分钟。", "其余14条没有找回。", "3月3日、4日、5日您都无法付款。",
        "请您提供三点情况：手机型号、版本、颜色。", "我想说明两点意见。", "还要补充三点。", "40元会在3月14日前打给您。",
        "如今寄个快递都要实名。", "任何一日均可使用。", "好好的一日就这样过去了。", "退款已列入日程，3月14日前办理。",
        "处理情况：\n一、40元将于3月14日前退回；\n二、下期账单九五折。", "如果您已经退了订单，40元3月14日前退回。",
    ],
    "ar": [
        "استمر الانقطاع ساعة و45 دقيقة.", "أما الـ14 الباقية فلم تُستعد.", "أيام 3 و4 و5 مارس لم يعمل الدفع.",
        "تنتهي هذه القصة مرة وإلى الأبد.", "في الأسبوع الأول من مارس.", "وتعويضاً لكم خصم 5٪ على الفاتورة المقبلة.",
        "بين الحادية عشرة وعشرين دقيقة صباحاً والواحدة وخمس دقائق.", "أعتذر منك ومن السيدة والدتك.",
    ],
}  # fmt: skip
NOT_HELD = {
    "en": [
        "It lasted 1 hour and 55 minutes.", "The other 15 are gone.", "On 7, 8 and 9 March you could not pay.",
        "The refund of £40 has already been paid to you.", "If you asked, we have already refunded the £40.",
        "Only a handful of customers were affected.", "Nobody else was affected.", "The police have been told.",
        "As compensation we send a bottle of wine.",
    ],
    "pl": [
        "Przerwa trwała 1 godzinę i 55 minut.", "Pozostałych 15 przepadło.", "Zwróciliśmy już 40 EUR.",
        "Problem dotknął tylko garstki klientów.", "Nikt inny nie ucierpiał.", "Mają Państwo dostęp na zawsze.",
    ],
    "el": [
        "Κράτησε 1 ώρα και 55 λεπτά.", "Οι υπόλοιπες 15 χάθηκαν.", "Τα 40 € της επιστροφής έχουν ήδη επιστραφεί.",
        "Επηρεάστηκαν λίγοι πελάτες.", "Έχετε απεριόριστη πρόσβαση.", "Ανεξάρτητο εργαστήριο το επιβεβαίωσε.",
    ],
    "zh": [
        "中断了1小时55分。", "其余15条没有找回。", "退款40元已于3月14日退回。", "只有个别客户受到影响。",
        "周一晚上我打给您。", "全国数千名用户都遇到了。", "警方正在调查。",
    ],
    "ar": [
        "استمر ساعة و55 دقيقة.", "أما الـ15 الباقية فلم تُستعد.", "وقد رددنا 40 درهماً بالفعل.",
        "ولم يتأثر إلا عدد قليل من العملاء.", "ولم يتأثر أي عميل آخر.", "ولكم عضوية إلى الأبد.",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in HELD.items() for text in texts])
def test_honest_liberties(code: str, text: str):
    """What can be computed from the record, or is told in a turn of phrase, is no false claim."""
    assert unheld(code, text) == []


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in NOT_HELD.items() for text in texts])
def test_what_is_close_to_an_honest_liberty(code: str, text: str):
    """The same turns with a figure, status or scope that the record lacks are found."""
    assert unheld(code, text)


@pytest.mark.parametrize(("name", "told"), [("倪书衡", "倪书衡"), ("冼婉仪", "冼婉仪"), ("池田田", "池田田")])
def test_rare_chinese_surnames_in_the_frame(name: str, told: str):
    """Another's name in the salutation or the signature is found, however rare the surname is."""
    for letter in (f"叶知秋：\n\n很抱歉。\n\n{name}", f"尊敬的{name}女士：\n\n很抱歉。\n\n麦海峰"):
        claims, _ = ledger.build(read_letter(letter, language("zh")), Incident.load(_chinese()))
        assert any(told in claim.text for claim in claims if claim.source is None)


def test_another_firm_in_the_signature():
    """A firm's name with one word of another's is found."""
    record = _chinese() | {
        "language": "en",
        "company": {"name": "Dobbins Hardware"},
        "sender": {"name": "Walt Dobbins"},
    }
    letter = "Dear Kelly,\n\nI am sorry.\n\nWalt Dobbins\nStore Manager, Vorster Hardware"
    claims, _ = ledger.build(read_letter(letter, language("en")), Incident.load(record))
    assert [claim.text for claim in claims if claim.source is None and claim.text != "Kelly"] == ["Vorster"]


def _chinese() -> dict[str, Any]:
    return {
        "id": "t-2",
        "scenario": "delay",
        "language": "zh",
        "company": {"name": "木作里"},
        "recipient": {"name": "叶知秋"},
        "sender": {"name": "麦海峰"},
        "what_happened": "衣柜晚到了。",
    }


DAYPARTS = [
    ("en", "On 3 March in the morning you could not pay.", "On 3 March in the evening you could not pay."),
    ("en", "On Tuesday morning you could not pay.", "On Tuesday night you could not pay."),
    ("pl", "3 marca przed południem nie mogła Pani płacić.", "3 marca wieczorem nie mogła Pani płacić."),
    ("el", "Στις 3 Μαρτίου το πρωί δεν μπορούσατε.", "Στις 3 Μαρτίου το βράδυ δεν μπορούσατε."),
    ("zh", "3月3日上午您在网上无法付款。", "3月3日晚上您在网上无法付款。"),
    ("ar", "يوم 3 مارس صباحاً لم يعمل الدفع.", "يوم 3 مارس ليلاً لم يعمل الدفع."),
]


@pytest.mark.parametrize(("code", "right", "wrong"), DAYPARTS)
def test_parts_of_the_day(code: str, right: str, wrong: str):
    """ "In the evening" beside a day is false where the record's times are in the morning, and only there."""
    assert unheld(code, right) == []
    assert unheld(code, wrong)


def test_parts_of_the_day_without_times():
    """A record that tells no time of day is silent about the morning; "good morning" is no claim."""
    assert unheld("en", "On 3 March in the morning you could not pay.", when={"start": "2026-03-03"}) == []
    assert unheld("en", "Good morning. We are sorry about 3 March.") == []


def test_another_name_in_an_arabic_closing():
    """Who signs is compared where the closing formula holds the name, and after a short part of a name."""
    record = _chinese() | {"language": "ar", "recipient": {"name": "إيلي رزق"}, "sender": {"name": "رنا بو حمدان"}}
    for signed in ("أختكم رنا السليطي", "رنا بو السليطي"):
        letter = f"السيد إيلي المحترم،\n\nنعتذر عن التأخير.\n\n{signed}\nمديرة الصالة"
        claims, _ = ledger.build(read_letter(letter, language("ar")), Incident.load(record))
        assert [claim.text for claim in claims if claim.source is None] == ["السليطي"]


def test_one_sign_of_the_record_holds_no_chinese_name():
    """A name that shares its last sign with a word of the record is still another's."""
    record = _chinese() | {"impact": "房东在催。"}
    letter = "尊敬的石卫东女士：\n\n很抱歉，衣柜晚到了。\n\n麦海峰"
    claims, _ = ledger.build(read_letter(letter, language("zh")), Incident.load(record))
    assert any("石卫东" in claim.text for claim in claims if claim.source is None)
