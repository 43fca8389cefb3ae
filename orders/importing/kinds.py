"""The kinds `products`, `orders` and `subscriptions`."""

from __future__ import annotations

from crm.importing.kinds import ImportKind
from orders.importing.fields import ORDER_FIELDS, PRODUCT_FIELDS
from orders.importing.orders import merge_orders
from orders.importing.products import merge_products
from orders.importing.subscriptions import SUBSCRIPTION_FIELDS, merge_subscriptions

PRODUCTS = ImportKind(
    name="products",
    label="Products",
    row="a product",
    model="orders.product",
    fields=PRODUCT_FIELDS,
    merge=merge_products,
    list_url="orders:product_list",
    tables=("orders_product",),
)
ORDERS = ImportKind(
    name="orders",
    label="Orders",
    row="a line of an order",
    model="orders.order",
    fields=ORDER_FIELDS,
    merge=merge_orders,
    list_url="orders:order_list",
    tables=("orders_order", "orders_orderline", "orders_product", "contacts_contact"),
)
SUBSCRIPTIONS = ImportKind(
    name="subscriptions",
    label="Subscriptions",
    row="a contract of a customer",
    model="orders.subscription",
    fields=SUBSCRIPTION_FIELDS,
    merge=merge_subscriptions,
    list_url="orders:subscription_list",
    tables=("orders_subscription", "contacts_contact"),
)
