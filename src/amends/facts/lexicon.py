"""The words of a language that tell facts, loaded from prompts/<lang>/facts.toml and prompts/facts.toml."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from amends import files
from amends.errors import DataError
from amends.text import fold, fold_pattern

_REQUIRED = ("joiners", "decimals", "thousands", "date_order", "numbers", "units", "currencies", "months", "dates")
_NEVER = re.compile(r"(?!)")


class Named(NamedTuple):
    """Alternatives with a name each: one pattern to find any, and which one a found text is."""

    pattern: str
    one: dict[str, re.Pattern[str]]

    def name(self, folded: str) -> str | None:
        """Return the name of the alternative that *folded* is."""
        return next((name for name, pattern in self.one.items() if pattern.fullmatch(folded)), None)


class Lexicon(NamedTuple):
    """How a language tells numbers, dates, times, sums and the rest; all patterns match folded text."""

    code: str
    table: dict[str, Any]
    spaced: bool  # whether spaces part words
    prefix: str  # particles that a word may carry in front
    signs: str  # a class of the signs that spell numbers, where words are not spaced
    numbers: dict[str, Decimal]
    scales: dict[str, Decimal]
    joiner: re.Pattern[str]
    unit: re.Pattern[str]
    unit_names: Named
    money_before: re.Pattern[str]
    money_after: re.Pattern[str]
    money_names: Named
    months: Named
    weekdays: Named
    hours: Named
    percent: re.Pattern[str]
    percent_before: re.Pattern[str]
    hedge_before: re.Pattern[str]
    hedge_after: re.Pattern[str]
    over: re.Pattern[str]
    under: re.Pattern[str]
    bounds: re.Pattern[str]  # the hedges that say no more than that a figure is higher or lower
    near: re.Pattern[str]  # beside them: it is close
    range: re.Pattern[str]
    every: re.Pattern[str]
    idioms: re.Pattern[str]
    attribution: re.Pattern[str]
    zones: dict[str, int]

    def get(self, *keys: str, default: Any = None) -> Any:
        """Return the entry of the data at *keys*, or *default*."""
        value: Any = self.table
        for key in keys:
            if not isinstance(value, Mapping) or key not in value:
                return default
            value = value[key]
        return value


@cache
def lexicon(code: str) -> Lexicon:
    """Return the lexicon of *code*. Raises DataError with what its file lacks."""
    path = files.prompts() / code / "facts.toml"
    table = files.read_toml(path)
    missing = [f"{key} is missing" for key in _REQUIRED if key not in table]
    if missing:
        raise DataError(str(path), missing)
    signs = files.read_toml(files.prompts() / "facts.toml")
    spaced = "" not in table["joiners"]
    prefix = fold_pattern(table.get("prefix", ""))
    units = named(table["units"])
    money = _money(signs["currencies"], table["currencies"])
    # Words stand behind the figure, signs and codes on either side, and where a language says so also words.
    before = table.get("currencies_before", {})
    hedges = table.get("hedges", {})
    edge = r"(?<!\w)" if spaced else ""
    return Lexicon(
        code=code,
        table=table,
        spaced=spaced,
        prefix=prefix,
        signs="" if spaced else f"[{''.join([*_values(table['numbers']), *_values(table.get('scales', {}))])}]",
        numbers=_values(table["numbers"]),
        scales=_values(table.get("scales", {})),
        joiner=_any(table["joiners"]),
        unit=re.compile(rf"[ \n-]?(?P<unit>{units.pattern})"),
        unit_names=units,
        money_before=re.compile(rf"(?<![a-z])(?P<money>{_money(signs['currencies'], before).pattern})[ \n]?$"),
        money_after=re.compile(rf"[ \n-]?(?P<money>{money.pattern})(?![a-z])"),
        money_names=money,
        months=named(table["months"]),
        weekdays=named(table.get("weekdays", {})),
        hours=named(table.get("hours") or table["numbers"]),
        percent=_any(table.get("percent", {}).get("after", ["%"]), r"[ \n]?"),
        percent_before=_any(table.get("percent", {}).get("before", []), "", r"[ \n]?$"),
        hedge_before=_any(hedges.get("before", []), rf"{edge}{prefix}", r"(?:[ \n]\w{1,12}){0,2}[ \n]?[^\w\s]?$"),
        hedge_after=_any(hedges.get("after", []), r"[ \n]?(?:\w{1,14}[ \n])?"),
        over=_any(hedges.get("over", [])),
        under=_any(hedges.get("under", [])),
        bounds=_any(hedges.get("bounds", [])),
        near=_any(hedges.get("near", [])),
        range=re.compile(fold_pattern(table.get("range", " ?- ?"))),
        every=_any(table.get("every", []), "(?<!\\w)" if spaced else "", r"[ \n]?$"),
        idioms=_any(table.get("idioms", {}).get("patterns", [])),
        attribution=words(table.get("attribution", {}).get("forms", []), prefix, spaced=spaced),
        zones={form: int(minutes) for minutes, forms in signs["zones"].items() for form in forms},
    )


@cache
def host_endings() -> frozenset[str]:
    """Return the last labels by which a bare word with dots is a host name."""
    return frozenset(files.read_toml(files.prompts() / "facts.toml")["hosts"]["endings"])


def words(forms: Iterable[str], prefix: str, *, spaced: bool) -> re.Pattern[str]:
    """Return a pattern that finds any of *forms* as words; `*` in a form stands for the rest of a word."""
    bodies = [re.escape(fold(f)).replace(r"\*", r"\w*").replace(r"\ ", r"\s+") for f in forms]
    if not bodies:
        return _NEVER
    body = "|".join(sorted(bodies, key=len, reverse=True))
    return re.compile(rf"(?<!\w){prefix}(?:{body})(?!\w)" if spaced else f"(?:{body})")


def _values(table: Mapping[str, list[str]]) -> dict[str, Decimal]:
    return {fold(form): Decimal(value) for value, forms in table.items() for form in forms}


def named(table: Mapping[str, list[str]]) -> Named:
    """Return the forms of *table* as alternatives, each under its key."""
    folded = {name: "|".join(fold_pattern(f) for f in forms) for name, forms in table.items() if forms}
    # The longest forms first: "十一月" before "一月", "working days" before "days".
    pieces = sorted((fold_pattern(f) for forms in table.values() for f in forms), key=len, reverse=True)
    return Named("|".join(pieces) or "(?!)", {name: re.compile(body) for name, body in folded.items()})


def _money(signs: Mapping[str, list[str]], own: Mapping[str, list[str]]) -> Named:
    merged: dict[str, list[str]] = {}
    for codes, forms in [*signs.items(), *own.items()]:
        merged.setdefault(codes, []).extend(forms)
    return named(merged)


def _any(patterns: Iterable[str], head: str = "", tail: str = "") -> re.Pattern[str]:
    body = "|".join(fold_pattern(p) for p in patterns)
    return re.compile(f"{head}(?:{body}){tail}") if body or "" in patterns else _NEVER
