"""What orders bring to the home page: how sales do, and the newest orders.

Sums over a million customers take longer than a page may: they are kept for a few minutes, by what was asked, so that
another right, share or day is another sum at once.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from crm.access import can
from crm.choices import Role, Verb
from crm.company import company_today, current_company, end_of_day
from crm.field_rights import hides, mask
from crm.languages.words import in_words
from crm.models import User
from crm.templatetags.figures import MINUS, full_day, number, percent, plural, short_money, whole_money
from crm.tiles.spec import HomeCard
from orders.contracts.queries import renewing
from orders.models import Order

DAYS = 30
MONEY = (_("Revenue"), _("An order, on average"))
NEWEST = 8
KEEP_SECONDS = (300, 3600)  # of the last days, and of those before them


@dataclass(frozen=True)
class Sales:
    """Net revenue in the company's currency, orders, and customers who bought, of some days; when it was summed."""

    revenue: Decimal
    orders: int
    customers: int
    as_of: dt.datetime

    @property
    def mean(self) -> Decimal | None:
        """Revenue of an order."""
        return self.revenue / self.orders if self.orders else None


def sales_card(request: HttpRequest) -> dict[str, Any] | None:
    """The last 30 days beside the 30 before; in old data the 30 days up to the last order. None without orders."""
    user: User = request.user  # type: ignore[assignment]
    orders = Order.objects.visible_to(user)
    last = orders.order_by("-ordered_at", "-id").values_list("ordered_on", flat=True).first()
    if last is None or not can(user, Verb.VIEW, Order):
        return None
    today = company_today()
    until = today if last >= today - dt.timedelta(days=DAYS) else last
    now, before = (
        _kept_sales(orders, until - dt.timedelta(days=DAYS * back), seconds)
        for back, seconds in enumerate(KEEP_SECONDS)
    )
    words = plural(DAYS, "day")
    if until != today:
        words = in_words("%(days)s up to %(day)s, the last order", days=words, day=full_day(until))
    figures = _figures(now, before, until, current_company().currency)
    hides_money = hides(user, "orders.order.amount", "orders.order.base_amount")
    shown = [one for one in figures if not (hides_money and one["label"] in MONEY)]
    return {"words": words, "figures": shown, "as_of": now.as_of}


def _kept_sales(orders: QuerySet[Order], until: dt.date, seconds: int) -> Sales:
    """The sums of the days up to `until`, at most so many seconds old."""
    since = until - dt.timedelta(days=DAYS)
    rows = orders.filter(ordered_at__gte=end_of_day(since), ordered_at__lt=end_of_day(until))
    key = f"orders.sales.{hashlib.sha256(str(rows.query).encode()).hexdigest()}"
    kept = cache.get(key)
    if isinstance(kept, Sales):
        return kept
    sales = _sales(rows)
    cache.set(key, sales, seconds)
    return sales


def _sales(rows: QuerySet[Order]) -> Sales:
    bought = Q(is_purchase=True)
    sums = rows.aggregate(
        revenue=Sum("base_amount"),
        orders=Count("pk", filter=bought),
        customers=Count("contact", filter=bought, distinct=True),
    )
    return Sales(sums["revenue"] or Decimal(0), sums["orders"], sums["customers"], timezone.now())


def _figures(now: Sales, before: Sales, until: dt.date, currency: str) -> list[dict[str, Any]]:
    """The four cards, each with its change and a link to the rows behind it."""
    since = until - dt.timedelta(days=DAYS - 1)
    query = urlencode({"ordered_on_min": since.isoformat(), "ordered_on_max": until.isoformat()})
    url = f"{reverse('orders:order_list')}?{query}"
    pairs: list[tuple[str, Any, Any, Any]] = [
        ("Revenue", now.revenue, before.revenue, lambda value: short_money(value, currency)),
        (_("Orders"), now.orders, before.orders, number),
        (_("Customers who bought"), now.customers, before.customers, number),
        ("An order, on average", now.mean, before.mean, lambda value: whole_money(value, currency)),
    ]
    return [
        {
            "label": label,
            "value": show(value),
            "note": in_words("%(earlier)s in the %(days)s days before", earlier=show(earlier), days=DAYS),
            "url": url,
            **_change(value, earlier),
        }
        for label, value, earlier, show in pairs
    ]


def _change(value: Decimal | int | None, earlier: Decimal | int | None) -> dict[str, str]:
    """The change as a signed share and its tone; nothing where there is nothing to compare with."""
    if value is None or not earlier or earlier < 0:
        return {}
    share = Decimal(value) / Decimal(earlier) - 1
    words = percent(share)
    if words.lstrip(MINUS).startswith("0"):
        return {"change": "as before", "change_tone": "neutral"}
    return {"change": words if share < 0 else f"+{words}", "change_tone": "bad" if share < 0 else "good"}


def newest_orders_card(request: HttpRequest) -> dict[str, Any] | None:
    """The newest orders that the person may see."""
    user: User = request.user  # type: ignore[assignment]
    rows = Order.objects.visible_to(user).select_related("contact").order_by("-ordered_at", "-id")[:NEWEST]
    for order in rows:
        mask(user, order)
    return {"orders": rows} if rows else None


def renewals_card(request: HttpRequest) -> dict[str, Any] | None:
    """Contracts that renew in the next 30 days, and those that should have been renewed; None where there are none."""
    user: User = request.user  # type: ignore[assignment]
    today = company_today()
    rows = list(renewing(user, today + dt.timedelta(days=DAYS))[:NEWEST])
    for subscription in rows:
        mask(user, subscription)
    return {"subscriptions": rows, "today": today, "until": today + dt.timedelta(days=DAYS)} if rows else None


SELLING = (Role.REP, Role.MARKETER, Role.MANAGER)
CARDS = (
    HomeCard("sales", "orders/_home_sales.html", sales_card, roles=SELLING, order=10, label="Sales", place="wide"),
    HomeCard(
        "renewals",
        "orders/contracts/_home_renewals.html",
        renewals_card,
        roles=(Role.REP, Role.MANAGER),
        order=45,
        label="Renewals",
        place="side",
    ),
    HomeCard(
        "orders",
        "orders/_home_orders.html",
        newest_orders_card,
        roles=(Role.REP, Role.MANAGER),
        order=40,
        label="Newest orders",
        place="side",
    ),
)
