"""What permission puts on a contact's page: today's answers at the side, the ledger in a tab."""

from __future__ import annotations

from typing import Any, cast

from django.db import models
from django.http import HttpRequest

from contacts.models import Contact
from contacts.permission.queries import ledger_of, purposes, standings
from crm.access import can
from crm.catalogue import RecordPanel
from crm.choices import Verb
from crm.requests import SignedInRequest

MOST_ENTRIES = 200


def today(request: HttpRequest, record: models.Model) -> dict[str, Any]:
    """Whether marketing may reach the contact, by each channel that leads to them."""
    return {"contact": record, "standings": standings(cast(Contact, record))}


def ledger(request: HttpRequest, record: models.Model) -> dict[str, Any]:
    """Every purpose and channel with its answer, and all that was ever said."""
    user, contact = cast(SignedInRequest, request).user, cast(Contact, record)
    return {
        "contact": contact,
        "purposes": [(purpose, standings(contact, purpose.key)) for purpose in purposes()],
        "entries": ledger_of(user, contact, MOST_ENTRIES),
        "may_change": can(user, Verb.CHANGE, contact),
    }


PERMISSION_PANELS = (
    RecordPanel("may_write", "May we write?", "contacts/permission/_today.html", today, order=70),
    RecordPanel("permission", "Permission", "contacts/permission/_ledger.html", ledger, place="tab", order=60),
)
