"""Quotes as JSON: what is sent, what comes back, and how a body becomes the page's form."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Schema
from pydantic import Field

from crm.field_rights import read_only_fields
from crm.models import User
from crm.rest.idempotency import done_once
from crm.rest.problems import FieldError, wrong_fields
from crm.rest.schemas import Input, record_schema
from crm.rest.tokens import ApiRequest, caller
from crm.rest.writing import acted, answer, found
from orders.order_bodies import OptionIn, options_text
from pipeline.models import Quote, QuoteLine
from pipeline.quotes.actions.making import MOST_LINES
from pipeline.quotes.forms import QuoteForm
from pipeline.quotes.resources import QUOTES, parts_shown

NAMES = {"contact_id": "contact", "recipient_id": "recipient", "deal_id": "deal"}
LINE_NAMES = {"product_id": "product"}
LINE_FIELDS = ("product", "options", "text", "quantity", "unit_price", "discount", "tax_rate")


class LineOption(Schema):
    name: str = Field(examples=["Colour"])
    value: str = Field(examples=["Oak"])
    surcharge: str | None = Field(None, description="For a piece.", examples=["4.50"])


class QuoteLineOut(Schema):
    position: int
    product_id: int | None = None
    text: str = ""
    options: list[LineOption] = []
    quantity: str | None = Field(None, examples=["2.0000"])
    unit_price: str | None = Field(None, description="A piece without the surcharges of the options.")
    discount: str | None = Field(None, description="Percent.", examples=["5.00"])
    tax_rate: str | None = Field(None, description="Percent.", examples=["19.00"])
    list_price: str | None = Field(None, description="A piece at list, with the options at list.")
    amount: str | None = Field(None, description="The line's total after discount, before tax.")


class TaxOut(Schema):
    rate: str = Field(examples=["19.00"])
    net_amount: str
    tax_amount: str


class QuoteOut(record_schema("QuoteFields", QUOTES)):  # type: ignore[misc]
    """A quote with its lines and the tax of each rate."""

    lines: list[QuoteLineOut] = []
    taxes: list[TaxOut] | None = None


class QuoteLineIn(Input):
    product_id: int | None = None
    text: str | None = Field(None, max_length=1000, description="Words for the customer; alone, a text between lines.")
    options: list[OptionIn] | None = Field(None, max_length=50)
    quantity: str | float | None = Field(None, examples=[2])
    unit_price: str | float | None = Field(None, description="The list price, if nothing is said.")
    discount: str | float | None = Field(None, description="Percent.", examples=[5])
    tax_rate: str | float | None = Field(None, description="Percent; the letterhead's, if nothing is said.")


class QuoteFields(Input):
    """What can be set on a quote. A value that is left out stays; null empties it."""

    contact_id: int | None = Field(None, description="The customer.", examples=[7])
    recipient_id: int | None = Field(None, description="The person whom it is for.")
    deal_id: int | None = None
    title: str | None = Field(None, max_length=200, examples=["Frames for the spring exhibition"])
    valid_until: dt.date | None = None
    currency: str | None = Field(None, max_length=3, examples=["EUR"])
    discount: str | float | None = Field(None, description="Percent off all lines.", examples=[2])
    intro: str | None = Field(None, max_length=4000)
    terms: str | None = Field(None, max_length=4000)


class QuoteIn(QuoteFields):
    lines: list[QuoteLineIn] = Field(min_length=1, max_length=MOST_LINES)


class QuotePatch(QuoteFields):
    lines: list[QuoteLineIn] | None = Field(
        None, min_length=1, max_length=MOST_LINES, description="All lines, in their order."
    )
    version: int | None = Field(None, ge=0, description="The version that you read, unless you send `If-Match`.")


class Words(Input):
    words: str = Field("", max_length=1000)
    version: int | None = Field(None, ge=0, description="The version that you read, unless you send `If-Match`.")


class MailIn(Input):
    to: str = Field(max_length=600, examples=["mia@example.com"])
    subject: str = Field(max_length=300)
    text: str = Field(max_length=20_000, description="The link to the quote is added below it.")


class SendIn(Input):
    mail: MailIn | None = Field(None, description="Without it the quote is marked as sent in another way.")
    version: int | None = Field(None, ge=0, description="The version that you read, unless you send `If-Match`.")


class AnswerIn(Input):
    name: str = Field(min_length=1, max_length=120, description="Who answered, on the customer's side.")
    words: str = Field("", max_length=1000)


def answer_quote(request: HttpRequest, quote: Quote, status: int = 200) -> JsonResponse:
    """The quote with its lines, without what this person may not know."""
    return answer(QUOTES, request, quote, status, **parts_shown(caller(request), quote))


def created_quote(request: HttpRequest, make: Callable[[], Quote]) -> HttpResponse:
    """Make a quote (once for an `Idempotency-Key`) and answer it with its lines."""

    def work() -> HttpResponse:
        quote = found(QUOTES, request, acted(make).pk)
        response = answer_quote(request, quote, status=201)
        response["Location"] = f"/api/v1/quotes/{quote.pk}"
        return response

    return done_once(cast(ApiRequest, request), work)


def quote_form(user: User, given: dict[str, Any], record: Quote | None) -> QuoteForm:
    """The page's form, filled with a body over what the quote is, and valid. Raises a 422."""
    lines: list[dict[str, Any]] | None = given.pop("lines", None)
    _refuse_read_only(user, given, lines or [])
    blank = QuoteForm(data=None, user=user, record=record, initial={})
    data = {name: blank[name].value() for name in blank.fields}
    data |= {NAMES.get(name, name): "" if value is None else value for name, value in given.items()}
    rows = [dict(form.initial) for form in blank.lines.forms if form.initial] if lines is None else _rows(lines)
    kept = len(rows) if lines is None else 0
    form = QuoteForm(data=data | _formset(rows, kept), user=user, record=record, initial={})
    if not form.is_valid():
        raise wrong_fields(_errors(form))
    return form


