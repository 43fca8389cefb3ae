"""Tabs of a record page: each takes the place of the open one, under an address of its own."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.choices import Role
from tests import factories as make

pytestmark = pytest.mark.django_db
ALONE = {"HX-Request": "true", "HX-Target": "record-main"}


@pytest.fixture
def mia(db):
    make.make_company()
    return make.make_user(Role.MANAGER, name="Mia")


def test_an_opened_tab_comes_alone_and_asks_less_than_the_page(mia):
    contact = make.make_contact(name="Ada")
    make.make_order(contact)
    client, url = make.signed_in(mia), f"{contact.get_absolute_url()}?tab=files"
    with CaptureQueriesContext(
        connection,
    ) as whole:
        page = client.get(url)
    with CaptureQueriesContext(connection) as part:
        tab = client.get(url, headers=ALONE)
    assert (page.status_code, tab.status_code) == (200, 200)
    html = tab.content.decode()
    assert "<html" not in html
    assert 'id="facts"' not in html, "what stands beside is not read again"
    assert f'href="/contacts/{contact.pk}/?tab=files" hx-get="/contacts/{contact.pk}/?tab=files"' in html
    assert html.count('aria-current="page"') == 1
    assert len(part) < len(whole)
    assert "HX-Request" in page["Vary"], "no cache gives the one for the other"


def test_the_first_tab_comes_back_with_the_timeline(mia):
    contact = make.make_contact(name="Ada")
    make.make_interaction(contact, subject="Asked for the price")
    html = make.signed_in(mia).get(contact.get_absolute_url(), headers=ALONE).content.decode()
    assert "<html" not in html
    assert "Asked for the price" in html


def test_a_tab_that_there_is_not_and_a_record_of_others_are_404(mia):
    contact = make.make_contact()
    assert make.signed_in(mia).get(f"{contact.get_absolute_url()}?tab=no", headers=ALONE).status_code == 404
    far = make.make_user(Role.REP, name="Far")
    assert make.signed_in(far).get(contact.get_absolute_url(), headers=ALONE).status_code == 404
