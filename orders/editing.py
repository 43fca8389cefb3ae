"""What can be changed of products from their list, one cell or many rows at a time."""

from __future__ import annotations

from typing import Any

from crm.bulk.editing import EditField, Editing
from orders.actions import change_product
from orders.keeping import refresh_products
from orders.models import Product


def change(*, record: Product, custom: Any = None, **given: Any) -> Product:
    return change_product(product=record, **given)


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
