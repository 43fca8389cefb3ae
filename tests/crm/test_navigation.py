"""The side navigation and the menu of what is new."""

from collections import Counter

import pytest

from crm.catalogue import catalogues
from crm.choices import Role
from tests.factories import make_company, make_user, signed_in


def test_each_key_opens_one_page():
    for kind in ("navigation", "new_items"):
        keys = [item.key for catalogue in catalogues() for item in getattr(catalogue, kind) if item.key]
        assert [key for key, count in Counter(keys).items() if count > 1] == [], kind


def test_each_line_has_a_place_of_its_own():
    orders = [item.order for catalogue in catalogues() for item in catalogue.navigation]
    assert len(orders) == len(set(orders))


@pytest.mark.django_db
def test_a_phone_has_what_is_at_hand_and_a_stranger_nothing(client):
    make_company()
    page = signed_in(make_user(Role.REP)).get("/").content.decode()
    bar = page.partition('class="bottom-bar"')[2].partition("</nav>")[0]
    places = [bar.find(f"<span>{label}</span>") for label in ("Home", "Tasks", "Contacts", "Pipeline", "More")]
    assert places == sorted(places)
    assert -1 not in places
    assert "bottom-bar" not in client.get("/accounts/login/").content.decode()
