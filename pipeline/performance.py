"""How selling goes: what was closed in some days, won and lost, by rep, manager, office, source, product, competitor.

Everything is by the days things happened (opened, closed), never by that of an edit. A lost deal is worth 0. The cycle
is the days from opening to closing, the win rate won / (won + lost), the conversion the share of the deals opened in
these days that is won by now. Deals that reps share count by their parts (`pipeline.credit`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.db.models.functions import Coalesce, TruncMonth, TruncQuarter
from django.urls import reverse
from django.utils import timezone
from psycopg import sql

from contacts.models import Interaction
from crm.access import scope_of
from crm.choices import Role, Scope, Verb
from crm.company import current_company
from crm.models import ExchangeRate, User
from pipeline.choices import Outcome
from pipeline.credit import ALL_TOGETHER, GROUPINGS, Grouping, deals_seen, grouped, within
from pipeline.models import Deal, DealShare

WON = Q(outcome=Outcome.WON)
CLOSED = ~Q(outcome=Outcome.OPEN)
DAYS = "d.closed_on - d.opened_on"
SUM = "coalesce(sum({what}) FILTER (WHERE {where}), 0)"
MEAN = "sum(d.part * ({days})) FILTER (WHERE {where}) / nullif(sum(d.part) FILTER (WHERE {where} AND {days} >= 0), 0)"
MEDIAN = "percentile_cont(0.5) WITHIN GROUP (ORDER BY {days}) FILTER (WHERE {where})"


@dataclass(frozen=True)
class Figures:
    """The figures of some deals; money in the company's currency, lengths in days. Counts are parts of deals where
    deals are shared; a median is over all deals in which the group has a part."""

    key: Any
    name: str
    opened: Decimal = Decimal(0)
    closed: Decimal = Decimal(0)
    won: Decimal = Decimal(0)
    amount: Decimal = Decimal(0)
    cycle_won: float | None = None
    median_won: float | None = None
    cycle_lost: float | None = None
    median_lost: float | None = None
    won_of_opened: Decimal = Decimal(0)
    activities: int | None = None

    @property
    def lost(self) -> Decimal:
        return self.closed - self.won

    @property
    def win_rate(self) -> Decimal | None:
        return self.won / self.closed if self.closed else None

    @property
    def mean_amount(self) -> Decimal | None:
        return self.amount / self.won if self.won else None

    @property
    def conversion(self) -> Decimal | None:
        return self.won_of_opened / self.opened if self.opened else None


def total_figures(user: User | None, since: dt.date | None = None, until: dt.date | None = None) -> Figures:
    """All deals that the person may see together."""
    return next(iter(_figures_of(deals_seen(user), since, until, ALL_TOGETHER)), Figures(None, "All"))


def figures_by(
    user: User | None, grouping: str, since: dt.date | None = None, until: dt.date | None = None
) -> list[Figures]:
    """Each group, the most money first."""
    found = GROUPINGS[grouping]
    rows = _figures_of(deals_seen(user), since, until, found)
    if found.person_field:
        rows = _with_activities(user, rows, since, until, found.person_field)
    return sorted((row for row in rows if row.closed or row.opened), key=lambda row: (-row.amount, row.name))


def deals_behind(by: str, row: Figures, since: dt.date | None = None, until: dt.date | None = None) -> str:
    """The address of the list of the deals behind a row; empty where no filter of it says the group."""
    grouping = GROUPINGS[by]
    value = row.name if grouping.value_of == "name" else row.key
    if not grouping.filter or value in (None, ""):
        return ""
    asked: dict[str, Any] = {grouping.filter: value}
    asked |= {"closed_on_min": since.isoformat()} if since else {}
    asked |= {"closed_on_max": until.isoformat()} if until else {}
    return f"{reverse('pipeline:deal_list')}?{urlencode(asked)}"


def won_by(user: User | None, length: str) -> list[dict[str, Any]]:
    """By month or quarter of closing: `start`, `closed`, `won`, `amount`."""
    cut = {"month": TruncMonth, "quarter": TruncQuarter}[length]("closed_on")
    rows = deals_seen(user).filter(CLOSED, closed_on__isnull=False).order_by().values(start=cut)
    won_amount = Coalesce(Sum("base_amount", filter=WON), Decimal(0))
    counted = rows.annotate(closed=Count("pk"), won=Count("pk", filter=WON), amount=won_amount)
    return [row | {"rate": row["won"] / row["closed"]} for row in counted.order_by("start")]


def by_stage(user: User | None) -> list[dict[str, Any]]:
    """Every deal by stage: `deals`, `amount` (of those that have one), `listed` (at the list price of the product of
    today); money in the company's currency, without what there is no rate for. Of open stages also what the list value
    comes to times the share of deals won so far: of all (`by_rate`), and of the deal's own product
    (`by_product_rate`); None before anything was closed."""
    rows = _listed(deals_seen(user)).values("stage", "stage__name", "stage__kind", "stage__position", "pipeline__name")
    amount = Sum("base_amount", filter=Q(amount__isnull=False))
    sums = rows.annotate(deals=Count("pk"), amount=amount, listed=Sum("list_price"))
    overall, rates = _win_rates(user)
    weighted: dict[int, Decimal] = {}
    parts = _listed(deals_seen(user).filter(outcome=Outcome.OPEN)).values("stage", "product")
    for stage, product, listed in parts.annotate(listed=Sum("list_price")).values_list("stage", "product", "listed"):
        weighted[stage] = weighted.get(stage, Decimal(0)) + (listed or 0) * rates.get(product, overall or Decimal(0))
    found = []
    for row in sums.order_by("pipeline__name", "stage__position"):
        is_open = row["stage__kind"] == Outcome.OPEN and overall is not None
        found.append({
            **row,
            "by_rate": (row["listed"] or Decimal(0)) * (overall or Decimal(0)) if is_open else None,
            "by_product_rate": weighted.get(row["stage"], Decimal(0)) if is_open else None,
        })  # fmt: skip
    return found


def open_total(stages: list[dict[str, Any]]) -> dict[str, Any]:
    """The open stages of `by_stage` together."""
    rows = [row for row in stages if row["stage__kind"] == Outcome.OPEN]
    names = ("deals", "amount", "listed", "by_rate", "by_product_rate")
    return {name: sum((row[name] or 0 for row in rows), Decimal(0)) for name in names}


def without_customer(user: User | None) -> int:
    """Open deals of nobody yet."""
    rows = deals_seen(user).filter(outcome=Outcome.OPEN, organization=None, contact=None)
    return rows.count()


def reps_without_deals(user: User) -> list[User]:
    """Reps who own no deal and share none, without those who have left (may sign in no more); only for who sees every
    deal, since nobody else can tell."""
    if scope_of(user, Deal, Verb.VIEW) != Scope.ALL:
        return []
    owners = Deal.objects.current().filter(owner=OuterRef("pk"))
    sharers = DealShare.objects.filter(user=OuterRef("pk"))
    rows = User.objects.filter(Q(is_active=True) | Q(last_login=None), role=Role.REP)
    return list(rows.filter(~Exists(owners), ~Exists(sharers)).order_by("name"))


def _listed(rows: QuerySet[Any]) -> QuerySet[Any]:
    """With `list_price`: what the product costs by today's list, in the company's currency."""
    rates = ExchangeRate.objects.filter(currency=OuterRef("product__currency")).order_by("-valid_from").values("rate")
    price = F("product__unit_price")
    is_own = When(product__currency=current_company().currency, then=price)
    return rows.annotate(list_price=Case(is_own, default=price * Subquery(rates[:1]))).order_by()


def _win_rates(user: User | None) -> tuple[Decimal | None, dict[int | None, Decimal]]:
    """Won of closed so far: of all (None before anything was closed), and by product."""
    rows = deals_seen(user).filter(CLOSED).order_by().values("product")
    counts = {
        key: (won, closed)
        for key, won, closed in rows.annotate(won=Count("pk", filter=WON), closed=Count("pk")).values_list(
            "product", "won", "closed"
        )
    }
    closed = sum(one for _, one in counts.values())
    overall = Decimal(sum(won for won, _ in counts.values())) / closed if closed else None
    return overall, {key: Decimal(won) / of for key, (won, of) in counts.items() if key is not None}


def _figures_of(rows: QuerySet[Any], since: dt.date | None, until: dt.date | None, grouping: Grouping) -> list[Figures]:
    has_day = sql.SQL("d.opened_on IS NOT NULL AND ")
    opened = has_day + within("opened_on", since, until)
    ended = sql.SQL("d.outcome <> 'open' AND ") + within("closed_on", since, until)
    won, lost = sql.SQL("d.outcome = 'won' AND ") + ended, sql.SQL("d.outcome = 'lost' AND ") + ended
    measures = {
        "opened": _measure(SUM, opened, "d.part"),
        "closed": _measure(SUM, ended, "d.part"),
        "won": _measure(SUM, won, "d.part"),
        "amount": _measure(SUM, won, "d.part * d.base_amount"),
        "cycle_won": _measure(MEAN, won),
        "median_won": _measure(MEDIAN, won),
        "cycle_lost": _measure(MEAN, lost),
        "median_lost": _measure(MEDIAN, lost),
        "won_of_opened": _measure(SUM, sql.SQL("d.outcome = 'won' AND ") + opened, "d.part"),
    }
    found = grouped(rows, grouping, measures)
    return [Figures(**{name: value for name, value in row.items() if name != "also"}) for row in found]


def _measure(form: str, where: sql.Composable, what: str = "") -> sql.Composable:
    return sql.SQL(form).format(where=where, what=sql.SQL(what), days=sql.SQL(DAYS))


def _with_activities(
    user: User | None, rows: list[Figures], since: dt.date | None, until: dt.date | None, field: str
) -> list[Figures]:
    """With how many touches each colleague (or their manager's, their team's people) has had with contacts that the
    person may see."""
    touches = Interaction.objects.visible_to(user).filter(user__isnull=False)
    if since:
        touches = touches.filter(occurred_at__gte=_start_of(since))
    if until and until < dt.date.max:
        touches = touches.filter(occurred_at__lt=_start_of(until + dt.timedelta(days=1)))
    by_user = dict(touches.order_by().values("user").annotate(n=Count("pk")).values_list("user", "n"))
    groups: Mapping[int, Any] = {key: key for key in by_user}
    if field != "user":
        people = User.objects.filter(pk__in=list(by_user))
        groups = dict(people.values_list("pk", field.removeprefix("user__")))
    counted: dict[Any, int] = {}
    for key, count in by_user.items():
        counted[groups.get(key)] = counted.get(groups.get(key), 0) + count
    return [Figures(**{**row.__dict__, "activities": counted.get(row.key, 0)}) for row in rows]


def _start_of(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))
