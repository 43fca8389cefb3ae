"""The first hour: what customers bought comes in."""

from __future__ import annotations

from django.urls import reverse

from crm.access import can
from crm.choices import Role, Verb
from crm.models import ImportRun, User
from crm.starting.spec import StartStep
from orders.models import Order


def _may_import(user: User) -> bool:
    return can(user, Verb.ADD, ImportRun) and can(user, Verb.IMPORT, Order)


STEPS = (
    StartStep(
        "orders",
        "Bring in what they bought",
        "A row for each order or order line; customers that are not known yet are made on the way.",
        "Import orders",
        lambda: f"{reverse('crm:import_new')}?kind=orders",
        lambda user: Order.objects.exists(),
        order=55,
        is_setup=True,
        roles=(Role.MARKETER, Role.MANAGER),
        may=_may_import,
        help="importing",
    ),
)
