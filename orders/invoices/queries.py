"""Reads of invoices: what is owed, by whom, since when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet

from contacts.models import Contact
from crm.company import company_today
from crm.filtering.searching import finds_names_only, search_condition
from crm.models import User
from orders.choices import InvoiceState
from orders.models import Invoice
from orders.models.invoices import UNPAID


def is_overdue(today: dt.date | None = None) -> Q:
    """Invoices that are unpaid after their last day."""
    return Q(state__in=UNPAID, due_on__lt=today or company_today(), open_amount__gt=0)


def state_is(chosen: Sequence[str]) -> Q:
    """Invoices in one of these states, as people speak of them: what is overdue is neither open nor part paid."""
    overdue = is_overdue()
    found = Q(pk__in=[])
    for state in chosen:
        if state == InvoiceState.OVERDUE:
            found |= overdue
        elif state in UNPAID:
            found |= Q(state=state) & ~overdue
        else:
            found |= Q(state=state)
    return found


def compare_state(look_up: str, value: Any) -> Q:
    """The state for a filter tree."""
    if look_up == "empty":
        return Q(pk__in=[])
    return ~Q(pk__in=[]) if look_up == "filled" else state_is(value)


def invoices_of(user: User | None, contact: Contact) -> QuerySet[Invoice]:
    """A contact's invoices, newest first."""
    return Invoice.objects.visible_to(user).filter(contact=contact).order_by("-issued_on", "-id")


def search_invoices(rows: QuerySet[Any], text: str, user: User | None = None) -> QuerySet[Any]:
    """Invoices whose number begins with the text or whose customer it finds; the two are looked up apart."""
    if not (text := text.strip()):
        return rows
    customers = Contact.objects.filter(
        search_condition(text, names_only=finds_names_only(user, "contacts.contact"))
    ).values("pk")
    by_number = Invoice.objects.filter(number__startswith=text).order_by().values("pk")
    by_customer = Invoice.objects.filter(contact__in=customers).order_by().values("pk")
    return rows.filter(pk__in=by_number.union(by_customer, all=True))
