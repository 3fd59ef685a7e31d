"""Write a record's money, dates, lists and free text as the letter's language and region do."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, NamedTuple

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_currency

from amends import files
from amends.errors import DataError
from amends.incident import Amount, Prevention, Remedy, When
from amends.language import language

# What prompts/<lang>/language.toml says in [forms]; the comments there say what each is for.
_NEEDED = (
    "date", "moment", "hours", "days", "full_stop", "list", "divider", "done_by", "promised_by", "details",
)  # fmt: skip
_NUMBER = re.compile(r"\d[\d.,\u00a0\u202f' ]*")
_SPACES = str.maketrans("\u202f\u2009", "\u00a0\u00a0")


class Forms(NamedTuple):
    """How one language and region writes what a record holds. Every method returns text for a letter."""

    locale: Locale
    table: dict[str, str]
    ends: str  # what a sentence may end in

    def money(self, amount: Amount) -> str:
        """Return "£84.20", or "£84" for a whole sum; where the language says so, with the currency's name."""
        pattern = self.locale.currency_formats["standard"].pattern
        whole = amount.value == amount.value.to_integral_value()
        if f"money_{amount.currency}" in self.table:
            return self.table[f"money_{amount.currency}"].format(value=f"{amount.value:f}")
        if self.table.get("money") == "name":
            figures = amount.value.to_integral_value() if whole else amount.value
            return format_currency(
                figures, amount.currency, locale=self.locale, format_type="name", currency_digits=not whole
            ).translate(_SPACES)
        if whole:
            pattern = pattern.replace(".00", "")
        text = format_currency(
            amount.value, amount.currency, format=pattern, locale=self.locale, currency_digits=not whole
        )
        return text.translate(_SPACES)

    def day(self, moment: date) -> str:
        """Return the date alone: "5 March 2026"."""
        return format_date(moment, self.table["date"], locale=self.locale).translate(_SPACES)

    def time(self, moment: datetime) -> str:
        """Return the time of day, with its offset where the record gives one; never converted."""
        text = format_time(moment.replace(tzinfo=None), "short", locale=self.locale)
        return f"{text}{_offset(moment)}".translate(_SPACES)

    def moment(self, moment: date) -> str:
        """Return the date, with the time where the record holds one."""
        if isinstance(moment, datetime):
            return self.table["moment"].format(date=self.day(moment), time=self.time(moment))
        return self.day(moment)

    def shape(self, when: When) -> str:
        """Return what `period` will be: "day", "moment" (a time on a day), "hours" (of one day), "days", or ""."""
        start, end = when.start or when.end, when.end or when.start
        if start is None or end is None:
            return ""
        if start == end:
            return "moment" if isinstance(start, datetime) else "day"
        both = isinstance(start, datetime) and isinstance(end, datetime)
        return "hours" if both and _day(start) == _day(end) else "days"

    def period(self, when: When) -> str:
        """Return when it happened: a day, a moment, or from when to when; empty where the record holds no dates."""
        start, end = when.start or when.end, when.end or when.start
        if start is None or end is None:
            return ""
        if start == end:
            return self.moment(start)
        if isinstance(start, datetime) and isinstance(end, datetime) and _day(start) == _day(end):
            return self.table["hours"].format(start=self.time(start), end=self.time(end), date=self.day(start))
        return self.table["days"].format(start=self.moment(start), end=self.moment(end))

    def sentence(self, text: str) -> str:
        """Return free text on one line, begun and ended as a sentence."""
        line = " ".join(text.split())
        first = line.split(" ")[0]
        # "iPhone" and "eBay" keep their first letter.
        if first[:1].islower() and first[1:].lower() == first[1:]:
            line = line[0].upper() + line[1:]
        return line if line.rstrip("\"'”’»)」』")[-1:] in self.ends else line + self.table["full_stop"]

    def phrase(self, text: str) -> str:
        """Return free text on one line without its full stop, for a place within a list."""
        line = " ".join(text.split())
        stop = self.table["full_stop"]
        return line.removesuffix(stop) if line.count(stop) == 1 else line

    def bullets(self, texts: Sequence[str]) -> str:
        """Return one line a text, each a sentence after the language's list mark."""
        return "\n".join(f"{self.table['list']}{self.sentence(text)}" for text in texts)

    def listed(self, texts: Sequence[str]) -> str:
        """Return the texts as one sentence, divided so that commas within them do no harm: "A, b; c."."""
        return self.sentence(self.table["divider"].join(self.phrase(text) for text in texts))

    def entry(self, item: Remedy | Prevention) -> str:
        """Return what is done or promised, with the amount and the date that its own words do not hold."""
        details = []
        if isinstance(item, Remedy) and item.amount and not self.says(item.action, item.amount):
            details.append(self.money(item.amount))
        if item.by and not self.says(item.action, item.by):
            details.append(self.table[f"{item.status}_by"].format(date=self.moment(item.by)))
        action = self.phrase(item.action)
        between = self.table.get("between", ", ")
        return action + self.table["details"].format(details=between.join(details)) if details else action

    def says(self, text: str, value: Amount | date | When, *, times: bool = True) -> bool:
        """Whether *text* already holds the amount, the day, or the days of *value*, with its *times* of day."""
        if isinstance(value, Amount):
            return value.value in _numbers(text)
        if isinstance(value, When):
            moments = [moment for moment in (value.start, value.end) if moment]
            # "between 11 and 13 May": the month stands with the last day alone.
            joint = all(_has(text, str(m.day)) and any(_has(text, name) for name in self._month(m)) for m in moments)
            return bool(moments) and joint and (not times or self._has_times(text, *moments))
        shapes = (value.strftime("%Y-%m-%d"), *(self._short(value, f) for f in ("d MMMM", "MMMM d", "d MMM", "MMM d")))
        shapes += (format_skeleton("MMMd", value, locale=self.locale), self.day(value))
        return any(_has(text, shape) for shape in shapes) and (not times or self._has_times(text, value))

    def _short(self, moment: date, pattern: str) -> str:
        return format_date(moment, pattern, locale=self.locale)

    def _month(self, moment: date) -> list[str]:
        """Return the month as it may stand beside a day: "April"; in Chinese 四月 and 4月."""
        short = format_skeleton("MMM", moment, locale=self.locale)
        return [self._short(moment, "MMMM"), *([short] if short[0].isdigit() else [])]

    def _has_times(self, text: str, *moments: date) -> bool:
        """Whether *text* holds the time of day of each moment that has one, on 24 or 12 hours or in words."""
        return all(
            any(_has(text, form) for form in _times(moment, self.table))
            for moment in moments
            if isinstance(moment, datetime)
        )

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filters of the offline letters, by name."""
        return {
            name: getattr(self, name)
            for name in (
                "money",
                "day",
                "time",
                "moment",
                "period",
                "shape",
                "sentence",
                "phrase",
                "entry",
                "bullets",
                "listed",
                "says",
            )
        }


@lru_cache(maxsize=64)
def filters(tag: str) -> dict[str, Callable[..., Any]]:
    """Return the filters of a language tag: the same dict every time, so that templates are compiled once for it."""
    return forms(tag).filters()


@lru_cache(maxsize=64)
def forms(tag: str) -> Forms:
    """Return the forms of a language tag; its region, or the language's own, decides. Raises DataError."""
    known = language(tag)
    table = known.table.get("forms", {})
    missing = [f"forms: {name} is missing" for name in _NEEDED if name not in table]
    if missing:
        raise DataError(str(files.prompts() / known.code / "language.toml"), missing)
    try:
        locale = Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError):
        locale = Locale.parse(known.code)
    if locale.territory is None:
        locale = Locale.parse(f"{known.code}_{known.default_region}")
    return Forms(locale, table, known.table.get("sentence_end", ".!?") + "…:")


