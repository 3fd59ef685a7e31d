"""Find e-mail addresses, links and phone numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from amends.facts.found import Fact, Text
from amends.facts.lexicon import host_endings

# Any letter may stand in an address, for look-alikes must be seen; but Chinese and Arabic words run into it.
_L = "[^\\W\u0600-\u06ff\u2e80-\u9fff\uac00-\ud7af]"
_EMAIL = re.compile(rf"(?:{_L}|[.+%-]){{1,64}}@(?:{_L}|-)+(?:\.(?:{_L}|-)+)+")
_LINK = re.compile(
    r"(?:https?|ftp)://[^\s<>\"'«»“”„()\u0600-\u06ff\u2e80-\u9fff\uff00-\uffef]+|(?<![a-z0-9@./-])www\.[^\s<>()\u2e80-\u9fff\uff00-\uffef]+",
    re.IGNORECASE,
)
_HOST = re.compile(
    rf"(?<![a-z0-9@./:-])(?:(?:{_L}|-){{1,63}}\.)+([a-z]{{2,12}})(?:/[^\s<>()\u2e80-\u9fff\uff00-\uffef]*)?(?![a-z0-9@-])",
    re.IGNORECASE,
)
_SPACE = re.compile(r"\s")
_SIGN = {
    _EMAIL: re.compile("@"),
    _LINK: re.compile(r"://|www\.", re.IGNORECASE),
    _HOST: re.compile(r"\.(?=[a-z]{2})", re.IGNORECASE),
}
_PHONE = re.compile(r"(?<![a-z0-9./-])(?<!\d,)(?:\+|00)?\(?\d[\d ().\u00a0/-]{5,22}\d(?![a-z0-9%]|[.,]\d)")
_GROUPS = re.compile(r"\d{1,3}(?:[ \u00a0.]\d{3})+$")
_TRAIL = ".,;:!?…)]}'\"»”’،؛؟"
MIN_DIGITS = 7
_COUNTRY_CODE = 3  # digits that it has at most


def addresses(text: Text) -> list[Fact]:
    """Return the e-mail addresses and links of *text*, as written: look-alike letters must not fold together."""
    found = []
    for kind, pattern in (("email", _EMAIL), ("link", _LINK), ("link", _HOST)):
        for match in _matches(pattern, text.written):
            if pattern is _HOST and match[1].lower() not in host_endings():
                continue
            written = match[0].rstrip(_TRAIL)
            start, end = match.start(), match.start() + len(written)
            if written and text.free(start, end):
                text.take(start, end)
                found.append(Fact(kind, start, end, email(written) if kind == "email" else link(written)))
    return found


def _matches(pattern: re.Pattern[str], written: str) -> Iterator[re.Match[str]]:
    """Yield the matches of *pattern* in the words that hold the sign it cannot do without."""
    end = 0
    for sign in _SIGN[pattern].finditer(written):
        if sign.start() < end:
            continue
        start = next((i for i in range(sign.start(), -1, -1) if written[i].isspace()), -1) + 1
        space = _SPACE.search(written, sign.end())
        end = space.start() if space else len(written)
        yield from pattern.finditer(written, start, end)


def email(written: str) -> str:
    """Return an address in the form that two spellings of it share."""
    return written.strip().lower()


def link(written: str) -> str:
    """Return a link without its scheme and last slash, its host in lower case."""
    bare = re.sub(r"^(?:https?|ftp)://", "", written.strip(), flags=re.IGNORECASE).rstrip("/")
    host, slash, path = bare.partition("/")
    return host.lower().removeprefix("www.") + slash + path


def phones(text: Text) -> list[Fact]:
    """Return the phone numbers of *text*: rows of digits that are no sum with thousands set apart."""
    found = []
    for match in _PHONE.finditer(text.left()):
        digits = re.sub(r"\D", "", match[0])
        separated = bool(re.search(r"\D", match[0].strip()))
        if len(digits) < MIN_DIGITS or not separated or _GROUPS.fullmatch(match[0]) or len(digits) > 16:
            continue
        if text.free(*match.span()):
            text.take(*match.span())
            international = match[0].startswith(("+", "00"))
            number = f"+{digits.removeprefix('00')}" if international else digits
            found.append(Fact("phone", match.start(), match.end(), number))
    return found


def same_phone(first: str, second: str) -> bool:
    """Whether two numbers are one, told with or without the country's code ("+44 1632…", "01632…")."""
    if first.startswith("+") == second.startswith("+"):
        return first.lstrip("0") == second.lstrip("0")
    abroad, home = (first, second) if first.startswith("+") else (second, first)
    national = home.lstrip("0")
    code = abroad[1:].removesuffix(national).rstrip("0")
    return len(national) >= MIN_DIGITS - 1 and abroad.endswith(national) and 1 <= len(code) <= _COUNTRY_CODE
