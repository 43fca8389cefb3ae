"""Reads of registered products."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Upper

from contacts.models import Contact
from crm.filtering.searching import finds_names_only, search_condition
from crm.models import User
from orders.models import ProductRegistration


def registrations_of(user: User | None, contact: Contact) -> QuerySet[ProductRegistration]:
    """A contact's registered products, newest first."""
    rows = ProductRegistration.objects.visible_to(user).filter(contact=contact).select_related("product")
    return rows.order_by("-registered_on", "-id")


def search_registrations(rows: QuerySet[Any], text: str, user: User | None = None) -> QuerySet[Any]:
    """Registrations of this serial number, or whose customer the text finds; the two are looked up apart."""
    if not (text := text.strip()):
        return rows
    customers = Contact.objects.filter(
        search_condition(text, names_only=finds_names_only(user, "contacts.contact"))
    ).values("pk")
    same = ProductRegistration.objects.annotate(upper=Upper("serial")).filter(upper=text.upper()).values("pk")
    by_customer = ProductRegistration.objects.filter(contact__in=customers).order_by().values("pk")
    return rows.filter(Q(pk__in=same.order_by().union(by_customer, all=True)))
