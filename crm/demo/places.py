"""Where customers live and how they are called: addresses and telephone numbers by country."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np

from crm.demo.house import Texts
from crm.demo.names import content
from crm.demo.process import Floats, Ints

# Numbers set aside for films and books where a regulator has set some aside (DE, FR, GB, IE, SE); elsewhere numbers of
# the form of the country.
PHONES: dict[str, tuple[str, ...]] = {
    "DE": ("+49 30 23125 ###", "+49 40 66969 ###", "+49 69 90009 ###", "+49 89 99998 ###", "+49 221 4710 ###"),
    "FR": ("+33 1 99 00 ## ##", "+33 2 61 91 ## ##", "+33 3 53 01 ## ##", "+33 4 65 71 ## ##"),
    "GB": ("+44 20 7946 0###", "+44 113 496 0###", "+44 161 496 0###", "+44 131 496 0###"),
    "IE": ("+353 20 910 ####", "+353 20 911 ####"),
    "SE": ("+46 8 465 004 ##", "+46 31 390 06 ##", "+46 40 628 04 ##"),
    "NL": ("+31 20 555 0###", "+31 10 555 0###", "+31 30 555 0###"),
    "DK": ("+45 33 55 0# ##", "+45 86 55 0# ##"),
    "NO": ("+47 22 55 0# ##", "+47 55 55 0# ##"),
    "PL": ("+48 22 555 0# ##", "+48 12 555 0# ##"),
    "CZ": ("+420 225 550 ###", "+420 545 550 ###"),
    "HU": ("+36 1 555 0###", "+36 52 555 0##"),
    "PT": ("+351 21 555 0###", "+351 22 555 0###"),
    "ES": ("+34 91 555 0# ##", "+34 93 555 0# ##"),
    "IT": ("+39 02 5550 0###", "+39 06 5550 0###"),
    "GR": ("+30 21 0555 0###", "+30 231 055 0###"),
}
MOBILES: dict[str, str] = {
    "DE": "+49 171 39200 ##",
    "FR": "+33 6 39 98 ## ##",
    "GB": "+44 7700 900###",
    "SE": "+46 70 1740 6##",
}


@dataclass(frozen=True)
class City:
    name: str
    postal_codes: tuple[str, ...]
    region: str


@dataclass(frozen=True)
class Country:
    """A country: how streets are written there, and its cities with their shares (summing to 1)."""

    code: str
    street_form: str
    streets: Texts
    cities: tuple[City, ...]
    shares: Floats


@dataclass(frozen=True)
class Homes:
    """An address for each row."""

    country: Texts
    city: Texts
    region: Texts
    street: Texts
    postal_code: Texts


@cache
def countries() -> tuple[dict[str, Country], Floats]:
    """The countries by code, in order, and their shares of the customers (summing to 1)."""
    lines = content("places.txt")
    heads = [i for i, line in enumerate(lines) if not line.startswith(" ")] + [len(lines)]
    found = {}
    shares = []
    for begin, end in pairwise(heads):
        code, rest = lines[begin].split(": ", 1)
        share, form, streets = rest.split(" | ")
        found[code] = _country(code, form, streets, lines[begin + 1 : end])
        shares.append(float(share))
    return found, np.array(shares) / sum(shares)


def draw_homes(rng: np.random.Generator, n: int) -> Homes:
    """`n` addresses in Europe."""
    found, shares = countries()
    codes = np.array(list(found), object)[rng.choice(len(found), n, p=shares)]
    home = Homes(codes, *(np.empty(n, object) for _ in range(4)))
    for code, country in found.items():
        _fill(rng, home, country, np.flatnonzero(codes == code))
    return home


def draw_phones(rng: np.random.Generator, country: Texts) -> list[str]:
    """A telephone number for each row, as it is written with the country's prefix."""
    forms = [PHONES[code] for code in country]
    dice = rng.integers(0, 1 << 30, len(forms)).tolist()
    return fill_in(rng, [form[i % len(form)] for form, i in zip(forms, dice, strict=True)])


def draw_mobiles(rng: np.random.Generator, country: Texts) -> list[str]:
    """The same for mobile telephones, in countries of `MOBILES`."""
    return fill_in(rng, [MOBILES[code] for code in country])


def fill_in(rng: np.random.Generator, forms: list[str]) -> list[str]:
    """Each form with a random digit in the place of each #."""
    digits = rng.integers(0, 10_000_000, len(forms)).tolist()
    filled = []
    for form, number in zip(forms, digits, strict=True):
        parts = form.split("#")
        text = f"{number:07d}"
        filled.append("".join(a + b for a, b in zip(parts, text[: len(parts) - 1] + " ", strict=False)).rstrip())
    return filled


def _country(code: str, form: str, streets: str, lines: list[str]) -> Country:
    rows = [line.strip().split(" | ") for line in lines]
    cities = tuple(City(name, tuple(codes.split(", ")), region) for name, codes, region, _ in rows)
    shares = np.array([float(row[3]) for row in rows])
    return Country(code, form, np.array(streets.split(", "), object), cities, shares / shares.sum())


def _fill(rng: np.random.Generator, home: Homes, country: Country, rows: Ints) -> None:
    which = rng.choice(len(country.cities), len(rows), p=country.shares)
    streets = country.streets[rng.integers(0, len(country.streets), len(rows))]
    numbers = np.ceil(rng.gamma(1.3, 22.0, len(rows))).astype(int)
    codes = rng.integers(0, 1 << 30, len(rows))
    cities = [country.cities[i] for i in which.tolist()]
    home.city[rows] = [city.name for city in cities]
    home.region[rows] = [city.region for city in cities]
    home.street[rows] = [
        country.street_form.format(street=street, number=number)
        for street, number in zip(streets, numbers.tolist(), strict=True)
    ]
    forms = [city.postal_codes[i % len(city.postal_codes)] for city, i in zip(cities, codes.tolist(), strict=True)]
    home.postal_code[rows] = fill_in(rng, forms)
