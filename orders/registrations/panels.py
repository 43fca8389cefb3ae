"""The tab of registered products on a contact's page."""

from __future__ import annotations

from typing import Any, cast

from django.db import models
from django.http import HttpRequest
from django.urls import reverse

from contacts.models import Contact
from crm.access import can
from crm.catalogue import RecordPanel
from crm.choices import Verb
from crm.requests import SignedInRequest
from crm.small_tables import small_table
from orders.registrations.queries import registrations_of
from orders.told import told_of

NEWEST = 50
COLUMNS = ("serial", "product", "registered_on", "warranty_ends_on")
PHONE = {"warranty_ends_on": "cell-end", "product": "cell-secondary"}


def registrations_tab(request: HttpRequest, record: models.Model) -> dict[str, Any]:
    """The newest registrations as a table, and where all of them are."""
    asked, contact = cast(SignedInRequest, request), cast(Contact, record)
    rows = list(registrations_of(asked.user, contact)[:NEWEST])
    may_write = can(asked.user, Verb.CHANGE, contact) and not contact.is_archived
    return {
        "contact": contact,
        "table": small_table("orders.productregistration", COLUMNS, PHONE, asked, rows),
        "all_url": f"{reverse('orders:registration_list')}?contact={contact.pk}",
        "new_url": f"{reverse('orders:registration_create')}?contact={contact.pk}" if may_write else "",
    }


def count_registrations(request: HttpRequest, record: models.Model) -> int | None:
    """None leaves the tab out: it comes with the first one."""
    return told_of(cast(SignedInRequest, request).user, cast(Contact, record)).registrations or None


REGISTRATION_PANELS = (
    RecordPanel(
        "registrations", "Products", "orders/registrations/_tab.html", registrations_tab, place="tab", order=27,
        count=count_registrations,
    ),
)  # fmt: skip
