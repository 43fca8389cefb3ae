"""Reads that start from a record narrow by themselves, too: who asks them about a record out of sight gets nothing,
whether or not a page has looked before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from contacts.models import Contact
from contacts.queries import namesakes_by_email, people_of
from crm.choices import Role
from crm.models import User
from crm.timeline import read_timeline
from orders.models import Order, Product
from orders.queries import orders_of, sales_of, subscriptions_of
from orders.told import told_of
from tests import factories as make

pytestmark = pytest.mark.django_db


def told(user: User, contact: Contact, word: str) -> list[Any]:
    return [entry for entry in read_timeline(user, contact).entries if word in f"{entry.title} {entry.text}"]


READS: dict[str, Callable[[User, Contact], Any]] = {
    "interactions": lambda user, contact: told(user, contact, "Call "),
    "orders in the timeline": lambda user, contact: told(user, contact, "Order"),
    "orders": orders_of,
    "subscriptions": subscriptions_of,
    "counts": lambda user, contact: any(told_of(user, contact)),
    "people": lambda user, contact: people_of(user, contact.organization),
    "namesakes": lambda user, contact: namesakes_by_email(user, Contact.objects.get(name="Twin")),
    "sales of a product": lambda user, contact: sales_of(Product.objects.get(), user),
}


@pytest.fixture
def foreign() -> Contact:
    """A customer of somebody else with everything that hangs on one."""
    make.make_company()
    other = make.make_user(Role.REP, team=make.make_team())
    owned = {"owner": other, "team": other.team}
    firm = make.make_contact(kind="organization", **owned)
    contact = make.make_contact(name="Grace", emails=("g@x.example",), organization=firm, **owned)
    make.make_contact(name="Twin", emails=("g@x.example",))
    make.make_order(contact, lines=({"quantity": 1, "amount": 5, "product": make.make_product()},))
    make.make_interaction(contact)
    make.make_subscription(contact)
    assert Order.objects.exists()
    return contact


@pytest.mark.parametrize("name", READS)
def test_a_record_out_of_sight_gives_nothing_away(foreign: Contact, name: str) -> None:
    read = READS[name]
    assert read(make.make_user(Role.MANAGER), foreign), "there is something to be found"
    again = Contact.objects.get(pk=foreign.pk)  # a reading of a record is one person's
    assert not read(make.make_user(Role.REP, team=make.make_team()), again)
