"""The fields of invoices that lists can show, filter and sort by, and what contacts are asked about theirs."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import Model, Q
from django.utils.safestring import SafeString

from crm.catalogue import FieldSpec
from crm.company import company_today
from crm.related_totals import Total
from crm.templatetags.figures import full_day, money
from crm.templatetags.pieces import pill
from orders.choices import InvoiceState
from orders.invoices.queries import compare_state, is_overdue, state_is
from orders.models import Invoice

TONES = {
    InvoiceState.OPEN: "neutral",
    InvoiceState.PART_PAID: "accent",
    InvoiceState.OVERDUE: "bad",
    InvoiceState.PAID: "good",
    InvoiceState.CANCELLED: "neutral",
}
AMOUNTS = (
    "orders.invoice.open_amount",
    "orders.invoice.paid_amount",
    "orders.invoice.base_open_amount",
    "orders.payment.amount",
)


def state_pill(invoice: Any) -> SafeString:
    """The state of today as a pill; nothing where it is hidden."""
    state = _state_told(invoice)
    return pill(state.label, TONES[state]) if state else SafeString("")


def _state_told(invoice: Invoice) -> InvoiceState | None:
    """The state of today, as far as fields are not hidden: without the open amount, not whether it is overdue."""
    if not invoice.state:
        return None
    return InvoiceState(invoice.state) if invoice.open_amount is None else invoice.state_on(company_today())


def _money(name: str) -> Any:
    return lambda invoice: money(getattr(invoice, name), invoice.currency)


def _day(name: str) -> Any:
    return lambda invoice: full_day(getattr(invoice, name))


def _state(invoice: Model) -> str:
    state = _state_told(cast(Invoice, invoice))
    return str(state.label) if state else ""


INVOICE_FIELDS = (
    FieldSpec("number", "Invoice", "number", default=True, order=10, always=True),
    FieldSpec(
        "issued_on", "Issued", "issued_on", kind="date", sort=True, default=True, order=20, always=True,
        cell=_day("issued_on"),
    ),
    FieldSpec("due_on", "Due", "due_on", kind="date", sort=True, default=True, order=30, cell=_day("due_on")),
    FieldSpec(
        "customer", "Customer", "contact__name", filter=False, in_trees=True, default=True, order=40,
        select=("contact",), always=True,
    ),
    FieldSpec("contact", "Customer", "contact", kind="record", column=False, order=41, always=True),
    FieldSpec(
        "state", "State", "state", kind="choice", choices=lambda: InvoiceState.choices, default=True, order=50,
        cell=state_pill, value=_state, condition=lambda end, value: state_is(value), compare=compare_state,
    ),
    FieldSpec(
        "amount", "Amount", "amount", kind="money", cell=_money("amount"), default=True, order=60, covers=AMOUNTS
    ),
    FieldSpec(
        "open_amount", "Still to pay", "open_amount", kind="money", cell=_money("open_amount"), default=True, order=61,
        help="Still to be paid; below zero more was paid than asked.",
    ),
    FieldSpec("paid_amount", "Paid", "paid_amount", kind="money", cell=_money("paid_amount"), order=62),
    FieldSpec(
        "base_open_amount", "Open, in our currency", "base_open_amount", kind="money", filter=False, order=63,
        help="At the rate of the day of issue.",
    ),
    FieldSpec("currency", "Currency", "currency", order=64),
    FieldSpec("order", "Order", "order__number", select=("order",), order=70, filter=False, in_trees=True),
    FieldSpec("cancelled_on", "Cancelled", "cancelled_on", kind="date", order=80, cell=_day("cancelled_on")),
    FieldSpec("note", "Note", "note", order=90),
    FieldSpec("external_id", "External id", "external_id", order=95),
)  # fmt: skip


def _has_overdue(look_up: str, value: Any) -> Q:
    late = Q(pk__in=Invoice.objects.filter(is_overdue()).order_by().values("contact"))
    return late if value in (True, None) else ~late


CONTACT_FIELDS = (
    FieldSpec(
        "open_balance", "Open balance", "pk", kind="money", group="Orders", column=False, filter=False, order=93,
        help="What is still to be paid of all invoices, in our currency.", stored="orders.invoice.open_amount",
        total=Total("orders.invoice", "contact", "sum", "issued_on", "base_open_amount"),
    ),
    FieldSpec(
        "has_overdue", "Has overdue invoices", "pk", kind="flag", group="Orders", column=False, filter=False,
        in_trees=True, order=94, stored="orders.invoice.open_amount", compare=_has_overdue,
    ),
)  # fmt: skip
