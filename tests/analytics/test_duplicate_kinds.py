"""Who is one party and who is not, in a made base of 2,400 persons: colleagues, households, namesakes, slips."""

from __future__ import annotations

from functools import cache

import pytest

from analytics.steps.duplicate_candidates import candidates
from analytics.steps.duplicate_comparing import compare
from analytics.steps.duplicates import LEAST_PROBABILITY, learn
from tests.analytics.duplicate_bases import FIRM_OF_MANY, facts_of, person, town

HOUSE = {"street": "kelter street", "house_number": "12", "postal_code": "10197", "city": "town 1"}
KNOWN_OF_A_FIRM = ("organization", "phone", "street", "house_number", "postal_code", "city")


def colleagues(firm: str, *names: str, mails: int = 2, **more: str) -> tuple[dict[str, str], ...]:
    """Two at a firm of the town: one house, one switchboard; the first `mails` of them have first.last@ its domain."""
    house = next(row for row in town()[0] if row["organization"] == firm)
    found = []
    for place, (first, last) in enumerate(name.split() for name in names):
        mail = f"{first}.{last}@{firm}.example" if place < mails else ""
        known = {name: house[name] for name in KNOWN_OF_A_FIRM}
        found.append(person(first_name=first, last_name=last, **{"email": mail, **known, **more}))
    return tuple(found)


def home(phone: str, *people: str, **more: str) -> tuple[dict[str, str], ...]:
    """Two at one address with one telephone: `first last birthday`, the last may be missing."""
    found = []
    for text in people:
        first, last, born = (*text.split(), "")[:3]
        found.append(person(first_name=first, last_name=last, birthday=born, phone=phone, **{**HOUSE, **more}))
    return tuple(found)


TWO = {
    "colleagues of like names": colleagues("f-7", "anna berg", "anna bergmann"),
    "colleagues of like names, mails unknown": colleagues("f-7", "annu bergo", "annu bergomann", mails=0),
    "the same, the firm known by its domain alone": colleagues("f-9", "ina burg", "ina burgmann", organization=""),
    "colleagues of like names among five hundred": colleagues(FIRM_OF_MANY, "berta borg", "berta borgmann"),
    "a letter apart, each with a mail of that name": colleagues("f-7", "irene meyer", "irene meier"),
    "husband and wife": home("888111222", "heinz toller 1950-01-02", "maria toller 1953-04-12"),
    "husband and wife with one mail": home("888111223", "klaus voller", "karin voller", email="voller@mail1.example"),
    "father and son": home("888111224", "georg zeller 1950-01-02", "georg zeller 1981-07-19"),
    "twins": home("888111225", "jonas weller 1990-03-03", "lukas weller 1990-03-03"),
}
ONE = {
    "a slip in the name, one mail": colleagues("f-7", "olga kastner", "olga kastnre", email="olga.kastner@f-7.example"),
    "a colleague twice, once without a mail": colleagues("f-7", "viola rastner", "viola rastner", mails=1),
    "twice among five hundred": colleagues(FIRM_OF_MANY, "vera rostner", "vera rostner", mails=1),
    "two digits of the birthday changed over": home("888111226", "petra seller 1950-01-12", "petra seller 1950-01-21"),
    "a short form": home("888111227", "alexander keller 1970-05-06", "alex keller 1970-05-06"),
    "first and last name changed over": home("888111228", "rudolf hansen 1970-05-07", "hansen rudolf 1970-05-07"),
}


@cache
def judged():
    """All candidates of the town and the cases above: the rows, their places two by two and the probabilities."""
    base, _ = town()
    cases = {**TWO, **ONE}
    rows = [*base, *(row for pair in cases.values() for row in pair)]
    facts = facts_of(rows)
    found = candidates(facts, "person")
    probability = learn(facts, found).probability(compare(facts, found.first, found.second))
    pairs = dict(zip(zip(found.first.tolist(), found.second.tolist(), strict=True), probability.tolist(), strict=True))
    places = {name: (len(base) + 2 * place, len(base) + 2 * place + 1) for place, name in enumerate(cases)}
    return rows, pairs, {name: pairs.get(pair, 0.0) for name, pair in places.items()}


@pytest.mark.parametrize("case", TWO)
def test_two_parties_with_much_in_common_are_not_taken_for_one(case):
    assert judged()[2][case] < 0.5


@pytest.mark.parametrize("case", ONE)
def test_one_party_is_found_for_all_that_was_miswritten(case):
    assert judged()[2][case] > 0.8


def test_colleagues_of_like_names_do_not_even_come_into_the_queue():
    assert max(probability for name, probability in judged()[2].items() if "like names" in name) < LEAST_PROBABILITY


def test_the_queue_is_little_longer_than_the_people_who_are_there_twice():
    base, twice = town()
    rows, pairs, _ = judged()
    queue = {pair for pair, probability in pairs.items() if probability >= LEAST_PROBABILITY and pair[1] < len(base)}
    probable = {pair for pair in queue if pairs[pair] >= 0.5}
    found = {second for first, second in queue if second >= len(base) - twice > first}
    assert len(found) >= 0.95 * twice
    # the firm of five hundred alone has 125,000 pairs of people with one switchboard, house and domain
    assert len(queue) < 1.4 * twice
    assert sum(second < len(base) - twice for _, second in probable) <= 0.05 * twice
    of_many = [pair for pair in queue if all(rows[place]["organization"] == FIRM_OF_MANY for place in pair)]
    assert [pair for pair in of_many if pair[1] < len(base) - twice] == []
