"""What the API shows of products, orders and subscriptions: the catalogue's fields and the records' own."""

from __future__ import annotations

from typing import Any

from crm.catalogue import FieldSpec
from crm.rest.resources import Resource
from orders import queries
from orders.models import Order, OrderLine, Product, Subscription
from orders.options.queries import chosen_of


def _own(name: str, label: str, path: str = "", **more: Any) -> FieldSpec:
    return FieldSpec(name, label, path or name, column=False, filter=False, **more)


def _version_of_product(product: Product) -> int:
    return product.version


def _version_of_subscription(subscription: Subscription) -> int:
    return subscription.version


LINE_PARTS = {
    "id": "",
    "position": "",
    "product_id": "",
    "quantity": "",
    "unit_price": "orders.orderline.unit_price",
    "discount": "orders.orderline.discount",
    "amount": "orders.orderline.amount",
    "unit_cost": "orders.orderline.unit_cost",
}
"""What a line shows, each with the stored field that a right can take away."""

PRODUCTS = Resource(
    name="products",
    label="orders.product",
    noun="product",
    default_sort="name",
    extras=(
        _own("unit_price", "List price a unit"),
        _own("archived_at", "When it was archived; null while it is current"),
        _own("version", "The version, for a change"),
        _own("updated_at", "When it was last changed"),
    ),
    version=_version_of_product,
    updated_path="updated_at",
)
ORDERS = Resource(
    name="orders",
    label="orders.order",
    noun="order",
    default_sort="-ordered_on",
    extras=(
        _own("ordered_at", "When it was ordered"),
        _own("contact_id", "The customer, by id; null for an anonymous sale"),
        _own("partner_id", "Who sold it for us, by id", stored="orders.order.partner"),
        _own("created_at", "When it was written down here"),
    ),
    search=queries.search_orders,
    version=queries.order_version,
)
SUBSCRIPTIONS = Resource(
    name="subscriptions",
    label="orders.subscription",
    noun="subscription",
    default_sort="-started_on",
    extras=(
        _own("contact_id", "The customer, by id"),
        _own("tenure_months", "Length in months, where the source told no start"),
        _own("version", "The version, for a change"),
        _own("created_at", "When it was written down here"),
    ),
    search=queries.search_subscriptions,
    version=_version_of_subscription,
)


def lines_shown(order: Order, hidden: set[str]) -> list[dict[str, Any]]:
    """The lines of an order as JSON holds them, without the parts that are hidden."""
    parts = [part for part in LINE_PARTS if part not in hidden]
    rows = list(OrderLine.objects.filter(order=order).order_by("position").values(*{*parts, "id", "returned_line_id"}))
    chosen, shows_money = chosen_of(row["id"] for row in rows), "amount" not in hidden
    return [
        {name: None if row[name] is None else _plain(row[name]) for name in parts}
        | {
            "options": [
                {"name": one.name, "value": one.value} | ({"surcharge": f"{one.surcharge:f}"} if shows_money else {})
                for one in chosen[row["id"]]
            ],
            "returned_line_id": row["returned_line_id"],
        }
        for row in rows
    ]


def _plain(value: Any) -> Any:
    return value if isinstance(value, int) else f"{value:f}"
