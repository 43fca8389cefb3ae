"""What compensation costs, and what comes of it.

Cost per complaint: what was given for the complaints of the period, over all of them. Bought again: of the customers
who were given something (first in the period, and long enough ago), the share with a purchase within the days that the
house's rules name; beside it the same of those whose complaint was solved without. It compares, it does not prove.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, DurationField, Exists, ExpressionWrapper, F, OuterRef, Q, Sum
from django.utils import timezone

from crm.access import can
from crm.choices import Verb
from crm.field_rights import hides
from crm.intervals import share_interval
from crm.models import User
from orders.models import Order
from service.choices import TicketKind
from service.models import Compensation, Ticket
from service.remedies.choices import Remedy, RemedyState
from service.remedies.limits import remedy_rules
from service.remedies.queries import STATE_NOW
from service.remedies.specs import AMOUNT

MOST_TAGGED = 10_000


@dataclass(frozen=True)
class Given:
    """How often something was given, and at what cost (None: hidden from the person)."""

    name: str
    count: int
    cost: Decimal | None


@dataclass(frozen=True)
class Again:
    """Of `count` customers, how many bought again; `waiting` are given something too short ago to count."""

    count: int
    bought: int
    waiting: int = 0

    @property
    def share(self) -> float | None:
        return self.bought / self.count if self.count else None

    @property
    def interval(self) -> tuple[float, float]:
        """Of 95 %."""
        return share_interval(self.bought, self.count)


@dataclass(frozen=True)
class RemedyFigures:
    """Of a period; costs in the company's currency, None where they are hidden from the person."""

    given: Given
    complaints: int = 0
    complaints_made_good: int = 0
    complaint_cost: Decimal | None = None
    by_remedy: Sequence[Given] = ()
    by_person: Sequence[Given] = ()
    by_tag: Sequence[Given] = ()
    decided: dict[str, int] = field(default_factory=dict)
    decision_time: dt.timedelta | None = None
    again: Again | None = None
    without: Again | None = None
    days: int = 0

    @property
    def per_complaint(self) -> Decimal | None:
        if self.complaint_cost is None or not self.complaints:
            return None
        return self.complaint_cost / self.complaints


def remedy_figures(user: User | None, *, since: dt.datetime) -> RemedyFigures:
    """The figures over what was given, and the complaints that were opened, since then; of tickets that the person may
    see."""
    shows_money = not hides(user, AMOUNT)
    rows = Compensation.objects.visible_to(user).filter(created_at__gte=since).order_by()
    given = rows.filter(state=RemedyState.GRANTED)
    complaints = Ticket.objects.visible_to(user).filter(
        kind=TicketKind.COMPLAINT, merged_into=None, opened_at__gte=since
    )
    for_complaints = Compensation.objects.filter(
        ticket__in=complaints.order_by().values("pk"), state=RemedyState.GRANTED
    ).order_by()
    of_complaints = for_complaints.aggregate(count=Count("ticket", distinct=True), cost=Sum("cost_amount"))
    total = given.aggregate(count=Count("pk"), cost=Sum("cost_amount"))
    waited = ExpressionWrapper(F("decided_at") - F("created_at"), output_field=DurationField())
    days = remedy_rules().bought_again_days
    return RemedyFigures(
        given=Given("All", total["count"], _cost(total["cost"], shows_money)),
        complaints=complaints.count(),
        complaints_made_good=of_complaints["count"],
        complaint_cost=_cost(of_complaints["cost"], shows_money),
        by_remedy=_grouped(given, "remedy", shows_money, dict(Remedy.choices)),
        by_person=_grouped(given, "asked_by__name", shows_money, {None: "The system"}),
        by_tag=_by_tag(for_complaints, shows_money),
        decided=_ends(rows.exclude(decide_by=None)),
        decision_time=rows.exclude(decided_at=None).aggregate(wait=Avg(waited))["wait"],
        again=_again(user, since, dt.timedelta(days=days)),
        without=_again_without(user, since, dt.timedelta(days=days)),
        days=days,
    )


def _ends(asked: Any) -> dict[str, int]:
    """How often what was asked for stands how, as people speak of it."""
    return dict(asked.annotate(now=STATE_NOW).values_list("now").annotate(Count("pk")))


def _cost(amount: Decimal | None, is_shown: bool) -> Decimal | None:
    return amount or Decimal(0) if is_shown else None


def _grouped(rows: Any, by: str, shows_money: bool, names: dict[Any, str]) -> list[Given]:
    found = rows.values_list(by).annotate(count=Count("pk"), cost=Sum("cost_amount")).order_by("-cost", by)
    return [Given(names.get(key, key), count, _cost(cost, shows_money)) for key, count, cost in found[:20]]


def _by_tag(rows: Any, shows_money: bool) -> list[Given]:
    """What the complaints that cost most are about."""
    counts, costs = Counter[str](), Counter[str]()
    for tags, cost in rows.values_list("ticket__tags", "cost_amount")[:MOST_TAGGED]:
        for tag in tags:
            counts[tag] += 1
            costs[tag] += cost
    ranked = sorted(counts, key=lambda tag: (-costs[tag], tag))[:10]
    return [Given(tag, counts[tag], _cost(Decimal(costs[tag]), shows_money)) for tag in ranked]


def _purchases(user: User | None, contact: str, after: str, within: dt.timedelta) -> Exists:
    """Whether a customer bought in the days after a moment, of orders that the person may see."""
    rows = Order.objects.visible_to(user).filter(contact=OuterRef(contact), is_purchase=True)
    return Exists(rows.filter(ordered_at__gt=OuterRef(after), ordered_at__lte=OuterRef(after) + within))


def _again(user: User | None, since: dt.datetime, within: dt.timedelta) -> Again | None:
    """Of the customers by the first thing that they were given in the period. None for who may see no orders."""
    if not can(user, Verb.VIEW, Order):
        return None
    earlier = Compensation.objects.filter(
        contact=OuterRef("contact"),
        state=RemedyState.GRANTED,
        granted_at__gte=since,
        granted_at__lt=OuterRef("granted_at"),
    )
    rows = Compensation.objects.visible_to(user).filter(
        ~Exists(earlier), state=RemedyState.GRANTED, granted_at__gte=since
    )
    return _counted(rows, user, "granted_at", within)


def _again_without(user: User | None, since: dt.datetime, within: dt.timedelta) -> Again | None:
    """The same of the customers whose first complaint in the period was solved, and who were given nothing."""
    if not can(user, Verb.VIEW, Order):
        return None
    complaints = Ticket.objects.filter(kind=TicketKind.COMPLAINT, merged_into=None, solved_at__gte=since)
    earlier = complaints.filter(contact=OuterRef("contact"), solved_at__lt=OuterRef("solved_at"))
    given = Compensation.objects.filter(contact=OuterRef("contact"), state=RemedyState.GRANTED, granted_at__gte=since)
    rows = complaints.visible_to(user).filter(~Exists(earlier), ~Exists(given), contact__isnull=False)
    return _counted(rows, user, "solved_at", within)


def _counted(rows: Any, user: User | None, moment: str, within: dt.timedelta) -> Again:
    is_over = Q(**{f"{moment}__lte": timezone.now() - within})
    counted = (
        rows.order_by()
        .annotate(bought=_purchases(user, "contact", moment, within))
        .aggregate(
            count=Count("contact", distinct=True, filter=is_over),
            back=Count("contact", distinct=True, filter=is_over & Q(bought=True)),
            waiting=Count("contact", distinct=True, filter=~is_over),
        )
    )
    return Again(counted["count"], counted["back"], counted["waiting"])
