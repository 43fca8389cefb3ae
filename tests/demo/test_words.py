"""The words the demo is made of."""

import string

import numpy as np
import pytest

from contacts.demo.talk import talk
from crm.choices import Role
from crm.demo.companies import TRADES, patterns
from crm.demo.names import ascii_letters, draw_people, names
from crm.demo.places import PHONES, countries, draw_homes, draw_phones
from crm.demo.staff import PEOPLE
from orders.demo.shop import shop


def test_every_country_has_names_enough():
    for lists in names().values():
        assert len(set(lists.women) | set(lists.men)) >= 60
        assert len(set(lists.men_last)) >= 60


def test_every_country_has_names_places_phones_and_organizations():
    codes = set(countries()[0])
    assert len(codes) == 15
    assert set(names()) == codes == set(PHONES)
    assert set(patterns()) == {(code, trade.name) for code in codes for trade in TRADES}


def test_every_place_is_looked_after_by_one_person():
    areas = [area for line in PEOPLE.strip().splitlines() for area in line.split("|")[4].strip().split(", ") if area]
    regions = {city.region for city in countries()[0]["DE"].cities}
    assert sorted(areas) == sorted(regions | set(countries()[0]) - {"DE"})


def test_roles_are_all_there():
    assert {line.split("|")[2].strip() for line in PEOPLE.strip().splitlines()} == set(Role.values)


def test_addresses_are_written_in_full():
    home = draw_homes(np.random.default_rng(1), 500)
    for column in (home.street, home.postal_code, home.city, home.region):
        assert not any("#" in text or "{" in text or not text for text in column)


def test_phones_have_no_gaps():
    country = draw_homes(np.random.default_rng(1), 200).country
    assert not any("#" in text for text in draw_phones(np.random.default_rng(2), country))


def test_women_bear_their_form_of_a_name():
    first, last = draw_people(np.random.default_rng(1), np.full(300, "CZ", object))
    women = names()["CZ"].women
    assert {name.endswith(("á", "í")) for given, name in zip(first, last, strict=True) if given in women} == {True}


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Götz Weiß", "goetz-weiss"), ("Παπαδόπουλος", "papadopoylos"), ("Łukasz Øgård", "lukasz-ogard")],
)
def test_addresses_are_in_plain_letters(name, letters):
    assert ascii_letters(name) == letters


def test_there_is_enough_to_talk_about():
    texts = [text for topic in talk().topics.values() for text in (*topic.subjects, *topic.texts)]
    assert len(texts) >= 160
    slots = {field for text in texts for _, field, _, _ in string.Formatter().parse(text) if field}
    assert slots == {"product", "number", "city", "count", *talk().words}


def test_products_sell_above_their_cost():
    products = shop()
    assert 60 <= len(products.number) <= 120
    assert (products.price > products.cost).all()
    assert len(set(products.number)) == len(products.number)
