"""The tab of the loyalty programme on a contact's page; a house without a programme has none."""

from __future__ import annotations

from typing import Any, cast

from django.db import models
from django.http import HttpRequest

from contacts.models import Contact
from crm.access import can
from crm.catalogue import RecordPanel
from crm.choices import Verb
from crm.requests import SignedInRequest
from orders.loyalty.queries import ledger_of, standing_of
from orders.models import LoyaltyMember, LoyaltyProgramme

MOST_ENTRIES = 200


def loyalty(request: HttpRequest, record: models.Model) -> dict[str, Any]:
    user, contact = cast(SignedInRequest, request).user, cast(Contact, record)
    member = LoyaltyMember.objects.filter(contact=contact).first()
    return {
        "contact": contact,
        "programme": LoyaltyProgramme.objects.first(),
        "standing": standing_of(member) if member else None,
        "entries": ledger_of(user, member, MOST_ENTRIES) if member else [],
        "may_change": can(user, Verb.CHANGE, contact) and not contact.is_archived,
    }


LOYALTY_PANELS = (RecordPanel("loyalty", "Loyalty", "orders/loyalty/_tab.html", loyalty, place="tab", order=30),)
