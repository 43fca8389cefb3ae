"""What can be changed of products and orders from their lists, one cell or many rows at a time."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from contacts.models import Contact
from crm.bulk.editing import EditField, Editing
from crm.models import User
from orders.actions import change_order_fields, change_product
from orders.keeping import refresh_products, refresh_totals
from orders.models import Order, Product
from orders.queries import search_orders


def change(*, record: Product, custom: Any = None, **given: Any) -> Product:
    return change_product(product=record, **given)


def change_order(*, record: Order, custom: Any = None, **given: Any) -> Order:
    return change_order_fields(order=record, **given)


def partners(user: User) -> QuerySet[Contact]:
    """Contacts who have sold for the house before, and whom the person may see."""
    sold = Order.objects.exclude(partner=None).order_by().values("partner")
    return Contact.objects.visible_to(user).filter(pk__in=sold).order_by("sort_name", "pk")


EDITING = Editing(
    "product",
    (
        EditField("family", "family"),
        EditField("price", "unit_price"),
        EditField("unit_cost", "unit_cost"),
        EditField("currency", "currency"),
    ),
    change=change,
    after=refresh_products,
)
ORDER_EDITING = Editing(
    "order",
    (EditField("channel", "channel"), EditField("partner", "partner", offered=partners)),
    change=change_order,
    after=refresh_totals,
    search=search_orders,
    archived_at="",
)
