"""Making a lead of a contact that has bought nothing yet."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction

from contacts.choices import ContactKind, PointKind
from contacts.models import Address, Contact, ContactPoint
from crm.access import can
from crm.choices import Verb
from crm.models import User
from leads.actions import create_lead
from leads.choices import OPEN_STATUSES
from leads.models import Lead

SOURCE = "Prospecting"


@transaction.atomic
def lead_of_contact(*, actor: User, contact: Contact) -> Lead:
    """The open lead of a contact that the actor may change; a new one of the actor's where there is none.

    Raises ValidationError where a colleague has one already: two people would call the same.
    """
    held = Contact.objects.select_for_update(of=("self",)).get(pk=contact.pk)
    opened = (
        Lead.objects.filter(contact=held, status__in=OPEN_STATUSES, archived_at=None).order_by("-created_at").first()
    )
    if opened is not None:
        if not can(actor, Verb.CHANGE, opened):
            raise ValidationError("A colleague has an open lead of it already.")
        return opened
    return create_lead(actor=actor, fields=_facts(held) | {"owner": actor, "contact": held})


def _facts(contact: Contact) -> dict[str, str]:
    """What the lead says of itself: the contact's own facts, its main address and the first way to reach it."""
    points = ContactPoint.objects.filter(contact=contact, kind__in=(PointKind.EMAIL, PointKind.PHONE))
    first: dict[str, str] = {}
    for point in points.order_by("kind", "-is_primary", "pk"):
        first.setdefault(point.kind, point.value)
    address = Address.objects.filter(contact=contact, is_primary=True).first()
    firm = contact.name if contact.kind == ContactKind.ORGANIZATION else str(contact.organization or "")
    return {
        "name": contact.name,
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "organization": firm,
        "email": first.get(PointKind.EMAIL, "")[:254],
        "phone": first.get(PointKind.PHONE, "")[:60],
        "city": address.city if address else "",
        "postal_code": address.postal_code if address else "",
        "country": contact.main_country,
        "industry": contact.industry,
        "market": contact.markets[0] if contact.markets else "",
        "list_kind": contact.list_kind,
        "source": SOURCE,
    }
