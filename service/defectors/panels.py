"""What customers who ended put on other pages: a way from a ticket, in which they say so."""

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
from service.models import Ticket


def leaving_button(request: HttpRequest, record: models.Model) -> dict[str, Any] | None:
    """On a ticket: the customer says that they end."""
    user, ticket = cast(SignedInRequest, request).user, cast(Ticket, record)
    contact = ticket.contact if isinstance(ticket.contact, Contact) else None
    if contact is None or not can(user, Verb.CHANGE, contact):
        return None
    return {"url": f"{reverse('service:defection_create')}?ticket={ticket.pk}"}


TICKET_PANELS = (
    RecordPanel("leaving", "They end", "service/defectors/_leaving.html", leaving_button, place="action", order=60),
)
