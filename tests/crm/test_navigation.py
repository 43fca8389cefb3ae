"""The side navigation and the menu of what is new."""

from collections import Counter

from crm.catalogue import catalogues


def test_each_key_opens_one_page():
    for kind in ("navigation", "new_items"):
        keys = [item.key for catalogue in catalogues() for item in getattr(catalogue, kind) if item.key]
        assert [key for key, count in Counter(keys).items() if count > 1] == [], kind


def test_each_line_has_a_place_of_its_own():
    orders = [item.order for catalogue in catalogues() for item in catalogue.navigation]
    assert len(orders) == len(set(orders))
