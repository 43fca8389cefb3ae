"""How selling goes: what was closed in some days, won and lost, by rep, manager, office, source, product, competitor.

Everything is by the days things happened (opened, closed), never by that of an edit. A lost deal is worth 0. The cycle
is the days from opening to closing, the win rate won / (won + lost), the conversion the share of the deals opened in
these days that is won by now.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import (
    Aggregate,
    Avg,
    Case,
    Count,
    F,
    FloatField,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, TruncMonth, TruncQuarter
from django.utils import timezone

from contacts.models import Interaction
from crm.company import current_company
from crm.models import ExchangeRate, User
from pipeline.choices import Outcome
from pipeline.models import Deal

WON, LOST = Q(outcome=Outcome.WON), Q(outcome=Outcome.LOST)
CLOSED = ~Q(outcome=Outcome.OPEN)


@dataclass(frozen=True)
class Grouping:
    """By what figures are broken down: the key and the label of a deal's group, and the filter of the list for it."""

    label: str
    key: Any
    name: Any
    filter: str = ""
    value_of: str = "key"


GROUPINGS: dict[str, Grouping] = {
    "rep": Grouping("Rep", F("owner"), F("owner__name"), "owner"),
    "manager": Grouping("Manager", F("owner__manager"), F("owner__manager__name")),
    "office": Grouping("Team", Coalesce("team", "owner__team"), Coalesce("team__name", "owner__team__name"), "team"),
    "source": Grouping("Source", F("source"), F("source"), "source"),
    "product": Grouping("Product", F("product"), F("product__name"), "product", "name"),
    "competitor": Grouping("Competitor", F("competitors__name"), F("competitors__name"), "competitor"),
    "pipeline": Grouping("Pipeline", F("pipeline"), F("pipeline__name"), "pipeline"),
    "reason": Grouping("Reason", F("reason"), F("reason"), "reason"),
}


class DaysBetween(Func):
    """Whole days from the second day to the first."""

    template = "(%(expressions)s)"
    arg_joiner = " - "
    output_field = IntegerField()


class Median(Aggregate):
    """The value in the middle."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


@dataclass(frozen=True)
class Figures:
    """The figures of some deals; money in the company's currency, lengths in days."""

    key: Any
    name: str
    opened: int = 0
    closed: int = 0
    won: int = 0
    amount: Decimal = Decimal(0)
    cycle_won: float | None = None
    median_won: float | None = None
    cycle_lost: float | None = None
    median_lost: float | None = None
    won_of_opened: int = 0
    activities: int | None = None

    @property
    def lost(self) -> int:
        return self.closed - self.won

    @property
    def win_rate(self) -> float | None:
        return self.won / self.closed if self.closed else None

    @property
    def mean_amount(self) -> Decimal | None:
        return self.amount / self.won if self.won else None

    @property
    def conversion(self) -> float | None:
        return self.won_of_opened / self.opened if self.opened else None


def deals_seen(user: User | None) -> QuerySet[Any]:
    """The deals that count: those the person may see, without the archived ones."""
    return Deal.objects.visible_to(user).current()


def between(field: str, since: dt.date | None, until: dt.date | None) -> Q:
    """On or after `since`, on or before `until`; an open end takes deals of an unknown day along."""
    condition = Q()
    if since:
        condition &= Q(**{f"{field}__gte": since})
    if until:
        condition &= Q(**{f"{field}__lte": until})
    return condition


def total_figures(user: User | None, since: dt.date | None = None, until: dt.date | None = None) -> Figures:
    """All deals that the person may see together."""
    return _figures_of(deals_seen(user), since, until)[0]


def figures_by(
    user: User | None, grouping: str, since: dt.date | None = None, until: dt.date | None = None
) -> list[Figures]:
    """Each group, the most money first. A deal with several competitors counts with each of them."""
    found = GROUPINGS[grouping]
    rows = _figures_of(deals_seen(user), since, until, found)
    if grouping == "rep":
        rows = _with_activities(user, rows, since, until)
    return sorted((row for row in rows if row.closed or row.opened), key=lambda row: (-row.amount, row.name))


