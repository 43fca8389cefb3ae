"""Compensation and customers who ended for the access tests, written past the actions."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils import timezone

from contacts.models import Contact
from crm.models import User
from service.models import Compensation, Defection, Queue, WebForm
from tests.access.ticketed import make_ticket


def make_compensation(owner: User, name: str) -> Compensation:
    """One that waits for an approval."""
    ticket = make_ticket(owner, f"to make good {name}")
    contact = Contact.objects.create(name=f"CANARY customer {name}", owner=owner, team=owner.team)
    return Compensation.objects.create(
        ticket=ticket, contact=contact, remedy="credit", amount=Decimal(20), cost_amount=Decimal(20), currency="EUR",
        reason=f"CANARY reason {name}", state="awaiting", decide_by=timezone.now() + dt.timedelta(days=2),
    )  # fmt: skip


def make_form_secret(owner: User, name: str) -> Any:
    from tests.access.world import Secret  # noqa: PLC0415 - it reads this module

    queue = Queue.objects.first() or Queue.objects.create(name="Support")
    return Secret(WebForm.objects.create(name=f"secret {name}", queue=queue).token)


def make_defection(owner: User, name: str) -> Defection:
    contact = Contact.objects.create(name=f"CANARY customer {name}", owner=owner, team=owner.team, sort_name=name)
    return Defection.objects.create(
        contact=contact, ended_on="2026-03-02", worth_amount=Decimal(500), words=f"CANARY words {name}"
    )


REMEDY_MAKERS = {
    "defection": make_defection,
    "compensation": make_compensation,
    "secret of a ticket form": make_form_secret,
}
