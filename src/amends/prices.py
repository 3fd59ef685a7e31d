"""What a model's tokens cost, and which way of asking for a revision is the cheaper one."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Literal, NamedTuple

from amends.usage import OFFLINE, Model, Usage

OPENAI_URL = "https://api.openai.com/v1"
CACHE_FLOOR = 1_024  # tokens: a shorter prefix is not cached (platform.openai.com/docs/guides/prompt-caching)
_SAMPLE = 1_000  # tokens: enough for whole numbers, and in the lowest tier of prices that rise with length


class Price(NamedTuple):
    """List prices in USD a token. `cached` is what an input token costs that the provider had in its prompt cache."""

    input: Decimal
    cached: Decimal
    output: Decimal

    def of(self, usage: Usage) -> Decimal:
        """Return what *usage* costs in USD."""
        fresh = usage.input_tokens - usage.cached_tokens
        return fresh * self.input + usage.cached_tokens * self.cached + usage.output_tokens * self.output


FREE = Price(Decimal(0), Decimal(0), Decimal(0))


@cache
def price(model: str, base_url: str | None = None) -> Price | None:
    """Return the list price of *model* at *base_url* (default: OpenAI), None where it is unknown.

    At a host that the price list does not know, the price is that of the model's own provider, and cached tokens
    cost as much as others: such a host promises no cache. Source: the genai-prices package.
    """
    try:
        return _listed(model, base_url or OPENAI_URL)
    except LookupError:
        pass
    try:
        found = _listed(model, None)
    except LookupError:
        return None
    return found._replace(cached=found.input)


def price_of(model: Model) -> Price | None:
    """Return what the tokens of *model* cost, None where no price is known; the offline writer is free."""
    return FREE if model.name == OFFLINE else price(model.name, getattr(model, "base_url", None))


def priced(usage: Usage, model: Model) -> Usage:
    """Return *usage* with its cost, where the model did not say it itself and a price is known."""
    rate = price_of(model) if usage.cost is None else None
    return usage if rate is None else replace(usage, cost=rate.of(usage))


def _listed(model: str, url: str | None) -> Price:
    from genai_prices import Usage as Tokens  # 0.2 s to import: only who computes a cost pays for it
    from genai_prices import calc_price

    def rate(tokens: Tokens) -> Decimal:
        return calc_price(tokens, model, provider_api_url=url).total_price / _SAMPLE

    return Price(
        input=rate(Tokens(input_tokens=_SAMPLE)),
        cached=rate(Tokens(input_tokens=_SAMPLE, cache_read_tokens=_SAMPLE)),
        output=rate(Tokens(output_tokens=_SAMPLE)),
    )


def cheaper_revision(short: int, resent: int, prefix: int, known: Price | None) -> Literal["short", "resend"]:
    """Return the cheaper way to ask for a revision, "short" where the price is unknown or the two cost the same.

    *short* tokens make a message of its own; *resent* tokens are the first prompt once more, with the letter and
    what is wrong with it behind: the first *prefix* of them are in the provider's cache by then.
    """
    if known is None or prefix < CACHE_FLOOR:
        return "short"
    resend = known.of(Usage(input_tokens=resent, cached_tokens=prefix))
    return "resend" if resend < known.of(Usage(input_tokens=short)) else "short"
