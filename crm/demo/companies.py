"""Invented organizations: what they do, what they are called, how large they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from crm.demo.house import Texts
from crm.demo.names import ascii_letters, content, names
from crm.demo.places import countries
from crm.demo.process import Floats, Ints


@dataclass(frozen=True)
class Trade:
    """A kind of customer: its industry, its market category, its share, people employed (median)."""

    name: str
    industry: str
    market: str
    share: float
    employees: float


TRADES = (
    Trade("workshop", "Framing workshop", "business", 26, 4),
    Trade("gallery", "Art gallery", "business", 15, 4),
    Trade("studio", "Photography studio", "business", 14, 3),
    Trade("shop", "Art and craft supplies", "business", 13, 7),
    Trade("interiors", "Interior design and furniture", "business", 10, 18),
    Trade("museum", "Museum and collection", "government", 7, 28),
    Trade("school", "School and college", "government", 7, 42),
    Trade("hotel", "Hotel and restaurant", "business", 5, 24),
    Trade("town", "Public administration", "government", 3, 35),
)


@dataclass(frozen=True)
class Organizations:
    """What is drawn for each organization."""

    name: Texts
    domain: Texts
    trade: Ints  # index into TRADES
    employees: Ints
    revenue: Ints  # a year, in the company's currency


@cache
def patterns() -> dict[tuple[str, str], list[str]]:
    """Patterns of names by country and trade."""
    found = {}
    for line in content("organizations.txt"):
        key, forms = line.split(": ", 1)
        country, trade = key.split(" ")
        found[country, trade] = forms.split(", ")
    return found


def draw_organizations(rng: np.random.Generator, country: Texts, city: Texts) -> Organizations:
    """An organization for each row, at home in its country and city."""
    n = len(country)
    trade = rng.choice(len(TRADES), n, p=_shares())
    name = np.array(_names(rng, country, city, trade), object)
    employees = np.ceil(np.array([kind.employees for kind in TRADES])[trade] * rng.lognormal(0, 0.8, n)).astype(int)
    revenue = np.rint(employees * rng.lognormal(11.2, 0.35, n) / 1000).astype(np.int64) * 1000
    return Organizations(name, domains(name), trade, employees, revenue)


def domains(name: Sequence[str] | Texts) -> Texts:
    """A domain that cannot exist for each name."""
    return np.array([ascii_letters(text)[:40].strip("-") + ".example" for text in name], object)


def _shares() -> Floats:
    shares = np.array([trade.share for trade in TRADES])
    return shares / shares.sum()


def _names(rng: np.random.Generator, country: Texts, city: Texts, trade: Ints) -> list[str]:
    found, (places, _) = patterns(), countries()
    dice = rng.integers(0, 1 << 30, (len(country), 4)).tolist()
    made = []
    for code, town, kind, (a, b, c, d) in zip(country, city, trade.tolist(), dice, strict=True):
        forms = found[code, TRADES[kind].name]
        family = names()[code].men_last
        form = forms[a % len(forms)].replace("{last}", family[b % len(family)], 1)
        form = form.replace("{last}", family[c % len(family)])
        made.append(
            form.replace("{city}", town).replace("{place}", places[code].streets[d % len(places[code].streets)])
        )
    return made
