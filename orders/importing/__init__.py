"""The kinds of rows that orders lets in: products, orders subscriptions, invoices, payments, registrations."""

from orders.importing.invoices import INVOICES
from orders.importing.kinds import ORDERS, PRODUCTS, SUBSCRIPTIONS
from orders.importing.payments import PAYMENTS
from orders.importing.registrations import REGISTRATIONS

KINDS = (PRODUCTS, ORDERS, SUBSCRIPTIONS, INVOICES, PAYMENTS, REGISTRATIONS)

__all__ = ["INVOICES", "KINDS", "ORDERS", "PAYMENTS", "PRODUCTS", "REGISTRATIONS", "SUBSCRIPTIONS"]
