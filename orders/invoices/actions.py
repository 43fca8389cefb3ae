"""Writes of invoices and payments. Each is one transaction and one log row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from crm.company import company_today
from crm.languages.refusing import refused
from crm.log import log
from crm.models import User
from crm.saving import assign, locked, refuse_lost_sight
from crm.templatetags.figures import money
from orders.invoices.keeping import refresh_invoices
from orders.models import Invoice, Payment


@transaction.atomic
def create_invoice(*, actor: User | None, fields: Mapping[str, Any]) -> Invoice:
    """Make an invoice, nothing paid yet. Raises without an amount."""
    if fields.get("amount") is None:
        raise ValidationError("An invoice needs its amount.")
    invoice = Invoice.objects.create(**fields)
    refuse_lost_sight(actor, invoice)
    return _finish(actor, invoice, "create", f"Created invoice {invoice.number}")


@transaction.atomic
def change_invoice(*, actor: User | None, invoice: Invoice, version: int, fields: Mapping[str, Any]) -> Invoice:
    """Change what is given. Raises `StaleRecord` after somebody else's save, and where paid money would change its
    currency."""
    current: Invoice = locked(invoice, version)
    was = current.currency
    changed = assign(current, fields)
    if not changed:
        return current
    if current.currency != was and current.payments.exists():
        raise ValidationError(
            {"currency": refused("Payments in %(was)s are written down: the currency stays.", was=was)}
        )
    current.validate_constraints()
    current.version += 1
    current.save()
    refuse_lost_sight(actor, current)
    return _finish(actor, current, "change", f"Changed {', '.join(changed)} of invoice {current.number}")


@transaction.atomic
def cancel_invoice(*, actor: User | None, invoice: Invoice) -> Invoice:
    """Take an invoice back: nothing is to be paid any more. Doing it twice is doing it once."""
    current = Invoice.objects.select_for_update().get(pk=invoice.pk)
    if current.cancelled_on is not None:
        return current
    current.cancelled_on = company_today()
    current.version += 1
    current.save()
    return _finish(actor, current, "cancel", f"Cancelled invoice {current.number}")


@transaction.atomic
def add_payment(
    *,
    actor: User | None,
    invoice: Invoice,
    amount: Decimal,
    paid_on: dt.date | None = None,
    method: str = "",
    reference: str = "",
) -> Payment:
    """Write down money that came (above 0) or went back (below). Raises for nothing, for a day to come, and for a
    payment of a cancelled invoice; of two at once, one waits for the other."""
    current = Invoice.objects.select_for_update().get(pk=invoice.pk)
    today = company_today()
    if not amount:
        raise ValidationError({"amount": "How much? With a minus for money that went back."})
    if paid_on is not None and paid_on > today:
        raise ValidationError({"paid_on": "This lies in the future: write down what has been paid already."})
    if current.cancelled_on is not None and amount > 0:
        raise ValidationError("This invoice is cancelled; only money that goes back can be written down.")
    payment = Payment.objects.create(
        invoice=current,
        amount=amount,
        paid_on=paid_on or today,
        method=method,
        reference=reference.strip(),
        actor=actor,
    )
    refresh_invoices([current.pk])
    what = "Payment" if amount > 0 else "Money back"
    summary = f"{what} of {money(abs(amount), current.currency)} for invoice {current.number}"
    log(actor=actor, verb="pay", object=payment, contact_id=current.contact_id, summary=summary)
    return payment


def _finish(actor: User | None, invoice: Invoice, verb: str, summary: str) -> Invoice:
    refresh_invoices([invoice.pk])
    log(actor=actor, verb=verb, object=invoice, contact_id=invoice.contact_id, summary=summary)
    invoice.refresh_from_db()
    return invoice
