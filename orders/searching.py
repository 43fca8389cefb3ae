"""Products and orders in the search of everything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db.models import Case, IntegerField, Value, When
from django.db.models.functions import Upper

from crm.field_rights import hides
from crm.search.finding import MOST_HITS, drawn, find_by_text, find_keys
from crm.search.spec import SearchFound, SearchHit, SearchSource
from crm.templatetags.figures import full_day, money
from orders.models import Invoice, Order, Product, ProductRegistration
from orders.queries import title_of

if TYPE_CHECKING:
    from crm.models import User


def find_products(user: User, text: str, limit: int) -> SearchFound:
    """Current products by any part of name, family or external id."""
    return find_by_text(Product.objects.visible_to(user).current(), user, text, limit, show_products)


def show_products(user: User, keys: Sequence[int]) -> dict[int, SearchHit]:
    shows_price = not hides(user, "orders.product.unit_price")
    return {
        product.pk: SearchHit(product.name, product.get_absolute_url(), "box-seam", _of_product(product, shows_price))
        for product in Product.objects.visible_to(user).filter(pk__in=keys)
    }


def find_orders(user: User, text: str, limit: int) -> SearchFound:
    """Orders whose number begins with the text, the one that is the text first."""
    number, rows = text.removeprefix("#"), Order.objects.visible_to(user)
    keys = find_keys(rows, user, number, lambda typed: rows.filter(number__startswith=typed).order_by())
    if not keys:
        return SearchFound()
    rank = Case(When(number=number, then=Value(0)), default=Value(1), output_field=IntegerField())
    best = Order.objects.filter(pk__in=keys).order_by(rank, "-ordered_at", "-pk").values_list("pk", flat=True)[:limit]
    hits = drawn(show_orders, user, list(best))
    return SearchFound(hits, min(len(keys), MOST_HITS), is_capped=len(keys) > MOST_HITS)


def show_orders(user: User, keys: Sequence[int]) -> dict[int, SearchHit]:
    shows_amount = not hides(user, "orders.order.amount")
    rows = Order.objects.visible_to(user).filter(pk__in=keys).select_related("contact")
    return {
        order.pk: SearchHit(f"Order {title_of(order)}", order.get_absolute_url(), "bag", _of_order(order, shows_amount))
        for order in rows
    }


def _of_product(product: Product, shows_price: bool) -> str:
    price = money(product.unit_price, product.currency) if shows_price and product.unit_price is not None else ""
    return " · ".join(part for part in (product.family, price, "archived" if product.is_archived else "") if part)


def _of_order(order: Order, shows_amount: bool) -> str:
    who = order.contact.name if order.contact else "anonymous"
    amount = money(order.amount, order.currency) if shows_amount else ""
    return " · ".join(part for part in (who, full_day(order.ordered_on), amount) if part)


def find_invoices(user: User, text: str, limit: int) -> SearchFound:
    """Invoices whose number begins with the text, the one that is the text first."""
    rows = Invoice.objects.visible_to(user)
    keys = find_keys(rows, user, text, lambda typed: rows.filter(number__startswith=typed).order_by("number"))
    hits = drawn(show_invoices, user, keys[:limit])
    return SearchFound(hits, min(len(keys), MOST_HITS), is_capped=len(keys) > MOST_HITS)


def show_invoices(user: User, keys: Sequence[int]) -> dict[int, SearchHit]:
    shows_amount = not hides(user, "orders.invoice.amount")
    rows = Invoice.objects.visible_to(user).filter(pk__in=keys).select_related("contact")
    return {
        one.pk: SearchHit(
            str(one),
            one.get_absolute_url(),
            "receipt",
            " · ".join([one.contact.name, *([money(one.amount, one.currency)] if shows_amount else [])]),
        )
        for one in rows
    }


def find_registrations(user: User, text: str, limit: int) -> SearchFound:
    """Registered products of this whole serial number, in any case."""
    rows = ProductRegistration.objects.visible_to(user).annotate(upper=Upper("serial")).order_by("pk")
    keys = find_keys(rows, user, text, lambda typed: rows.filter(upper=Upper(Value(typed))))
    hits = drawn(show_registrations, user, keys[:limit])
    return SearchFound(hits, min(len(keys), MOST_HITS), is_capped=len(keys) > MOST_HITS)


def show_registrations(user: User, keys: Sequence[int]) -> dict[int, SearchHit]:
    rows = ProductRegistration.objects.visible_to(user).filter(pk__in=keys).select_related("contact")
    return {one.pk: SearchHit(one.serial, one.get_absolute_url(), "patch-check", one.contact.name) for one in rows}


SOURCES = (
    SearchSource("orders", "Orders", "orders.order", find_orders, show_orders, all_url_name="orders:order_list"),
    SearchSource(
        "products", "Products", "orders.product", find_products, show_products, all_url_name="orders:product_list"
    ),
    SearchSource(
        "invoices", "Invoices", "orders.invoice", find_invoices, show_invoices, all_url_name="orders:invoice_list"
    ),
    SearchSource(
        "registrations", "Registrations", "orders.productregistration", find_registrations, show_registrations,
        all_url_name="orders:registration_list",
    ),
)  # fmt: skip
