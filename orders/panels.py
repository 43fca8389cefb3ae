"""What orders puts on a contact's page: the tabs of orders and subscriptions, the button for a new order."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, cast

from django.db import models
from django.http import HttpRequest
from django.urls import reverse

from contacts.models import Contact
from crm.access import can
from crm.catalogue import RecordPanel
from crm.choices import Verb
from crm.field_rights import hides
from crm.paths import path_of
from crm.requests import SignedInRequest
from crm.small_tables import small_table
from crm.templatetags.figures import money
from orders.queries import orders_of, subscriptions_of
from orders.told import json_of, told_of

NEWEST = 50
COLUMNS = ("number", "ordered_on", "channel", "amount")
PHONE = {"amount": "cell-end", "ordered_on": "cell-secondary"}
SUBSCRIPTION_COLUMNS = ("plan", "state", "started_on", "renews_on", "ended_on", "monthly_amount")
SUBSCRIPTION_PHONE = {"monthly_amount": "cell-end", "state": "cell-secondary", "renews_on": "cell-secondary-end"}


def orders_tab(request: HttpRequest, record: models.Model) -> dict[str, Any]:
    """The newest orders as a table, and where all of them are."""
    request, contact = cast(SignedInRequest, request), cast(Contact, record)
    rows = list(orders_of(request.user, contact)[: NEWEST + 1])
    return {
        "contact": contact,
        "table": small_table("orders.order", COLUMNS, PHONE, request, rows[:NEWEST]),
        "all_url": f"{path_of('orders:order_list')}?contact={contact.pk}",
        "has_more": len(rows) > NEWEST,
        "new_url": _new_url(request, contact),
    }


def count_orders(request: HttpRequest, record: models.Model) -> int:
    return told_of(cast(SignedInRequest, request).user, cast(Contact, record)).orders


def subscriptions_tab(request: HttpRequest, record: models.Model) -> dict[str, Any]:
    """The newest subscriptions as a table, and where all of them are."""
    request, contact = cast(SignedInRequest, request), cast(Contact, record)
    rows = list(subscriptions_of(request.user, contact)[:NEWEST])
    return {
        "contact": contact,
        "table": small_table("orders.subscription", SUBSCRIPTION_COLUMNS, SUBSCRIPTION_PHONE, request, rows),
        "all_url": f"{path_of('orders:subscription_list')}?contact={contact.pk}",
    }


def count_subscriptions(request: HttpRequest, record: models.Model) -> int | None:
    """None leaves the tab out: a house without contracts has none."""
    return told_of(cast(SignedInRequest, request).user, cast(Contact, record)).subscriptions or None


def last_order_pill(request: HttpRequest, record: models.Model) -> dict[str, Any] | None:
    """The newest purchase, in the head of the page; None without one."""
    user = cast(SignedInRequest, request).user
    told = told_of(user, cast(Contact, record)).last_order
    if told is None:
        return None
    last = json_of(told)
    amount = "" if hides(user, "orders.order.amount") else money(Decimal(last["amount"]), last["currency"])
    return {
        "url": reverse("orders:order_detail", args=[last["id"]]),
        "day": dt.date.fromisoformat(last["ordered_on"]),
        "lines": last["lines"],
        "amount": amount,
    }


def new_order_button(request: HttpRequest, record: models.Model) -> dict[str, Any] | None:
    url = _new_url(cast(SignedInRequest, request), cast(Contact, record))
    return {"url": url} if url else None


def _new_url(request: SignedInRequest, contact: Contact) -> str:
    """Where an order for this customer is written; empty for who may not change the customer."""
    if contact.is_archived or not can(request.user, Verb.CHANGE, contact):
        return ""
    return f"{path_of('orders:order_create')}?contact={contact.pk}"


CONTACT_PANELS = (
    RecordPanel("orders", "Orders", "orders/_orders.html", orders_tab, place="tab", order=20, count=count_orders),
    RecordPanel(
        "subscriptions",
        "Subscriptions",
        "orders/_subscriptions.html",
        subscriptions_tab,
        place="tab",
        order=25,
        count=count_subscriptions,
    ),
    RecordPanel("last_order", "Last order", "orders/_last_order.html", last_order_pill, place="pill", order=20),
    RecordPanel("new_order", "New order", "orders/_new_order.html", new_order_button, place="action", order=20),
)
