"""Orders with their lines as JSON: what is sent, what comes back, and how a body becomes the page's form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Schema
from pydantic import AwareDatetime, Field

from crm.field_rights import hides, read_only_fields
from crm.models import User
from crm.rest.idempotency import done_once
from crm.rest.problems import FieldError, wrong_fields
from crm.rest.schemas import Input, record_schema
from crm.rest.tokens import ApiRequest, caller
from crm.rest.writing import acted, answer, found
from orders.actions import LINE_FIELDS
from orders.forms import OrderForm
from orders.models import Order, OrderLine
from orders.resources import LINE_PARTS, ORDERS, lines_shown

NAMES = {"contact_id": "contact", "partner_id": "partner"}
MOST_LINES = 500
MOST_DIGITS = 15


class OptionOut(Schema):
    name: str = Field(examples=["Colour"])
    value: str = Field(examples=["Oak"])
    surcharge: str | None = Field(None, description="For a piece, in the order's currency.", examples=["4.5000"])


class LineOut(Schema):
    id: int
    position: int
    product_id: int | None = None
    quantity: str | None = Field(None, examples=["2.0000"])
    unit_price: str | None = None
    discount: str | None = Field(None, description="Money off the line.")
    amount: str | None = Field(None, description="The line's total, after discount.", examples=["99.8000"])
    unit_cost: str | None = None
    options: list[OptionOut] = []
    returned_line_id: int | None = Field(None, description="The line that this one takes back.")


class OrderOut(record_schema("OrderFields", ORDERS)):  # type: ignore[misc]
    """An order with its lines."""

    lines: list[LineOut] = []


class OptionIn(Input):
    name: str = Field(max_length=80, examples=["Colour"])
    value: str = Field(max_length=300, examples=["Oak"])
    surcharge: str | float | None = Field(None, description="The product's, if nothing is said.")


class LineIn(Input):
    id: int | None = Field(None, description="A line that is there already; without it, a new one.")
    product_id: int | None = None
    quantity: str | float | None = Field(None, description="Negative for a return.", examples=[2])
    unit_price: str | float | None = Field(None, examples=["49.90"])
    discount: str | float | None = None
    amount: str | float | None = Field(None, description="The line's total; wins over the product of the others.")
    unit_cost: str | float | None = None
    options: list[OptionIn] | None = Field(
        None, max_length=50, description="What was chosen of a configurable product."
    )


class OrderFields(Input):
    contact_id: int | None = Field(None, description="The customer; null for an anonymous sale.", examples=[7])
    number: str | None = Field(None, max_length=200, examples=["20317"])
    ordered_at: AwareDatetime | None = Field(None, description="Now, if nothing is said.")
    channel: str | None = Field(None, max_length=40, examples=["web"])
    currency: str | None = Field(None, max_length=3, examples=["EUR"])
    partner_id: int | None = None
    offer_code: str | None = Field(
        None, max_length=40, description="The code of an offer.", examples=["K7QW-M2XD-9HPA"]
    )


class OrderIn(OrderFields):
    lines: list[LineIn] = Field(min_length=1, max_length=MOST_LINES)


class OrderPatch(OrderFields):
    lines: list[LineIn] | None = Field(None, min_length=1, max_length=MOST_LINES)
    version: int | None = Field(None, ge=0, description="The version that you read, unless you send `If-Match`.")


def answer_order(request: HttpRequest, order: Order, status: int = 200) -> JsonResponse:
    """The order with its lines, without what this person may not know."""
    user = caller(request)
    hidden = {part for part, stored in LINE_PARTS.items() if stored and hides(user, stored)}
    return answer(ORDERS, request, order, status, lines=lines_shown(order, hidden))


def created_order(request: HttpRequest, make: Callable[[], Order]) -> HttpResponse:
    """Make an order (once for an `Idempotency-Key`) and answer it with its lines."""

    def work() -> HttpResponse:
        order = found(ORDERS, request, acted(make).pk)
        response = answer_order(request, order, status=201)
        response["Location"] = f"{request.path.rstrip('/')}/{order.pk}"
        return response

    return done_once(cast(ApiRequest, request), work)


def order_form(user: User, given: dict[str, Any], record: Order | None) -> OrderForm:
    """The page's form, filled with a body over what the order is, and valid. Raises a 422."""
    lines: list[dict[str, Any]] | None = given.pop("lines", None)
    _refuse_read_only(user, given, lines or [])
    blank = OrderForm(data=None, user=user, record=record, initial={})
    data = {name: blank[name].value() for name in blank.fields}
    data |= {NAMES.get(name, name): "" if value is None else value for name, value in given.items()}
    before = [dict(form.initial) for form in blank.lines.forms if form.initial]
    rows, places = _rows(before, lines)
    form = OrderForm(data=data | _formset(rows, len(before)), user=user, record=record, initial={})
    if not form.is_valid():
        raise wrong_fields(_errors(form, places))
    return form


