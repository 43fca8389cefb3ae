"""The demo's quotes: what was offered in the newest deals; some wait for an approval or an answer, some are ordered."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np

from crm.choices import Role
from crm.demo.house import Batch, Fill, House
from crm.demo.writing import copy_columns, reserve_ids
from orders.choices import SalesChannel
from orders.keeping import refresh_totals
from orders.models import Order, OrderLine, Product
from pipeline.choices import Outcome, StageKind
from pipeline.keeping import refresh_deals
from pipeline.models import Deal, Letterhead, Quote, QuoteLine, QuoteSeries, QuoteStep
from pipeline.quotes.choices import QuoteState, StepKind
from pipeline.quotes.keeping import number_of, refresh_search
from pipeline.quotes.totals import both_discounts, discount_given, line_amount, totals_of

MOST = 70
VALID_DAYS = 30
TAX = Decimal(19)
NOON = dt.time(11, 20, tzinfo=dt.UTC)
STATES = {
    Outcome.OPEN: ((QuoteState.SENT, 0.6), (QuoteState.DRAFT, 0.16), (QuoteState.AWAITING, 0.1),
                   (QuoteState.APPROVED, 0.06), (QuoteState.WITHDRAWN, 0.08)),
    Outcome.WON: ((QuoteState.ACCEPTED, 1.0),),
    Outcome.LOST: ((QuoteState.DECLINED, 0.65), (QuoteState.EXPIRED, 0.35)),
}  # fmt: skip
SEEN = {QuoteState.SENT, QuoteState.ACCEPTED, QuoteState.DECLINED, QuoteState.EXPIRED}
INTRO = "Thank you for the good talk. This is what we have put together for you."
TERMS = "Delivery within three weeks of your order, free to your door. Payment within 14 days without deduction."
REASONS = ("The budget went to the renovation first.", "We stay with our supplier this year.", "Too dear for us.")
WHY = ("They take three pallets at once.", "A rival is at this price.", "First order of a chain with forty shops.")
EXTRAS = (("Packing in returnable crates", 85), ("Fitting on site, one day", 640), ("Cutting to measure", 120))
LETTERHEAD = {
    "address": "Speicherstadt 14\n20457 Hamburg\nGermany",
    "contact_lines": "+49 40 5550 1230\nsales@larkmoor.example\nwww.larkmoor.example",
    "bank": "Elbe Bank\nIBAN DE02 1203 0000 0000 2020 51\nBIC ELBEDEHHXXX",
    "footer": "HRB 104512, Hamburg\nVAT DE299512387\nManaging director: Elke Brandt",
    "intro": INTRO,
    "terms": TERMS,
}


@dataclass
class Drawn:
    """A quote that was drawn, with its lines as rows."""

    deal: Deal
    state: QuoteState
    day: dt.date
    revision: int = 1
    lines: list[dict[str, Any]] = field(default_factory=list)
    key: int = 0
    place: int = 0
    order: int | None = None


def load(house: House) -> Fill | None:
    """The function that writes the quotes of the first batch; None where there are quotes already."""
    if Quote.objects.exists():
        return None

    def fill(batch: Batch) -> None:
        if batch.number == 0:
            _write(batch)

    return fill


def _write(batch: Batch) -> None:
    rng, house = batch.rng("quotes"), batch.house
    Letterhead.objects.get_or_create(pk=1, defaults=LETTERHEAD)
    products = list(Product.objects.exclude(unit_price=None).filter(currency="EUR").order_by("-unit_price", "pk")[:60])
    buyers = set(Order.objects.filter(contact__kind="organization").values_list("contact", flat=True))
    drawn = [one for deal in _deals() for one in _draw(rng, house, deal, products, buyers)]
    if not drawn:
        return
    drawn.sort(key=lambda one: (one.day, one.deal.pk, one.revision))
    for place, (one, key) in enumerate(zip(drawn, reserve_ids(Quote, len(drawn)).tolist(), strict=True)):
        one.key, one.place = key, place
    _order(drawn)
    _copy(house, drawn)
    house.counts["quotes"] += len(drawn)


def _deals() -> list[Deal]:
    """The newest deals that have come to an offer."""
    offered = Deal.objects.filter(organization__isnull=False, owner__isnull=False).select_related("stage", "owner")
    late = offered.filter(outcome=Outcome.OPEN, stage__kind=StageKind.OPEN, stage__position__gte=3)
    ended = offered.exclude(outcome=Outcome.OPEN)
    return [*late.order_by("-opened_on", "pk")[: MOST // 2], *ended.order_by("-closed_on", "pk")[: MOST // 2]]


def _draw(rng: np.random.Generator, house: House, deal: Deal, products: list[Product], buyers: set[int]) -> list[Drawn]:
    """The quote of a deal and, now and then, the version before it; nothing for a buyer who never bought."""
    states, shares = zip(*STATES[Outcome(deal.outcome)], strict=True)
    state = QuoteState(states[int(rng.choice(len(states), p=shares))])
    if state == QuoteState.ACCEPTED and deal.organization_id not in buyers:
        return []
    ends = deal.closed_on or house.end
    day = max(ends - dt.timedelta(days=int(rng.integers(3, 24))), deal.opened_on or ends)
    if state == QuoteState.EXPIRED:
        day = max(day - dt.timedelta(days=VALID_DAYS), deal.opened_on or day)
    newest = Drawn(deal, state, day, lines=_lines(rng, products, state))
    if state not in SEEN or rng.random() > 0.18 or day == deal.opened_on:
        return [newest]
    before = max(day - dt.timedelta(days=int(rng.integers(4, 12))), deal.opened_on or day)
    newest.revision = 2
    first = [
        line | _priced(line["product"], line["quantity"], Decimal(0), line["text"], line["unit_price"])
        for line in newest.lines
    ]
    return [Drawn(deal, QuoteState.REPLACED, before, lines=first), newest]


def _lines(rng: np.random.Generator, products: list[Product], state: QuoteState) -> list[dict[str, Any]]:
    chosen = rng.choice(len(products), size=min(int(rng.integers(2, 6)), len(products)), replace=False)
    off = Decimal(int(rng.choice([0, 0, 3, 5, 10])))
    if state in (QuoteState.AWAITING, QuoteState.APPROVED):
        off = Decimal(int(rng.choice([12, 15, 18, 20])))
    lines = [_priced(products[int(i)], _pieces(rng, products[int(i)]), off, "", None) for i in sorted(chosen.tolist())]
    if rng.random() < 0.4:
        text, price = EXTRAS[int(rng.integers(0, len(EXTRAS)))]
        lines.append(_priced(None, Decimal(1), Decimal(0), text, Decimal(price)))
    return lines


def _pieces(rng: np.random.Generator, product: Product) -> Decimal:
    """Many of what is cheap, few of what is dear."""
    return Decimal(max(1, round(float(np.exp(rng.normal(6.4, 0.6))) / float(product.unit_price or 1))))


def _priced(
    product: Product | None, quantity: Decimal, off: Decimal, text: str, price: Decimal | None
) -> dict[str, Any]:
    unit = product.unit_price if product is not None and product.unit_price is not None else price or Decimal(0)
    amount = line_amount(quantity=quantity, unit_price=unit, surcharge=Decimal(0), discount=off, currency="EUR")
    return {
        "product": product, "text": text, "quantity": quantity, "unit_price": unit, "discount": off, "tax_rate": TAX,
        "list_price": unit if product is not None else None, "amount": amount,
    }  # fmt: skip


def _order(drawn: list[Drawn]) -> None:
    """An order of each accepted quote, on the day its deal was won."""
    accepted = [one for one in drawn if one.state == QuoteState.ACCEPTED]
    for one, key in zip(accepted, reserve_ids(Order, len(accepted)).tolist(), strict=True):
        one.order = key
    day_of = {one.key: one.deal.closed_on or one.day for one in accepted}
    Order.objects.bulk_create(
        Order(
            pk=one.order, contact_id=one.deal.organization_id, number=f"QO-{one.key}", channel=SalesChannel.FIELD,
            ordered_at=dt.datetime.combine(day_of[one.key], NOON), ordered_on=day_of[one.key], currency="EUR",
        )
        for one in accepted
    )  # fmt: skip
    OrderLine.objects.bulk_create(
        OrderLine(
            order_id=one.order or 0, position=position, product=line["product"], quantity=line["quantity"],
            unit_price=line["unit_price"], discount=line["quantity"] * line["unit_price"] - line["amount"],
            amount=line["amount"], list_price=line["list_price"],
            unit_cost=line["product"].unit_cost if line["product"] else None,
        )
        for one in accepted
        for position, line in enumerate(one.lines, start=1)
    )  # fmt: skip
    refresh_totals([one.order for one in accepted if one.order])


def _copy(house: House, drawn: list[Drawn]) -> None:
    serials: dict[int, int] = {}
    of_deal: dict[int, tuple[int, int, int]] = {}
    rows: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    steps: list[dict[str, Any]] = []
    for one in drawn:
        if one.revision == 1:
            serials[one.day.year] = serials.get(one.day.year, 0) + 1
            of_deal[one.deal.pk] = (one.day.year, serials[one.day.year], one.key)
        year, serial, first = of_deal[one.deal.pk]
        rows.append(_row(house, one, year, serial, first))
        lines += [
            {"quote": one.key, "position": position, **line, "product": line["product"].pk if line["product"] else None}
            for position, line in enumerate(one.lines, start=1)
        ]
        steps += _steps(house, one)
    copy_columns(Quote, _columns(rows), count=len(rows))
    copy_columns(QuoteLine, _columns(lines) | {"options": "[]"}, count=len(lines))
    copy_columns(QuoteStep, _columns(steps), count=len(steps))
    for year, last in serials.items():
        QuoteSeries.objects.update_or_create(year=year, defaults={"last": last})
    refresh_search([one.key for one in drawn])
    for row in rows:
        if row["is_primary"] == "t":
            Deal.objects.filter(pk=row["deal"]).update(amount=row["net_amount"])
        if row["order"]:
            Order.objects.filter(pk=row["order"]).update(number=row["number"])
    refresh_deals([one.deal.pk for one in drawn])


def _row(house: House, one: Drawn, year: int, serial: int, first: int) -> dict[str, Any]:
    off = Decimal(3) if one.order is None and one.place % 4 == 1 else Decimal(0)
    lines = [_Line(**{name: line[name] for name in ("amount", "tax_rate")}) for line in one.lines]
    totals = totals_of(lines, "EUR", off)
    discount = max(
        discount_given(unit_price=line["unit_price"], surcharge=Decimal(0), list_price=line["list_price"],
                       discount=both_discounts(line["discount"], off))
        for line in one.lines
    )  # fmt: skip
    is_over = one.state in (QuoteState.ACCEPTED, QuoteState.DECLINED)
    made = dt.datetime.combine(one.day, NOON).isoformat()
    asked = one.state in (QuoteState.AWAITING, QuoteState.APPROVED)
    deal = one.deal
    is_seen = one.state in SEEN or one.state == QuoteState.REPLACED
    valid = one.day + dt.timedelta(days=VALID_DAYS)
    if one.state in (QuoteState.SENT, QuoteState.DRAFT, QuoteState.AWAITING, QuoteState.APPROVED):
        valid = max(valid, house.end + dt.timedelta(days=5 + one.place % 20))
    return {
        "id": one.key, "number": number_of("Q-", year, serial, one.revision), "year": year, "serial": serial,
        "revision": one.revision, "replaces": first if one.revision > 1 else None, "title": deal.title,
        "contact": deal.organization_id, "recipient": deal.contact_id, "deal": deal.pk,
        "is_primary": "f" if one.state == QuoteState.REPLACED else "t", "owner": deal.owner_id, "team": deal.team_id,
        "currency": "EUR", "discount": off, "valid_until": valid,
        "intro": INTRO, "terms": TERMS, "state": one.state.value,
        "net_amount": totals.net, "tax_amount": totals.tax, "amount": totals.total, "largest_discount": discount,
        "approved_discount": discount if one.state == QuoteState.APPROVED else None,
        "asked_by": deal.owner_id if asked else None, "asked_of": _boss(house) if asked else None,
        "sent_on": one.day if is_seen else None, "answered_on": (deal.closed_on or one.day) if is_over else None,
        "order": one.order, "version": 1, "created_at": made, "updated_at": made, "search_text": "",
    }  # fmt: skip


@dataclass(frozen=True)
class _Line:
    amount: Decimal
    tax_rate: Decimal


def _steps(house: House, one: Drawn) -> list[dict[str, Any]]:
    """What happened to it, with days that fit."""
    owner, boss, deal = one.deal.owner_id, _boss(house), one.deal
    made = dt.datetime.combine(one.day, NOON)
    found = [_step(one, StepKind.CREATED, made, owner)]
    if one.state in (QuoteState.AWAITING, QuoteState.APPROVED):
        found.append(_step(one, StepKind.ASKED, made + dt.timedelta(minutes=20), owner, WHY[one.place % len(WHY)]))
    if one.state == QuoteState.APPROVED:
        found.append(_step(one, StepKind.APPROVED, made + dt.timedelta(hours=2), boss, "Go ahead, this once."))
    if one.state in SEEN or one.state == QuoteState.REPLACED:
        found.append(_step(one, StepKind.SENT, made + dt.timedelta(minutes=35), owner))
    ended = dt.datetime.combine(deal.closed_on or one.day, NOON) + dt.timedelta(hours=3)
    if one.state == QuoteState.ACCEPTED:
        name = deal.contact.name if deal.contact else "The buyer"
        found.append(_step(one, StepKind.ACCEPTED, ended, None, "", name, "198.51.100.24"))
    if one.state == QuoteState.DECLINED:
        found.append(_step(one, StepKind.DECLINED, ended, None, REASONS[one.place % len(REASONS)]))
    if one.state == QuoteState.EXPIRED:
        found.append(_step(one, StepKind.EXPIRED, made + dt.timedelta(days=VALID_DAYS + 1), None))
    if one.state == QuoteState.WITHDRAWN:
        found.append(_step(one, StepKind.WITHDRAWN, made + dt.timedelta(hours=5), owner, "They changed the plan."))
    return found


def _step(
    one: Drawn,
    kind: StepKind,
    at: dt.datetime,
    actor: int | None,
    words: str = "",
    name: str = "",
    ip: str | None = None,
) -> dict[str, Any]:
    return {
        "quote": one.key, "kind": kind.value, "actor": actor, "at": at.isoformat(), "words": words, "name": name,
        "email": "", "ip_address": ip, "document_sha256": "",
    }  # fmt: skip


def _boss(house: House) -> int | None:
    """Who is asked to approve."""
    return next((person.id for person in house.with_role(Role.MANAGER)), None)


def _columns(rows: list[dict[str, Any]]) -> dict[str, list[str | None]]:
    return {name: [None if row[name] is None else str(row[name]) for row in rows] for name in rows[0]}
