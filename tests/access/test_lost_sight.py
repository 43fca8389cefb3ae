"""After a save its writer still sees the record: every action that saves one is listed, and tried out of sight."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from decimal import Decimal
from importlib import import_module

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from contacts import actions as contact_actions
from contacts.models import Contact
from crm.choices import Role
from crm.models import LogEntry, User
from orders import actions as order_actions
from orders.actions import LineInput
from orders.models import Order
from orders.queries import order_version
from tests import factories as make

pytestmark = pytest.mark.django_db
MODULES = ("contacts.actions", "orders.actions")
KEEPS_ITS_PLACE = {  # does not touch owner, team, territory or customer
    "archive_contact", "restore_contact", "log_interaction", "archive_product", "restore_product",
    "change_order_fields",
}  # fmt: skip
OF_THE_HOUSE = {"create_product", "change_product"}  # everybody sees every product


def new_contact(rep: User, foreign: Contact) -> None:
    contact_actions.create_contact(actor=rep, fields={"name": "New", "owner": foreign.owner, "team": foreign.team})


def given_away(rep: User, foreign: Contact) -> None:
    own = make.make_contact(owner=rep, team=rep.team)
    fields = {"owner": foreign.owner, "team": foreign.team}
    contact_actions.change_contact(actor=rep, contact=own, version=own.version, fields=fields)


def order_of(contact: Contact) -> dict:
    return {"contact": contact, "ordered_at": timezone.now(), "currency": "EUR"}


def new_order(rep: User, foreign: Contact) -> None:
    order_actions.create_order(actor=rep, fields=order_of(foreign), lines=[LineInput(amount=Decimal(5))])


def moved_order(rep: User, foreign: Contact) -> None:
    order = make.make_order(make.make_contact(owner=rep, team=rep.team), lines=({"quantity": 1, "amount": 5},))
    lines = [LineInput(line_id=order.lines.get().pk, amount=Decimal(5))]
    version = order_version(order)
    order_actions.change_order(actor=rep, order=order, version=version, fields=order_of(foreign), lines=lines)


TRIES: dict[str, Callable[[User, Contact], None]] = {
    "create_contact": new_contact,
    "change_contact": given_away,
    "create_order": new_order,
    "change_order": moved_order,
}


def saving_actions() -> set[str]:
    """Names of the functions with an `actor` in the modules of actions of records."""
    found = set()
    for name in MODULES:
        module = import_module(name)
        for title, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == name and "actor" in inspect.signature(function).parameters:
                found |= {title} if not title.startswith("_") else set()
    return found


def test_every_action_is_tried_or_said_to_keep_a_record_where_it_is() -> None:
    assert saving_actions() == set(TRIES) | KEEPS_ITS_PLACE | OF_THE_HOUSE


@pytest.mark.parametrize("name", sorted(TRIES))
def test_nothing_is_saved_out_of_its_writer_s_sight(name: str) -> None:
    make.make_company()
    rep = make.make_user(Role.REP, team=make.make_team())
    stranger = make.make_user(Role.REP, team=make.make_team())
    foreign = make.make_contact(name="Foreign", owner=stranger, team=stranger.team)
    with pytest.raises(ValidationError, match="You would not see this record any more"):
        TRIES[name](rep, foreign)
    assert not Contact.objects.filter(name="New").exists()
    assert not Contact.objects.filter(owner=stranger).exclude(pk=foreign.pk).exists()
    assert not Order.objects.filter(contact=foreign).exists()
    assert not LogEntry.objects.filter(actor=rep).exists()
