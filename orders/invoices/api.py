"""The REST API of invoices and payments."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Body, Router
from pydantic import Field

from crm.choices import Verb
from crm.rest.listing import ApiList
from crm.rest.schemas import Input, list_parameters, page_schema, record_schema
from crm.rest.tokens import caller, reads, writes
from crm.rest.writing import Expected, acted, answer, created, filled, found, refuse_without
from orders.choices import PaymentMethod
from orders.invoices import actions
from orders.invoices.forms import InvoiceForm, PaymentForm
from orders.invoices.resources import INVOICES, PAYMENTS
from orders.models import Invoice, Payment

AREA = "invoices"
NAMES = {"contact_id": "contact"}
invoices = Router(tags=["Invoices"])
InvoiceOut = record_schema("Invoice", INVOICES)
PaymentOut = record_schema("Payment", PAYMENTS)


class InvoiceFields(Input):
    """What can be set on an invoice. A value that is left out stays; null empties it."""

    contact_id: int | None = Field(None, description="The customer.", examples=[7])
    number: str | None = Field(None, max_length=200, examples=["2026-0117"])
    external_id: str | None = Field(None, max_length=200)
    order_number: str | None = Field(None, description="The number of the order that it is for.", examples=["SO-1042"])
    issued_on: dt.date | None = None
    due_on: dt.date | None = None
    amount: str | float | None = Field(None, description="What is to be paid, with tax.", examples=["119.00"])
    currency: str | None = Field(None, max_length=3, examples=["EUR"])
    note: str | None = Field(None, max_length=300)


class InvoicePatch(InvoiceFields):
    version: int | None = Field(None, ge=0, description="The version that you read, unless you send `If-Match`.")


class PaymentIn(Input):
    amount: str | float = Field(description="Negative for money that went back.", examples=["119.00"])
    paid_on: dt.date | None = Field(None, description="Today, if nothing is said.")
    method: PaymentMethod | None = None
    reference: str | None = Field(None, max_length=200)


def _fields(request: HttpRequest, given: dict[str, Any], record: Invoice | None) -> dict[str, Any]:
    user = caller(request)
    form: InvoiceForm = filled(
        lambda data: InvoiceForm(data=data, user=user, record=record, initial={}), given, NAMES, user
    )
    return form.invoice_fields


@invoices.get(
    "", response=page_schema("Invoice", InvoiceOut), auth=reads(AREA), openapi_extra=list_parameters(INVOICES)
)
def list_invoices(request: HttpRequest) -> HttpResponse:
    """Invoices of customers that you may see, newest first: `state=overdue`, `open_amount_min=100`."""
    return ApiList(INVOICES, request).response()


@invoices.post("", response={201: InvoiceOut}, auth=writes(AREA))
def create_invoice(request: HttpRequest, body: Body[InvoiceFields]) -> HttpResponse:
    """Make an invoice, nothing paid yet."""
    refuse_without(caller(request), Verb.ADD, Invoice)

    def make() -> Invoice:
        fields = _fields(request, body.model_dump(exclude_unset=True), None)
        return actions.create_invoice(actor=caller(request), fields=fields)

    return created(INVOICES, request, make)


@invoices.get("/{int:invoice_id}", response=InvoiceOut, auth=reads(AREA))
def get_invoice(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """One invoice, with its version as `ETag`."""
    return answer(INVOICES, request, found(INVOICES, request, invoice_id))


@invoices.patch("/{int:invoice_id}", response=InvoiceOut, auth=writes(AREA))
def change_invoice(request: HttpRequest, invoice_id: int, body: Body[InvoicePatch]) -> HttpResponse:
    """Change what is given. Needs `If-Match` or `version`."""
    invoice, user = found(INVOICES, request, invoice_id, Verb.CHANGE), caller(request)
    expected = Expected(request, body.version)
    fields = _fields(request, body.model_dump(exclude_unset=True, exclude={"version"}), invoice)
    expected.save(lambda: actions.change_invoice(actor=user, invoice=invoice, version=expected.version, fields=fields))
    return answer(INVOICES, request, found(INVOICES, request, invoice_id))


@invoices.post("/{int:invoice_id}/cancel", response=InvoiceOut, auth=writes(AREA))
def cancel_invoice(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """Take an invoice back. Doing it twice is doing it once."""
    invoice = found(INVOICES, request, invoice_id, Verb.CHANGE)
    acted(lambda: actions.cancel_invoice(actor=caller(request), invoice=invoice))
    return answer(INVOICES, request, found(INVOICES, request, invoice_id))


@invoices.get(
    "/{int:invoice_id}/payments",
    response=page_schema("Payment", PaymentOut),
    auth=reads(AREA),
    openapi_extra=list_parameters(PAYMENTS),
)
def list_payments(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """What was paid of an invoice, newest first."""
    invoice = found(INVOICES, request, invoice_id)
    return ApiList(PAYMENTS, request, PAYMENTS.rows(caller(request)).filter(invoice=invoice)).response()


@invoices.post("/{int:invoice_id}/payments", response={201: PaymentOut}, auth=writes(AREA))
def add_payment(request: HttpRequest, invoice_id: int, body: Body[PaymentIn]) -> HttpResponse:
    """Write a payment down. Payments are only added: put a wrong one right by another."""
    invoice, user = found(INVOICES, request, invoice_id, Verb.CHANGE), caller(request)

    def make() -> Payment:
        given = body.model_dump(exclude_unset=True)
        form: PaymentForm = filled(lambda data: PaymentForm(data, user=user, record=invoice), given, {}, user)
        return actions.add_payment(actor=user, invoice=invoice, **form.payment)

    return created(PAYMENTS, request, make)
