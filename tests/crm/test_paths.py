"""Addresses that are kept: they follow where the site is served from, and Django has the word where there is none."""

from __future__ import annotations

import pytest
from django.template import engines
from django.urls import NoReverseMatch, get_script_prefix, reverse, set_script_prefix

from crm.paths import path_of


def tagged(pk: object) -> str:
    page = engines.all()[0].from_string('{% url "contacts:contact_detail" pk %}|{% url "contacts:contact_list" %}')
    return str(page.render({"pk": pk}))


@pytest.fixture
def prefixes():
    before = get_script_prefix()
    yield set_script_prefix
    set_script_prefix(before)


def test_an_address_follows_the_place_that_the_site_is_served_from(prefixes):
    for prefix in ("/", "/crm/", "/", "/other/"):
        prefixes(prefix)
        assert path_of("contacts:contact_detail", 7) == reverse("contacts:contact_detail", args=[7])
        assert path_of("contacts:contact_list") == reverse("contacts:contact_list")
        assert path_of("contacts:contact_list").startswith(prefix)
        assert tagged(7) == f"{prefix}contacts/7/|{prefix}contacts/"


def test_a_number_that_no_address_takes_is_refused_as_by_django(prefixes):
    for pk in (-1, "x"):
        with pytest.raises(NoReverseMatch):
            tagged(pk)
