"""Reads of deals that lists, the board and record pages show."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from contacts.models import Contact
from crm.filtering.searching import finds_names_only, search_condition
from crm.models import User
from pipeline.models import Deal


def search_deals(rows: QuerySet[Any], text: str, user: User | None = None) -> QuerySet[Any]:
    """Deals whose title or external id the text finds, or whose customer it finds; the two are looked up apart."""
    text = text.strip()
    if not text:
        return rows
    customers = Contact.objects.filter(
        search_condition(text, names_only=finds_names_only(user, "contacts.contact"))
    ).values("pk")
    by_title = Deal.objects.filter(
        search_condition(text, names_only=finds_names_only(user, "pipeline.deal"))
    ).order_by()
    found = by_title.values("pk").union(
        Deal.objects.filter(organization__in=customers).order_by().values("pk"),
        Deal.objects.filter(contact__in=customers).order_by().values("pk"),
        all=True,
    )
    return rows.filter(pk__in=found)


def deals_of(user: User | None, contact: Contact) -> QuerySet[Deal]:
    """The deals in which a contact is the person or the organization and that the person may see, open ones first."""
    rows = Deal.objects.visible_to(user).current().filter(Q(contact=contact) | Q(organization=contact))
    return rows.order_by("-outcome", "-created_at", "-pk")
