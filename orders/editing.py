"""What can be changed from the lists of products and of what is sold, one cell or many rows at a time."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from contacts.models import Contact
from crm.bulk.editing import EditField, Editing
from crm.models import User
from orders.actions import change_order_fields, change_product
from orders.choices import SalesChannel
from orders.contracts.actions import change_subscription
from orders.invoices.actions import change_invoice
from orders.invoices.queries import search_invoices
from orders.keeping import refresh_products, refresh_totals
from orders.models import Invoice, Order, Product, ProductRegistration, Subscription
from orders.queries import search_orders, search_subscriptions
from orders.registrations.actions import change_registration
from orders.registrations.queries import search_registrations

RUNNING = (("ended_on__isnull", True), ("cancelled_on__isnull", True))
WITH_TERM = (("term_months__isnull", False),)


def change(*, record: Product, custom: Any = None, **given: Any) -> Product:
    return change_product(product=record, **given)


def change_order(*, record: Order, custom: Any = None, **given: Any) -> Order:
    return change_order_fields(order=record, **given)


def change_one_invoice(*, record: Invoice, custom: Any = None, **given: Any) -> Invoice:
    return change_invoice(invoice=record, **given)


def change_one_subscription(*, record: Subscription, custom: Any = None, **given: Any) -> Subscription:
    return change_subscription(subscription=record, **given)


def change_one_registration(*, record: ProductRegistration, custom: Any = None, **given: Any) -> ProductRegistration:
    return change_registration(registration=record, **given)


def _not_before_issue(day: Any) -> Q:
    return Q(issued_on__lte=day)


def _not_before_purchase(day: Any) -> Q:
    return Q(bought_on=None) | Q(bought_on__lte=day)


def sales_channels() -> list[tuple[str, str]]:
    return list(SalesChannel.choices)


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
    (EditField("channel", "channel", choices=sales_channels), EditField("partner", "partner", offered=partners)),
    change=change_order,
    after=refresh_totals,
    search=search_orders,
    archived_at="",
)
INVOICE_EDITING = Editing(
    "invoice",
    (
        EditField("note", "note"),
        EditField("due_on", "due_on", takes=_not_before_issue, but="issued after that day"),
    ),
    change=change_one_invoice,
    search=search_invoices,
    archived_at="",
)
SUBSCRIPTION_EDITING = Editing(
    "subscription",
    (
        EditField("monthly_amount", "monthly_amount"),
        EditField("term_months", "term_months"),
        EditField("renews_on", "renews_on", only=RUNNING, but="ended or cancelled"),
        EditField("auto_renews", "auto_renews", only=WITH_TERM, but="without a term"),
        EditField("cancel_reason", "cancel_reason"),
    ),
    change=change_one_subscription,
    search=search_subscriptions,
    archived_at="",
)
REGISTRATION_EDITING = Editing(
    "registration",
    (
        EditField("note", "note"),
        EditField("warranty_ends_on", "warranty_ends_on", takes=_not_before_purchase, but="bought after that day"),
        EditField("bought_on", "bought_on"),
        EditField("channel", "channel", choices=sales_channels),
    ),
    change=change_one_registration,
    search=search_registrations,
    archived_at="",
)
