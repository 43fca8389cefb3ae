"""Addresses are written as their country writes them: held against a collection of many countries, part by part."""

from __future__ import annotations

import io
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from contacts.postal import REGIONS, SHAPES, address_lines
from contacts.postcodes import POSTCODES, tidy_postcode

FILE = Path(__file__).resolve().parents[1] / "data" / "addresses" / "addresses.tar.gz"
OTHERWISE = {"NI"}
"""Where the collection leaves a code out that the postal service has."""
CITIES = ("city", "town", "village")


def cases() -> Iterator[tuple[str, dict[str, str], list[str]]]:
    """(country, components, expected lines but the first and the last: the street and the country)."""
    with tarfile.open(FILE) as packed:
        for member in packed.getmembers():
            content = packed.extractfile(member) if member.isfile() and member.name.endswith(".yaml") else None
            for one in yaml.load_all(io.TextIOWrapper(content, "utf-8"), yaml.BaseLoader) if content else ():
                if one and "components" in one:
                    said: dict[str, Any] = one["components"]
                    lines = one["expected"].strip().split("\n")
                    yield said.get("country_code", "").upper(), said, lines


def of_our_parts() -> list[tuple[str, dict[str, str], list[str]]]:
    """Those with a street, a code and a town; what stands above town, code and region counts as the street."""
    found = []
    for country, said, lines in cases():
        city = next((said[name] for name in CITIES if name in said and said[name] in " ".join(lines[1:-1])), "")
        code = tidy_postcode(said.get("postcode", ""), country)
        if country in OTHERWISE or not city or not code or code.startswith("0000") or len(lines) < 3:
            continue
        region = said.get("state", "")
        place = [line for line in lines[1:-1] if city in line or code in line]
        below = lines[lines.index(place[0], 1) : -1] if place else lines[1:-1]
        left = "|".join(below)
        short = said.get("state_code") or REGIONS.get(country, {}).get(region.casefold(), "")
        for part in (city, code, said["postcode"], region, short):
            left = left.replace(part, "", 1) if part else left
        if not re.sub(r"[\s|,-]", "", left):
            parts = {"street": lines[0], "postal_code": said["postcode"], "city": city, "region": region}
            found.append((country, parts, below))
    return found


def test_the_lines_are_those_of_the_country():
    checked = of_our_parts()
    wrong = [
        (country, parts, expected, lines)
        for country, parts, expected in checked
        if (lines := address_lines(**parts, country=country, names_country=False)[1:]) != expected
    ]
    assert len({country for country, *_ in checked}) > 60
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.parametrize(
    ("country", "region", "code", "lines"),
    [
        ("US", "New York", "10014", ["1 Way", "Town, NY 10014", "United States"]),
        ("US", "New York", "", ["1 Way", "Town, New York", "United States"]),
        ("BR", "Bahia", "40015970", ["1 Way", "Town - BA", "40015-970", "Brazil"]),
        ("GB", "Fife", "ky169aa", ["1 Way", "Town", "KY16 9AA", "United Kingdom"]),
        ("CA", "Québec", "h2x1y4", ["1 Way", "Town QC H2X 1Y4", "Canada"]),
        ("Atlantis", "Deep", "7", ["1 Way", "7 Town", "Atlantis"]),
        ("", "", "", ["1 Way", "Town"]),
    ],
)
def test_parts_that_are_missing_leave_no_sign_behind(country, region, code, lines):
    assert address_lines(street="1 Way", postal_code=code, city="Town", region=region, country=country) == lines


def test_every_country_named_here_is_one():
    from contacts.countries import country_names  # noqa: PLC0415

    assert {*SHAPES, *POSTCODES, *REGIONS} <= set(country_names())
