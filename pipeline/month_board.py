"""The open deals by the month they are expected in: a column for each, with count and value of all that match."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet, Sum
from django.urls import reverse

from contacts.queries import UNSEEN_CONTACT, UNSEEN_ORGANIZATION
from crm.access import veil
from crm.field_rights import mask
from crm.models import User
from crm.templatetags.figures import full_day, money
from pipeline.choices import ForecastCategory, Outcome
from pipeline.models import Deal

CARDS = 20
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


def columns_of(user: User, rows: QuerySet[Any], today: dt.date, *, shows_money: bool = True) -> list[MonthColumn]:
    """The columns in their order: slipped, the running month and the next five, later, no day. Three queries."""
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
    # by day, as the index has them: to cut days down to months takes longer than to add up what they have
    counted = rows.order_by().values("expected_on")
    commit = Sum("base_amount", filter=Q(forecast_category=ForecastCategory.COMMIT))
    for group in counted.annotate(n=Count("pk"), worth=Sum("base_amount"), commit=commit):
        day = group["expected_on"]
        column = of_key[_key(day and day.replace(day=1), day is not None and day < today, of_key)]
        column.count += group["n"]
        if shows_money:
            column.worth += group["worth"] or 0
            column.commit += group["commit"] or 0
    _deal_out(user, rows, columns, today)
    return columns


def _key(month: dt.date | None, is_late: bool, known: dict[str, MonthColumn]) -> str:
    if is_late:
        return "late"
    if month is None:
        return "none"
    return month.isoformat() if month.isoformat() in known else "later"


def _deal_out(user: User, rows: QuerySet[Any], columns: list[MonthColumn], today: dt.date) -> None:
    """The largest of each column, drawn as cards."""
    beyond = first_of(today, AHEAD)
    parts = []
    for column in columns:
        if not column.count:
            continue
        if column.is_late:
            mine = rows.filter(expected_on__lt=today)
        elif column.month:
            mine = rows.filter(expected_on__gte=max(column.month, today), expected_on__lt=first_of(column.month, 1))
        else:
            mine = rows.filter(expected_on=None) if column.key == "none" else rows.filter(expected_on__gte=beyond)
        parts.append((column, mine.order_by("-base_amount", "pk").values_list("pk", flat=True)[:CARDS]))
    if not parts:
        return
    keys = parts[0][1] if len(parts) == 1 else parts[0][1].union(*(part for _, part in parts[1:]), all=True)
    drawn = Deal.objects.filter(pk__in=list(keys)).select_related("organization", "contact", "owner")
    deals = list(drawn.defer("search_text", "custom").order_by("-base_amount", "pk"))
    veil(user, deals, {"organization": UNSEEN_ORGANIZATION, "contact": UNSEEN_CONTACT})
    of_key = {column.key: column for column in columns}
    for deal in deals:
        late = deal.expected_on is not None and deal.expected_on < today
        month = deal.expected_on.replace(day=1) if deal.expected_on else None
        customer = deal.organization or deal.contact
        mask(user, deal)
        card = MonthCard(
            deal,
            str(customer) if customer else "no customer yet",
            money(deal.amount, deal.currency) if deal.amount is not None else "",
            full_day(deal.expected_on) if deal.expected_on else "no day",
            TONES[ForecastCategory(deal.forecast_category)],
        )
        of_key[_key(month, late, of_key)].cards.append(card)


def _list_url(**asked: Any) -> str:
    return f"{reverse('pipeline:deal_list')}?{urlencode({**asked, 'outcome': Outcome.OPEN.value})}"