def _rows(
    before: list[dict[str, Any]], lines: list[dict[str, Any]] | None
) -> tuple[list[dict[str, Any]], dict[int, int]]:
    """The rows of the form: those of the order first, then new ones; and which row came from which line of the body."""
    rows = [dict(row) for row in before]
    places: dict[int, int] = {}
    if lines is None:
        return rows, places
    by_id = {row["line_id"]: index for index, row in enumerate(rows)}
    errors: list[FieldError] = []
    for place, line in enumerate(lines):
        values = {name.removesuffix("_id") if name == "product_id" else name: value for name, value in line.items()}
        key = values.pop("id", None)
        if "options" in values:
            values["options"] = options_text(place, values["options"] or [])
        if key is None:
            places[len(rows)] = place
            rows.append(values)
        elif key in by_id and by_id[key] not in places:
            places[by_id[key]] = place
            rows[by_id[key]] |= values
        else:
            errors.append({"field": f"lines.{place}.id", "message": "Not a line of this order, or named twice."})
    if errors:
        raise wrong_fields(errors)
    for index, row in enumerate(rows[: len(before)]):
        if index not in places:
            row["DELETE"] = "on"
    return rows, places


def options_text(place: int, options: list[dict[str, Any]]) -> str:
    """The options of a line as the page's form takes them; what would be read as a mark between two is softened."""
    parts = []
    for one in options:
        name, value = one["name"].replace(":", " ").replace(";", ","), one["value"].replace(";", ",")
        surcharge = one.get("surcharge")
        parts.append(f"{name}: {value}" + (f" ({_amount(place, surcharge):+f})" if surcharge is not None else ""))
    return "; ".join(parts)


def _amount(place: int, surcharge: str | float) -> Decimal:
    try:
        amount = Decimal(str(surcharge))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount.adjusted() > MOST_DIGITS:
        raise wrong_fields([{"field": f"lines.{place}.options", "message": "A surcharge is an amount, like 4.50."}])
    return amount


def _formset(rows: list[dict[str, Any]], initial_count: int) -> dict[str, Any]:
    data: dict[str, Any] = {"lines-TOTAL_FORMS": len(rows), "lines-INITIAL_FORMS": initial_count}
    for index, row in enumerate(rows):
        for name in ("line_id", "DELETE", "options", *LINE_FIELDS):
            if row.get(name) is not None:
                data[f"lines-{index}-{name}"] = row[name]
    return data


def _errors(form: OrderForm, places: Mapping[int, int]) -> list[FieldError]:
    names = {form_name: name for name, form_name in NAMES.items()}
    found_errors = [
        {"field": "" if name == "__all__" else names.get(name, name), "message": str(error)}
        for name, errors in form.errors.items()
        for error in errors
    ]
    found_errors += [{"field": "lines", "message": str(error)} for error in form.lines.non_form_errors()]
    for index, errors in enumerate(form.lines.errors):
        for name, sentences in errors.items():
            part = "" if name == "__all__" else f".{'product_id' if name == 'product' else name}"
            place = f"lines.{places.get(index, index)}{part}"
            found_errors += [{"field": place, "message": str(error)} for error in sentences]
    return found_errors


def _refuse_read_only(user: User, given: Mapping[str, Any], lines: list[dict[str, Any]]) -> None:
    fixed, fixed_lines = read_only_fields(user, Order), read_only_fields(user, OrderLine)
    errors = [name for name in given if {name, NAMES.get(name, name)} & fixed]
    errors += [f"lines.{place}.{name}" for place, line in enumerate(lines) for name in line if name in fixed_lines]
    if errors:
        raise wrong_fields([{"field": name, "message": "This cannot be set here."} for name in errors])
