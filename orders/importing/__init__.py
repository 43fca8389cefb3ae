"""The kinds of rows that orders lets in: products, orders a row a line, subscriptions."""

from orders.importing.kinds import ORDERS, PRODUCTS, SUBSCRIPTIONS

KINDS = (PRODUCTS, ORDERS, SUBSCRIPTIONS)

__all__ = ["KINDS", "ORDERS", "PRODUCTS", "SUBSCRIPTIONS"]
