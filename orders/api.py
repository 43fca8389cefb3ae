"""The REST API of products and of orders with their lines."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from ninja import Body, Router
from pydantic import Field

from crm.choices import Verb
from crm.rest.listing import ApiList
from crm.rest.schemas import Input, list_parameters, page_schema, record_schema
from crm.rest.tokens import caller, reads, writes
from crm.rest.writing import Expected, acted, answer, created, filled, found, refuse_without
from orders import actions
from orders.forms import ProductForm
from orders.models import Order, Product
from orders.order_bodies import OrderIn, OrderOut, OrderPatch, answer_order, created_order, order_form
from orders.resources import ORDERS, PRODUCTS

products = Router(tags=["Products"])
orders = Router(tags=["Orders"])
ProductOut = record_schema("Product", PRODUCTS)
PRODUCT_NAMES = {"price": "unit_price"}


class ProductFields(Input):
    """What can be set on a product."""

    name: str | None = Field(None, max_length=300, examples=["Frame A3 oak"])
    family: str | None = Field(None, max_length=120)
    external_id: str | None = Field(None, max_length=200)
    price: str | float | None = Field(None, description="List price a unit.", examples=["49.90"])
    unit_cost: str | float | None = None
    currency: str | None = Field(None, max_length=3, examples=["EUR"])


class ProductPatch(ProductFields):
    version: int | None = Field(None, ge=0, description="The version that you read, unless you send `If-Match`.")


def _product_form(request: HttpRequest, given: dict[str, Any], record: Product | None) -> ProductForm:
    user = caller(request)
    return cast(
        ProductForm,
        filled(lambda data: ProductForm(data=data, user=user, record=record, initial={}), given, PRODUCT_NAMES, user),
    )


@products.get(
    "", response=page_schema("Product", ProductOut), auth=reads("products"), openapi_extra=list_parameters(PRODUCTS)
)
def list_products(request: HttpRequest) -> HttpResponse:
    """Products, page by page, with the filters of the list page."""
    return ApiList(PRODUCTS, request).response()


@products.post("", response={201: ProductOut}, auth=writes("products"))
def create_product(request: HttpRequest, body: Body[ProductFields]) -> HttpResponse:
    """Make a product."""
    refuse_without(caller(request), Verb.ADD, Product)

    def make() -> Product:
        form = _product_form(request, body.model_dump(exclude_unset=True), None)
        return actions.create_product(actor=caller(request), fields=form.product_fields)

    return created(PRODUCTS, request, make)


@products.get("/{int:product_id}", response=ProductOut, auth=reads("products"))
def get_product(request: HttpRequest, product_id: int) -> HttpResponse:
    """One product, with its version as `ETag`."""
    return answer(PRODUCTS, request, found(PRODUCTS, request, product_id))


@products.patch("/{int:product_id}", response=ProductOut, auth=writes("products"))
def change_product(request: HttpRequest, product_id: int, body: Body[ProductPatch]) -> HttpResponse:
    """Change what is given. Needs `If-Match` or `version`."""
    product = found(PRODUCTS, request, product_id, Verb.CHANGE)
    expected = Expected(request, body.version)
    form = _product_form(request, body.model_dump(exclude_unset=True, exclude={"version"}), product)
    fields, user = form.product_fields, caller(request)
    expected.save(lambda: actions.change_product(actor=user, product=product, version=expected.version, fields=fields))
    return answer(PRODUCTS, request, found(PRODUCTS, request, product_id))


@products.post("/{int:product_id}/archive", response=ProductOut, auth=writes("products"))
def archive_product(request: HttpRequest, product_id: int) -> HttpResponse:
    """Take a product out of the lists; orders keep it."""
    product = found(PRODUCTS, request, product_id, Verb.DELETE)
    acted(lambda: actions.archive_product(actor=caller(request), product=product))
    return answer(PRODUCTS, request, found(PRODUCTS, request, product_id))


@products.post("/{int:product_id}/restore", response=ProductOut, auth=writes("products"))
def restore_product(request: HttpRequest, product_id: int) -> HttpResponse:
    """Bring an archived product back."""
    product = found(PRODUCTS, request, product_id, Verb.DELETE)
    acted(lambda: actions.restore_product(actor=caller(request), product=product))
    return answer(PRODUCTS, request, found(PRODUCTS, request, product_id))


@orders.get(
    "",
    response=page_schema("Order", record_schema("OrderRow", ORDERS)),
    auth=reads("orders"),
    openapi_extra=list_parameters(ORDERS),
)
def list_orders(request: HttpRequest) -> HttpResponse:
    """Orders of customers that you may see, newest first. Their lines come with the single order."""
    return ApiList(ORDERS, request).response()


@orders.post("", response={201: OrderOut}, auth=writes("orders"))
def create_order(request: HttpRequest, body: Body[OrderIn]) -> HttpResponse:
    """Make an order with its lines. A line says its `amount`, or a quantity and a price (else the product's)."""
    user = caller(request)
    refuse_without(user, Verb.ADD, Order)

    def make() -> Order:
        form = order_form(user, body.model_dump(exclude_unset=True), None)
        return actions.create_order(actor=user, fields=form.order_values, lines=form.lines.lines)

    return created_order(request, make)


@orders.get("/{int:order_id}", response=OrderOut, auth=reads("orders"))
def get_order(request: HttpRequest, order_id: int) -> HttpResponse:
    """One order with its lines, and its version as `ETag`."""
    return answer_order(request, found(ORDERS, request, order_id))


@orders.patch("/{int:order_id}", response=OrderOut, auth=writes("orders"))
def change_order(request: HttpRequest, order_id: int, body: Body[OrderPatch]) -> HttpResponse:
    """Change what is given. `lines` become all lines of the order; one with its `id` stays the same line."""
    order, user = found(ORDERS, request, order_id, Verb.CHANGE), caller(request)
    expected = Expected(request, body.version)
    form = order_form(user, body.model_dump(exclude_unset=True, exclude={"version"}), order)
    fields, lines = form.order_values, form.lines.lines
    expected.save(
        lambda: actions.change_order(actor=user, order=order, version=expected.version, fields=fields, lines=lines)
    )
    return answer_order(request, found(ORDERS, request, order_id))
