"""What tokens cost, and which revision is cheaper."""

from __future__ import annotations

from decimal import Decimal

import pytest

from amends.prices import FREE, Price, cheaper_revision, price
from amends.usage import Usage

CACHES = Price(Decimal("0.000001"), Decimal("0.0000001"), Decimal("0.00001"))
PLAIN = CACHES._replace(cached=CACHES.input)


def test_cached_tokens_cost_their_own_price() -> None:
    """Cached tokens are part of the input and cost less."""
    assert CACHES.of(Usage(1, 1000, 400, 10)) == Decimal("0.00074")


def test_a_listed_model() -> None:
    """At its provider a listed model has a price, with cached input cheaper."""
    found = price("gpt-4o-mini")
    assert found is not None
    assert 0 < found.cached < found.input < found.output


def test_an_unknown_host_promises_no_cache() -> None:
    """Behind a host that the list does not know, the model's list price counts, without a cache's."""
    known, there = price("gpt-4o-mini"), price("gpt-4o-mini", "http://127.0.0.1:8080/v1")
    assert known is not None
    assert there == known._replace(cached=known.input)


@pytest.mark.parametrize("url", [None, "http://127.0.0.1:8080/v1"])
def test_no_price(url: str | None) -> None:
    """A model that nobody lists has no price."""
    assert price("SmolLM2-135M-Instruct-ours", url) is None


@pytest.mark.parametrize(
    ("short", "resent", "prefix", "known", "cheaper"),
    [
        (1500, 3600, 3000, None, "short"),
        (1500, 3600, 3000, PLAIN, "short"),
        (1500, 3600, 3000, CACHES, "resend"),  # 600 + 3000 / 10 = 900
        (850, 3600, 3000, CACHES, "short"),
        (1500, 1200, 900, CACHES, "short"),  # too short a prefix to be cached
        (1500, 3600, 3000, FREE, "short"),
    ],
)
def test_cheaper_revision(short: int, resent: int, prefix: int, known: Price | None, cheaper: str) -> None:
    """Resending is chosen only where the cache's price makes it cheaper."""
    assert cheaper_revision(short, resent, prefix, known) == cheaper
