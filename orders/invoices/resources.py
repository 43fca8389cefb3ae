"""What the API shows of invoices and payments."""

from __future__ import annotations

from typing import Any

from crm.catalogue import FieldSpec
from crm.company import company_today
from crm.rest.resources import Resource, not_searched
from orders.choices import InvoiceState
from orders.invoices.queries import search_invoices
from orders.models import Invoice


def _own(name: str, label: str, path: str = "", **more: Any) -> FieldSpec:
    return FieldSpec(name, label, path or name, column=False, filter=False, **more)


def _version(invoice: Invoice) -> int:
    return invoice.version


def _is_overdue(invoice: Invoice) -> bool:
    return invoice.state_on(company_today()) == InvoiceState.OVERDUE


INVOICES = Resource(
    name="invoices",
    label="orders.invoice",
    noun="invoice",
    default_sort="-issued_on",
    extras=(
        _own("contact_id", "The customer, by id"),
        _own("order_id", "The order, by id"),
        FieldSpec(
            "is_overdue",
            "Whether its last day has passed unpaid",
            "",
            kind="flag",
            stored="orders.invoice.open_amount",
            value=_is_overdue,
        ),
        _own("version", "The version, for a change"),
        _own("created_at", "When it was written down here"),
        _own("updated_at", "When it was last changed"),
    ),
    search=search_invoices,
    version=_version,
    updated_path="updated_at",
)
PAYMENTS = Resource(
    name="payments",
    label="orders.payment",
    noun="payment",
    default_sort="-paid_on",
    extras=(
        FieldSpec("paid_on", "The day", "paid_on", sort=True),
        _own("invoice_id", "The invoice, by id"),
        _own("amount", "In the invoice's currency; below zero for money that went back"),
        _own("method", "transfer, card, cash, debit, wallet, credit or other"),
        _own("reference", "As the bank says it"),
        _own("external_id", "External id"),
        _own("actor", "Who wrote it down", select=("actor",)),
        _own("created_at", "When it was written down here"),
    ),
    search=not_searched,
)