def _rows(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    rows = []
    for place, line in enumerate(lines):
        row = {LINE_NAMES.get(name, name): value for name, value in line.items()}
        if "options" in row:
            row["options"] = options_text(place, row["options"] or [])
        rows.append(row)
    return rows


def _formset(rows: list[dict[str, Any]], kept: int) -> dict[str, Any]:
    data: dict[str, Any] = {"lines-TOTAL_FORMS": len(rows), "lines-INITIAL_FORMS": kept}
    for index, row in enumerate(rows):
        for name in LINE_FIELDS:
            if row.get(name) is not None:
                data[f"lines-{index}-{name}"] = row[name]
    return data


def _errors(form: QuoteForm) -> list[FieldError]:
    names = {form_name: name for name, form_name in NAMES.items()}
    errors = [
        {"field": "" if name == "__all__" else names.get(name, name), "message": str(error)}
        for name, sentences in form.errors.items()
        for error in sentences
    ]
    errors += [{"field": "lines", "message": str(error)} for error in form.lines.non_form_errors()]
    for index, found_errors in enumerate(form.lines.errors):
        for name, sentences in found_errors.items():
            part = "" if name == "__all__" else f".{'product_id' if name == 'product' else name}"
            errors += [{"field": f"lines.{index}{part}", "message": str(error)} for error in sentences]
    return errors


def _refuse_read_only(user: User, given: Mapping[str, Any], lines: list[dict[str, Any]]) -> None:
    fixed, fixed_lines = read_only_fields(user, Quote), read_only_fields(user, QuoteLine)
    errors = [name for name in given if {name, NAMES.get(name, name)} & fixed]
    errors += [f"lines.{place}.{name}" for place, line in enumerate(lines) for name in line if name in fixed_lines]
    if errors:
        raise wrong_fields([{"field": name, "message": "This cannot be set here."} for name in errors])