def _day(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _offset(moment: datetime) -> str:
    offset = moment.utcoffset()
    if offset is None:
        return ""
    minutes = int(offset.total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    sign = "+" if minutes > 0 else "−"
    return " UTC" if minutes == 0 else f" UTC{sign}{hours}" + (f":{rest:02}" if rest else "")


def _has(text: str, part: str) -> bool:
    """Whether *part* stands in *text* without a digit running on before it or after its own last one."""
    tail = r"(?!\d)" if part[-1].isdigit() else ""
    return re.search(rf"(?<!\d){re.escape(part)}{tail}", text) is not None


def _times(moment: datetime, table: dict[str, str]) -> list[str]:
    """Return the ways in which a letter may write the time of day: "09:10", "9:10", where the table has it 9点."""
    shapes = [moment.strftime("%H:%M"), *(moment.strftime(f).lstrip("0") for f in ("%H:%M", "%I:%M"))]
    spoken = table.get({0: "hour", 30: "half"}.get(moment.minute, ""))
    if spoken:
        shapes += [spoken.format(hour=hour) for hour in {moment.hour, moment.hour % 12 or 12}]
    return shapes


def _numbers(text: str) -> set[Decimal]:
    """Return every number in *text*, read with a point and with a comma as the decimal mark."""
    found = set()
    for match in _NUMBER.findall(text):
        bare = re.sub(r"[\u00a0\u202f' ]", "", match).rstrip(".,")
        for decimal, group in ((".", ","), (",", ".")):
            try:
                found.add(Decimal(bare.replace(group, "").replace(decimal, ".")))
            except InvalidOperation:
                continue
    return found
