"""Ticked rows of a list as a file: those alone, and of them only what may be exported."""

import pytest
from django.urls import reverse

from crm.choices import Role
from crm.models import LogEntry
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def mia(db):
    make.make_company()
    return make.make_user(Role.MANAGER, name="Mia")


def lines_of(user, url: str, **query) -> list[str]:
    answer = make.signed_in(user).get(url, query)
    assert answer.status_code == 200
    return [line.partition(",")[0] for line in b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()]


def test_the_ticked_rows_alone_are_written_and_logged(mia):
    contacts = [make.make_contact(name=name) for name in ("Ada", "Bob", "Cora")]
    url, keys = reverse("contacts:contact_export"), [contacts[0].pk, contacts[2].pk]
    assert lines_of(mia, url, part="ticked", pk=keys) == ["Name", "Ada", "Cora"]
    assert lines_of(mia, url, part="ticked", pk=[*keys, "x", "0", "9" * 40]) == ["Name", "Ada", "Cora"]
    assert lines_of(mia, url, part="ticked") == ["Name"]
    assert "2\u00a0ticked rows" in LogEntry.objects.filter(verb="export").last().summary
    assert make.signed_in(mia).get(url, {"pk": keys[0]}).status_code == 400, "a list has no filter of that name"


def test_orders_and_products_have_the_bar_too(mia):
    order, product = make.make_order(number="4711"), make.make_product(name="Lamp")
    make.make_order(number="4712")
    make.make_product(name="Table")
    assert lines_of(mia, reverse("orders:order_export"), part="ticked", pk=order.pk) == ["Order", "4711"]
    assert lines_of(mia, reverse("orders:product_export"), part="ticked", pk=product.pk)[1:] == ["Lamp"]
    for url in ("/orders/", "/products/", "/contacts/"):
        make.make_contact()
        assert "data-bulk-export" in make.signed_in(mia).get(url).content.decode()


def test_rows_that_may_be_seen_and_not_exported_stay_out(mia):
    team = make.make_team()
    rosa, tom = (make.make_user(Role.REP, name=name, team=team) for name in ("Rosa", "Tom"))
    mine, his = (
        make.make_contact(name="Mine", owner=rosa, team=team),
        make.make_contact(name="His", owner=tom, team=team),
    )
    found = lines_of(rosa, reverse("contacts:contact_export"), part="ticked", pk=[mine.pk, his.pk])
    assert found == ["Name", "Mine"]
    agent = make.make_user(Role.AGENT)
    assert "data-bulk-export" not in make.signed_in(agent).get("/contacts/").content.decode()
