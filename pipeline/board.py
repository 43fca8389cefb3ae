"""What stands on the board: per column a count, a value, and its first cards. Four queries, whatever the number of
stages and of deals; count and value come of sums that are kept (`pipeline.sums`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.http import Http404
from django.urls import reverse

from contacts.queries import UNSEEN_CONTACT, UNSEEN_ORGANIZATION
from crm.access import veil
from crm.company import company_today
from crm.field_rights import mask
from crm.filtering.listings import Listing
from crm.languages.words import in_words
from crm.models import User
from crm.templatetags.figures import days, full_day, money, short_money
from pipeline.choices import Outcome
from pipeline.models import Deal, Stage
from pipeline.sums import beyond_sums, sees_all, sums_of

CARDS = 20
MORE = "cards:"
ROTTEN = 2
"""Past the expected days a card is marked, past twice as many it is marked as bad."""
RELATED = ("organization", "contact", "owner")


@dataclass
class Card:
    """A deal as its card shows it."""

    deal: Deal
    customer: str
    amount: str
    days: str
    tone: str
    note: str


@dataclass
class Column:
    """A stage with how many deals match in it, what they are worth, and the first of them."""

    stage: Stage
    count: int = 0
    rotting: int = 0
    worth: Decimal | None = None
    by_currency: list[str] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    more_url: str = ""
    all_url: str = ""
    more_count: int = 0
    currency: str = ""

    @property
    def worth_words(self) -> str:
        return short_money(self.worth, self.currency) if self.worth is not None else ""


@dataclass
class Cards:
    """What a request may see of a board. `listing` narrows; figures are over all that match, not over what is drawn;
    `stages` are all of the pipeline, in order."""

    user: User
    listing: Listing
    stages: Sequence[Stage]
    shows_money: bool = True

    @property
    def columns(self) -> list[Stage]:
        return [stage for stage in self.stages if stage.is_open]

    @property
    def ends(self) -> list[Stage]:
        return [stage for stage in self.stages if not stage.is_open]

    @property
    def rows(self) -> QuerySet[Any]:
        """All that match, without an order."""
        return self.listing.matching.order_by()


def columns_of(cards: Cards) -> list[Column]:
    """Every column of the board: counts and values by one query, the cards by two."""
    currency = cards.listing.currency
    columns = {stage.pk: Column(stage, currency=currency) for stage in cards.columns}
    own: dict[int, dict[str, Decimal]] = {key: {} for key in columns}
    for group in _groups(cards):
        column = columns.get(group["stage"])
        if column is None:
            continue
        column.count += int(group["n"])
        column.rotting += int(group["rotting"] or 0)
        if cards.shows_money and group["worth"]:
            column.worth = (column.worth or Decimal(0)) + group["worth"]
        if cards.shows_money and group["own"] and group["currency"] != currency:
            money_of = own[column.stage.pk]
            money_of[group["currency"]] = money_of.get(group["currency"], Decimal(0)) + group["own"]
    for key, amounts in own.items():
        columns[key].by_currency = [money(amount, name) for name, amount in sorted(amounts.items())]
    filled = [column for column in columns.values() if column.count]
    found = _first_keys(cards, [column.stage for column in filled])
    drawn = {card.deal.pk: card for card in _drawn(cards, [key for keys in found.values() for key in keys])}
    for column in filled:
        _fill(cards, column, [drawn[key] for key in found.get(column.stage.pk, ()) if key in drawn])
    return list(columns.values())


def _groups(cards: Cards) -> Iterator[dict[str, Any]]:
    """Count, worth, money of their own (`own`) and number of the rotting by stage and currency, of all that match: the
    sums that are kept, where nothing is asked but to see the board; else the rows are added up."""
    rows: QuerySet[Any] | None = cards.rows
    if not cards.listing.is_narrowed:
        kept = sums_of(cards.user, "board" if sees_all(cards.user) else "board_of")
        kept = kept.filter(stage__in=[stage.pk for stage in cards.columns]).values("stage", "currency")
        late = Sum("deals", filter=_rots(cards.columns, "day"))
        for row in kept.annotate(n=Sum("deals"), value=Sum("worth"), money=Sum("own"), rotting=late):
            yield row | {"worth": row["value"], "own": row["money"]}
        rows = beyond_sums(cards.user)
        rows = None if rows is None else rows.filter(outcome=Outcome.OPEN, archived_at=None).order_by()
    if rows is not None:
        rots = Count("pk", filter=_rots(cards.columns, "stage_since"))
        found = rows.values("stage", "currency")
        yield from found.annotate(n=Count("pk"), worth=Sum("base_amount"), own=Sum("amount"), rotting=rots)


def _rots(stages: Sequence[Stage], day: str) -> Q:
    """Longer in one of these stages than it expects: by days that are known, so that the index of the board will do.
    `day` is the field of the day on which it came into the stage."""
    today, rots = company_today(), Q(pk__in=[])
    for stage in stages:
        if stage.expected_days is not None:
            rots |= Q(stage=stage, **{f"{day}__lt": today - dt.timedelta(days=stage.expected_days)})
    return rots


def more_cards(cards: Cards, part: str) -> Column:
    """The next cards of one column: `part` is `cards:STAGE:DAY:ID`, of the card that they come behind."""
    stage_id, day, key = [*part.split(":")[1:], "", "", ""][:3]
    stage = next((one for one in cards.columns if str(one.pk) == stage_id), None)
    if stage is None or not key.isdecimal() or len(key) > 18:
        raise Http404("That is no place in a column.")
    rows = _ordered(cards.rows.filter(stage=stage))
    beyond = Q(stage_since=None, pk__lt=int(key))
    if day:
        try:
            since = dt.date.fromisoformat(day)
        except ValueError as error:
            raise Http404("That is no place in a column.") from error
        beyond = Q(stage_since__lt=since) | Q(stage_since=since, pk__lt=int(key))
    else:
        beyond |= Q(stage_since__isnull=False)
    keys = list(rows.filter(beyond).values_list("pk", flat=True)[: CARDS + 1])
    column = Column(stage, currency=cards.listing.currency)
    _fill(cards, column, _drawn(cards, keys[:CARDS]), has_more=len(keys) > CARDS)
    return column


def _ordered(rows: QuerySet[Any]) -> QuerySet[Any]:
    """The newest in the stage first, those of an unknown day before them: the order of the index."""
    return rows.order_by("-stage_since", "-pk")


def _first_keys(cards: Cards, stages: Sequence[Stage]) -> dict[int, list[int]]:
    """Ids of the first cards of each stage, in order; one query of a part for each."""
    parts = [_ordered(cards.rows.filter(stage=stage)).values_list("stage_id", "pk")[:CARDS] for stage in stages]
    if not parts:
        return {}
    rows = parts[0] if len(parts) == 1 else parts[0].union(*parts[1:], all=True)
    found: dict[int, list[int]] = {}
    for stage_id, pk in rows:
        found.setdefault(stage_id, []).append(pk)
    return found


def _drawn(cards: Cards, keys: Sequence[int]) -> list[Card]:
    """The cards of these deals, in this order."""
    rows = Deal.objects.filter(pk__in=keys).select_related(*RELATED).defer("search_text", "custom")
    deals = {deal.pk: deal for deal in rows} if keys else {}
    veil(cards.user, list(deals.values()), {"organization": UNSEEN_ORGANIZATION, "contact": UNSEEN_CONTACT})
    today, expected = company_today(), {stage.pk: stage.expected_days for stage in cards.columns}
    found = []
    for key in keys:
        if (deal := deals.get(key)) is not None:
            customer = deal.organization or deal.contact
            mask(cards.user, deal)
            found.append(_card(deal, str(customer) if customer else "", expected.get(deal.stage_id), today))
    return found


def _card(deal: Deal, customer: str, expected: int | None, today: dt.date) -> Card:
    since = deal.days_in_stage(today)
    tone = "neutral"
    if since is not None and expected is not None and since > expected:
        tone = "bad" if since > ROTTEN * expected else "warn"
    late = deal.is_slipped(today)
    note = in_words("expected %(day)s: slipped", day=full_day(deal.expected_on)) if late else ""
    amount = money(deal.amount, deal.currency) if deal.amount is not None else ""
    return Card(
        deal, customer, amount, "" if since is None else in_words("%(days)s in stage", days=days(since)), tone, note
    )


def _fill(cards: Cards, column: Column, drawn: list[Card], has_more: bool = False) -> None:
    """Puts cards into a column, with where the next ones are."""
    column.cards = drawn
    listing = cards.listing
    column.more_count = max(column.count - len(drawn), 0)
    if drawn and (column.more_count or has_more):
        last = drawn[-1].deal
        day = last.stage_since.isoformat() if last.stage_since else ""
        column.all_url = f"{reverse('pipeline:deal_list')}?stage={column.stage.pk}"
        column.more_url = listing.address(part=f"{MORE}{column.stage.pk}:{day}:{last.pk}")
