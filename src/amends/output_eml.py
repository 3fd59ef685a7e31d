"""A draft as a message that a mail program opens, ready to be looked over and sent."""

from __future__ import annotations

import html
import re
import unicodedata
from email.headerregistry import Address, Group
from email.message import EmailMessage
from email.policy import SMTP
from typing import TYPE_CHECKING

from amends.display import safe
from amends.language import language
from amends.text import fold

if TYPE_CHECKING:
    from amends.draft import Draft
    from amends.incident import Incident

_MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")


def message(draft: Draft, to: str = "") -> str:
    """Return the letter as an unsent message: its subject, recipient and sender as headers, the rest as the body.

    The record holds no address of the recipient: without *to*, `To` carries the name, and the sender fills it in.
    """
    incident = draft.incident
    # 7-bit: every program reads it, and nothing on the way rewrites it.
    mail = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    mail["Subject"] = _header(draft.subject or "")
    name = incident.recipient.name or incident.recipient.group
    known = _MAILBOX.fullmatch(to)
    mail["To"] = Address(display_name=_header(name), addr_spec=to) if known else _nobody_yet(name)
    mail["From"] = _sender(incident)
    mail["X-Unsent"] = "1"  # Outlook opens it for editing instead of reading
    body = without_subject(draft.letter, incident.base)
    mail.set_content(safe(body))
    if language(incident.base).direction == "rtl":
        # Plain text has no direction of its own; the alternative carries it.
        mail.add_alternative(_rtl_page(safe(body), incident.base), subtype="html")
    mail["Content-Language"] = _header(incident.language)  # last: set_content drops what begins with Content-
    return mail.as_bytes().decode("ascii")


def without_subject(letter: str, code: str) -> str:
    """Return *letter* without the line that states its subject."""
    text = letter.strip()
    first, _, rest = text.partition("\n")
    return (rest if language(code).subject.match(fold(first.strip())) else text).strip() + "\n"


def _sender(incident: Incident) -> Address | Group:
    name = ", ".join(filter(None, [incident.sender.name or incident.sender.role, incident.company.name]))
    email = "" if incident.withheld("contact.email") else incident.contact.email
    if _MAILBOX.fullmatch(email):
        return Address(display_name=_header(name), addr_spec=email)
    return _nobody_yet(name)


def _nobody_yet(name: str) -> Group:
    """Return a name without an address, in the one form that RFC 5322 has for it: an empty group."""
    return Group(display_name=_header(name), addresses=())


def _header(text: str) -> str:
    """Return *text* on one line without anything that could end a header or hide in it."""
    kept = "".join(" " if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") else c for c in text)
    return " ".join(safe(kept).replace("\u200b", "").split())


def _rtl_page(body: str, code: str) -> str:
    paragraphs = "".join(
        f"<p>{html.escape(paragraph.strip()).replace(chr(10), '<br>')}</p>"
        for paragraph in re.split(r"\n\s*\n", body)
        if paragraph.strip()
    )
    return (
        f'<html lang="{code}" dir="rtl"><head><meta charset="utf-8"></head><body dir="rtl">{paragraphs}</body></html>'
    )
