"""What invoices put on pages: the open balance beside a contact, the tab of its invoices."""

from __future__ import annotations

from typing import Any, cast

from django.db import models
from django.http import HttpRequest

from contacts.models import Contact
from crm.access import can
from crm.catalogue import RecordPanel
from crm.choices import Verb
from crm.field_rights import hides, mask
from crm.paths import path_of
from crm.requests import SignedInRequest
from crm.small_tables import small_table
from orders.invoices.queries import invoices_of
from orders.invoices.specs import state_pill
from orders.models import Invoice
from orders.told import balances_of, told_of

NEWEST = 50
COLUMNS = ("number", "issued_on", "due_on", "state", "amount", "open_amount")
PHONE = {"amount": "cell-end", "issued_on": "cell-secondary", "state": "cell-secondary-end"}


def open_balance(request: HttpRequest, record: models.Model) -> dict[str, Any] | None:
    """What the contact owes, currency by currency; None where there was never an invoice, or money is hidden."""
    user, contact = cast(SignedInRequest, request).user, cast(Contact, record)
    if not told_of(user, contact).invoices or hides(user, "orders.invoice.amount", "orders.invoice.open_amount"):
        return None
    url = f"{path_of('orders:invoice_list')}?contact={contact.pk}"
    return {"balances": balances_of(user, contact), "url": url}


def invoices_tab(request: HttpRequest, record: models.Model) -> dict[str, Any]:
    """The newest invoices as a table, and where all of them are."""
    asked, contact = cast(SignedInRequest, request), cast(Contact, record)
    rows = list(invoices_of(asked.user, contact)[: NEWEST + 1])
    may_write = can(asked.user, Verb.CHANGE, contact) and not contact.is_archived
    return {
        "contact": contact,
        "table": small_table("orders.invoice", COLUMNS, PHONE, asked, rows[:NEWEST]),
        "all_url": f"{path_of('orders:invoice_list')}?contact={contact.pk}",
        "has_more": len(rows) > NEWEST,
        "new_url": f"{path_of('orders:invoice_create')}?contact={contact.pk}" if may_write else "",
    }


def invoices_of_order(request: HttpRequest, record: models.Model) -> dict[str, Any] | None:
    """The invoices for an order, how they stand and what is open; nothing where there is none."""
    user = cast(SignedInRequest, request).user
    rows = list(Invoice.objects.visible_to(user).filter(order=record.pk)[:NEWEST])
    for row in rows:
        mask(user, row)
    return {"invoices": [(row, state_pill(row)) for row in rows]} if rows else None


def count_invoices(request: HttpRequest, record: models.Model) -> int | None:
    """None leaves the tab out: a house that keeps its invoices elsewhere has none."""
    return told_of(cast(SignedInRequest, request).user, cast(Contact, record)).invoices or None


ORDER_PANELS = (RecordPanel("invoices", "Invoices", "orders/invoices/_of_order.html", invoices_of_order, order=30),)
INVOICE_PANELS = (
    RecordPanel("open_balance", "Open balance", "orders/invoices/_balance.html", open_balance, order=35),
    RecordPanel(
        "invoices", "Invoices", "orders/invoices/_tab.html", invoices_tab, place="tab", order=22, count=count_invoices
    ),
)
