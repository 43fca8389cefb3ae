"""What came of acquired lists: who of their people became customers, and what they bought."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, cast

from django.db import models
from django.db.models import Count, F, Q, Sum
from django.http import HttpRequest

from contacts.models import ListedContact
from crm.access import can
from crm.catalogue import FieldSpec, RecordPanel
from crm.choices import Verb
from crm.field_rights import hidden_fields
from crm.models import User
from crm.requests import SignedInRequest
from orders.models import Order

BASE = "orders.order.base_amount"


def count_customers(records: Sequence[Any], user: User | None) -> None:
    """Give each list `customers_made` (people who purchased since it was received) and `revenue` (net, returns taken
    off, in the company's currency), of contacts the person may see."""
    entries = ListedContact.objects.visible_to(user).filter(acquired_list__in=[one.pk for one in records])
    since = Q(acquired_list__received_on=None) | Q(contact__orders__ordered_on__gte=F("acquired_list__received_on"))
    bought = entries.filter(since, contact__orders__isnull=False).order_by().values("acquired_list")
    rows = bought.annotate(
        made=Count("contact", filter=Q(contact__orders__is_purchase=True), distinct=True),
        sold=Sum("contact__orders__base_amount"),
    )
    found = {key: (made, sold) for key, made, sold in rows.values_list("acquired_list", "made", "sold")}
    for one in records:
        one.customers_made, one.revenue = found.get(one.pk, (0, Decimal(0)))


def outcome(request: HttpRequest, record: models.Model) -> dict[str, Any] | None:
    """The figures for the page of a list; None for who sees no orders."""
    user = cast(SignedInRequest, request).user
    if not can(user, Verb.VIEW, Order):
        return None
    acquired = cast(Any, record)
    count_customers([acquired], user)
    each = acquired.cost / acquired.customers_made if acquired.cost and acquired.customers_made else None
    return {"list": acquired, "cost_each": each, "sees_money": "base_amount" not in hidden_fields(user, Order)}


ACQUIRED_LIST_FIELDS = (
    FieldSpec(
        "customers_made", "Customers", "id", kind="number", filter=False, default=True, order=80,
        along=count_customers, value=lambda record: record.customers_made,
        help="Purchased since the list was received.",
    ),
    FieldSpec(
        "revenue", "Revenue", "id", kind="money", filter=False, default=True, order=81,
        along=count_customers, value=lambda record: record.revenue, stored=BASE,
    ),
)  # fmt: skip
ACQUIRED_LIST_PANELS = (RecordPanel("outcome", "What came of it", "orders/_list_outcome.html", outcome, order=10),)