def won_by(user: User | None, length: str) -> list[dict[str, Any]]:
    """By month or quarter of closing: `start`, `closed`, `won`, `amount`."""
    cut = {"month": TruncMonth, "quarter": TruncQuarter}[length]("closed_on")
    rows = deals_seen(user).filter(CLOSED, closed_on__isnull=False).order_by().values(start=cut)
    counted = rows.annotate(closed=Count("pk"), won=Count("pk", filter=WON), amount=_won_amount())
    return [row | {"rate": row["won"] / row["closed"]} for row in counted.order_by("start")]


def by_stage(user: User | None) -> list[dict[str, Any]]:
    """Every deal by stage: `deals`, `amount` (of those that have one), `listed` (at the list price of the product of
    today); money in the company's currency, without what there is no rate for."""
    rates = ExchangeRate.objects.filter(currency=OuterRef("product__currency")).order_by("-valid_from").values("rate")
    price = F("product__unit_price")
    is_own = When(product__currency=current_company().currency, then=price)
    priced = deals_seen(user).annotate(list_price=Case(is_own, default=price * Subquery(rates[:1])))
    rows = priced.order_by().values("stage__name", "stage__kind", "stage__position", "pipeline__name")
    amount = Sum("base_amount", filter=Q(amount__isnull=False))
    sums = rows.annotate(deals=Count("pk"), amount=amount, listed=Sum("list_price"))
    return list(sums.order_by("pipeline__name", "stage__position"))


def _won_amount() -> Coalesce:
    return Coalesce(Sum("base_amount", filter=WON), Decimal(0))


def _figures_of(
    rows: QuerySet[Any], since: dt.date | None, until: dt.date | None, grouping: Grouping | None = None
) -> list[Figures]:
    days = DaysBetween("closed_on", "opened_on")
    ended, opened = CLOSED & between("closed_on", since, until), between("opened_on", since, until)
    won, lost = WON & ended, LOST & ended
    measures: Mapping[str, Any] = {
        "n_opened": Count("pk", filter=opened & Q(opened_on__isnull=False)),
        "n_closed": Count("pk", filter=ended),
        "n_won": Count("pk", filter=won),
        "n_amount": Coalesce(Sum("base_amount", filter=won), Decimal(0)),
        "n_cycle_won": Avg(days, filter=won),
        "n_median_won": Median(Case(When(won, then=days), output_field=IntegerField())),
        "n_cycle_lost": Avg(days, filter=lost),
        "n_median_lost": Median(Case(When(lost, then=days), output_field=IntegerField())),
        "n_won_of_opened": Count("pk", filter=WON & opened & Q(opened_on__isnull=False)),
    }
    if grouping is None:
        found = rows.aggregate(**measures)
        return [Figures(None, "All", **_named(found))]
    label = Coalesce(grouping.name, Value("")) if grouping.value_of == "key" else grouping.name
    groups = rows.order_by().annotate(g_key=grouping.key, g_name=label).values("g_key", "g_name").annotate(**measures)
    return [Figures(row["g_key"], row["g_name"] or "not said", **_named(row)) for row in groups]


def _named(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name.removeprefix("n_"): value for name, value in row.items() if name.startswith("n_")}


def _with_activities(
    user: User | None, rows: list[Figures], since: dt.date | None, until: dt.date | None
) -> list[Figures]:
    """With how many touches each colleague has had with contacts that the person may see."""
    touches = Interaction.objects.visible_to(user).filter(user__isnull=False)
    if since:
        touches = touches.filter(occurred_at__gte=_start_of(since))
    if until and until < dt.date.max:
        touches = touches.filter(occurred_at__lt=_start_of(until + dt.timedelta(days=1)))
    counted = dict(touches.order_by().values("user").annotate(n=Count("pk")).values_list("user", "n"))
    return [Figures(**{**row.__dict__, "activities": counted.get(row.key, 0)}) for row in rows]


def _start_of(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))
