"""The open deals by the month they are expected in: a column for each, with count and value of all that match."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, F, Q, QuerySet, Sum
from django.urls import reverse

from contacts.queries import UNSEEN_CONTACT, UNSEEN_ORGANIZATION
from crm.access import veil
from crm.field_rights import mask
from crm.models import User
from crm.templatetags.figures import full_day, money
from pipeline.choices import ForecastCategory, Outcome
from pipeline.models import Deal, Pipeline
from pipeline.models.deals import MonthNumber
from pipeline.sums import beyond_sums, sees_all, summed_deals, sums_of

CARDS = 20
MOST_MONTHS = 24
LARGEST = F("base_amount").desc(nulls_last=True)
AHEAD = 6
"""The running month is the first of them."""
TONES = {
    ForecastCategory.COMMIT: "good",
    ForecastCategory.BEST_CASE: "accent",
    ForecastCategory.PIPELINE: "neutral",
    ForecastCategory.OMITTED: "neutral",
}


@dataclass
class MonthCard:
    """A deal as its card shows it."""

    deal: Deal
    customer: str
    amount: str
    day: str
    tone: str


@dataclass
class MonthColumn:
    """Deals expected in a month; without one: those whose day has passed (`is_late`), or of which nobody says when."""

    key: str
    name: str
    month: dt.date | None = None
    is_late: bool = False
    count: int = 0
    worth: Decimal = Decimal(0)
    commit: Decimal = Decimal(0)
    cards: list[MonthCard] = field(default_factory=list)
    list_url: str = ""

    @property
    def more(self) -> int:
        return max(self.count - len(self.cards), 0)

    @property
    def is_target(self) -> bool:
        """Whether a deal can be moved here."""
        return self.month is not None


def first_of(day: dt.date, ahead: int = 0) -> dt.date:
    """The first day of its month, or of one so many later."""
    number = day.year * 12 + day.month - 1 + ahead
    return dt.date(number // 12, number % 12 + 1, 1)


def day_in(month: dt.date, before: dt.date | None, today: dt.date) -> dt.date:
    """The day on which a deal is expected that moves into a month: the same day of the month as before, the last one
    where the month has no such day, nobody said a day, or it has passed by today."""
    last = first_of(month, 1) - dt.timedelta(days=1)
    found = last if before is None else month.replace(day=min(before.day, last.day))
    return last if found < today <= last else found


@dataclass(frozen=True)
class Asked:
    """Whose board it is: all open deals that the person may see, or only their own, or those of one pipeline."""

    user: User
    is_own: bool = False
    pipeline: Pipeline | None = None

    @property
    def rows(self) -> QuerySet[Any]:
        return self.narrowed(Deal.objects.visible_to(self.user))

    def narrowed(self, deals: QuerySet[Any]) -> QuerySet[Any]:
        """Those of some deals that are on this board, in no order."""
        deals = deals.filter(outcome=Outcome.OPEN, archived_at=None).order_by()
        deals = deals.filter(owner=self.user) if self.is_own else deals
        return deals.filter(pipeline=self.pipeline) if self.pipeline else deals

    @property
    def sums(self) -> QuerySet[Any]:
        """What is kept of them by month; without those that were only shared with the person."""
        kinds = ("months",) if sees_all(self.user) and not self.is_own else ("months_of", "shared")
        kept = sums_of(self.user, *kinds).filter(outcome=Outcome.OPEN)
        kept = kept.filter(owner=self.user) if self.is_own else kept
        return kept.filter(stage__pipeline=self.pipeline) if self.pipeline else kept


def columns_of(asked: Asked, today: dt.date, *, shows_money: bool = True) -> list[MonthColumn]:
    """The columns in their order: slipped, the running month and the next five, later, no day. Four queries."""
    months = [first_of(today, ahead) for ahead in range(AHEAD)]
    columns = [
        MonthColumn("late", "Slipped", is_late=True, list_url=_list_url(slipped="yes")),
        *(
            MonthColumn(
                month.isoformat(),
                f"{month:%B %Y}",
                month,
                list_url=_list_url(
                    expected_on_min=max(month, today).isoformat(),
                    expected_on_max=(first_of(month, 1) - dt.timedelta(days=1)).isoformat(),
                ),
            )
            for month in months
        ),
        MonthColumn("later", "Later", list_url=_list_url(expected_on_min=first_of(today, AHEAD).isoformat())),
        MonthColumn("none", "No day yet"),
    ]
    of_key = {column.key: column for column in columns}
    known: set[dt.date | None] = set()
    for month, is_late, count, worth, commit in _groups(asked, today):
        known.add(month)
        column = of_key[_key(month, is_late, of_key)]
        column.count += count
        if shows_money:
            column.worth += worth
            column.commit += commit
    _deal_out(asked, columns, today, sorted(month for month in known if month))
    return columns


def _groups(asked: Asked, today: dt.date) -> Iterator[tuple[dt.date | None, bool, int, Decimal, Decimal]]:
    """Month, whether its deals slipped, their number, worth and commit: from the sums that are kept by month; of the
    running one, the days that have passed are added up and taken from the rest."""
    running = first_of(today)
    for row in asked.sums.values("day").annotate(n=Sum("deals"), value=Sum("worth"), said=Sum("commit")):
        month = row["day"]
        yield month, month is not None and month < running, int(row["n"]), row["value"], row["said"]
    passed = asked.narrowed(summed_deals(asked.user))
    for _, count, worth, commit in _by_day(passed.filter(expected_on__gte=running, expected_on__lt=today)):
        yield running, True, count, worth, commit
        yield running, False, -count, -worth, -commit
    if (beyond := beyond_sums(asked.user)) is not None:
        for day, count, worth, commit in _by_day(asked.narrowed(beyond)):
            yield day and day.replace(day=1), day is not None and day < today, count, worth, commit


def _by_day(rows: QuerySet[Any]) -> Iterator[tuple[dt.date | None, int, Decimal, Decimal]]:
    """By day, as the index has them: to cut days down to months takes longer than to add up what they have."""
    commit = Sum("base_amount", filter=Q(forecast_category=ForecastCategory.COMMIT))
    for row in rows.values("expected_on").annotate(n=Count("pk"), worth=Sum("base_amount"), said=commit):
        yield row["expected_on"], row["n"], row["worth"] or Decimal(0), row["said"] or Decimal(0)


def _key(month: dt.date | None, is_late: bool, known: dict[str, MonthColumn]) -> str:
    if is_late:
        return "late"
    if month is None:
        return "none"
    return month.isoformat() if month.isoformat() in known else "later"


def _deal_out(asked: Asked, columns: list[MonthColumn], today: dt.date, known: list[dt.date]) -> None:
    """The largest of each column, drawn as cards. `known` are the months that have deals: the index holds those of a
    month in their order."""
    rows, running, beyond = asked.rows, first_of(today), first_of(today, AHEAD)
    rows = rows.annotate(number=MonthNumber("expected_on"))
    parts: list[QuerySet[Any]] = []
    for column in columns:
        if not column.count:
            continue
        if column.is_late:
            months = [month for month in known if month < running]
            parts += _largest(rows, months)
            parts += _largest(rows.filter(expected_on__day__lt=today.day), [running])
        elif column.month == running:
            # by the day of the month: asked for a span of days, PostgreSQL reads all of them and sorts
            parts += _largest(rows.filter(expected_on__day__gte=today.day), [running])
        elif column.month:
            parts += _largest(rows, [column.month])
        elif column.key == "later":
            parts += _largest(rows, [month for month in known if month >= beyond])
        else:
            parts += _first(rows.filter(number=0))
    if not parts:
        return
    keys = parts[0] if len(parts) == 1 else parts[0].union(*parts[1:], all=True)
    drawn = Deal.objects.filter(pk__in=list(keys)).select_related("organization", "contact", "owner")
    deals = list(drawn.defer("search_text", "custom").order_by(LARGEST, "pk"))
    user = asked.user
    veil(user, deals, {"organization": UNSEEN_ORGANIZATION, "contact": UNSEEN_CONTACT})
    of_key = {column.key: column for column in columns}
    for deal in deals:
        late = deal.expected_on is not None and deal.expected_on < today
        month = deal.expected_on.replace(day=1) if deal.expected_on else None
        customer = deal.organization or deal.contact
        cards = of_key[_key(month, late, of_key)].cards
        if len(cards) == CARDS:
            continue
        mask(user, deal)
        card = MonthCard(
            deal,
            str(customer) if customer else "no customer yet",
            money(deal.amount, deal.currency) if deal.amount is not None else "",
            full_day(deal.expected_on) if deal.expected_on else "no day",
            TONES[ForecastCategory(deal.forecast_category)],
        )
        cards.append(card)


def _largest(rows: QuerySet[Any], months: Sequence[dt.date]) -> list[QuerySet[Any]]:
    """Ids of the largest of each of these months; of the oldest together where they are many."""
    old, months = months[:-MOST_MONTHS], months[-MOST_MONTHS:]
    parts = [rows.filter(number=month.year * 12 + month.month) for month in months]
    return [*(_first(part)[0] for part in parts), *(_first(rows.filter(expected_on__lt=months[0])) if old else ())]


def _first(rows: QuerySet[Any]) -> list[QuerySet[Any]]:
    return [rows.order_by(LARGEST, "pk").values_list("pk", flat=True)[:CARDS]]


def _list_url(**asked: Any) -> str:
    return f"{reverse('pipeline:deal_list')}?{urlencode({**asked, 'outcome': Outcome.OPEN.value})}"
