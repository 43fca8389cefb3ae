"""The kinds of rows that orders lets in: products, and orders a row a line."""

from orders.importing.kinds import ORDERS, PRODUCTS

KINDS = (PRODUCTS, ORDERS)

__all__ = ["KINDS", "ORDERS", "PRODUCTS"]
