"""The demo's orders: the purchases of the process and some returns, with lines, channels and partners."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crm.company import current_company
from crm.demo.house import Batch, Book, Fill, House, Sales, Texts, Times
from crm.demo.process import Ints, draw_purchases
from crm.demo.writing import copy_columns, money, next_number, nullable, reserve_ids
from orders.choices import SalesChannel
from orders.demo.baskets import Lines, draw_lines, draw_returned
from orders.demo.shop import Shop, stock
from orders.models import Order, OrderLine

FIRST_NUMBER = 10_001
RETURNS = 0.03
WEB, STORE, PHONE, PARTNER, FIELD = range(5)
CHANNELS = np.array(
    [SalesChannel.WEB, SalesChannel.STORE, SalesChannel.PHONE, SalesChannel.PARTNER, SalesChannel.FIELD], object
)
# cumulated shares: organizations and persons on working days, on Saturdays; on Sundays the web shop alone is open
ON_WORKING_DAYS = {True: (0.42, 0.50, 0.77, 0.85, 1.0), False: (0.64, 0.92, 1.0, 1.0, 1.0)}
ON_SATURDAYS = {True: (0.8, 1.0, 1.0, 1.0, 1.0), False: (0.6, 1.0, 1.0, 1.0, 1.0)}


@dataclass
class Drawn:
    """Orders before they are sorted by time."""

    contact: Ints  # index into the book
    day: Ints  # of the period
    bought: Ints  # the order itself or, of a return, the order that it is of
    is_return: NDArray[np.bool_]
    lines: Lines


def load(house: House) -> Fill:
    """Write the products; the function that writes a batch's orders."""
    shop = stock()
    house.counts["products"] = len(shop.id)
    house.next_order = next_number(Order, "number", "SO-", FIRST_NUMBER)
    currency = current_company().currency

    def fill(batch: Batch) -> None:
        _write(batch, shop, currency, _draw(batch, shop))

    return fill


def _draw(batch: Batch, shop: Shop) -> Drawn:
    rng, book = batch.rng("orders"), _book(batch)
    bought = draw_purchases(rng, batch.customers, batch.house.weeks)
    day = np.minimum(np.floor(bought.week * 7).astype(np.int64), batch.house.days - 1)
    lines = draw_lines(rng, shop, bought.cents, book.is_organization[bought.customer])
    later = day + 3 + np.floor(rng.exponential(8, len(day))).astype(np.int64)
    chosen = np.flatnonzero((rng.random(len(day)) < RETURNS) & (later < batch.house.days))
    returned = draw_returned(rng, lines, chosen)
    is_return = np.repeat([False, True], [len(day), len(chosen)])
    return Drawn(
        contact=np.concatenate([bought.customer, bought.customer[chosen]]),
        day=np.concatenate([day, later[chosen]]),
        bought=np.concatenate([np.arange(len(day)), chosen]),
        is_return=is_return,
        lines=_joined(lines, replace(returned, order=returned.order + len(day))),
    )


def _joined(first: Lines, second: Lines) -> Lines:
    return Lines(*(np.concatenate([getattr(first, name), getattr(second, name)]) for name in Lines.__annotations__))


def _write(batch: Batch, shop: Shop, currency: str, drawn: Drawn) -> None:
    """Sort the orders by time, write them and their lines, and leave them for the loaders above."""
    rng, house, book = batch.rng("channels"), batch.house, _book(batch)
    channel = _channels(rng, drawn, book, house)
    moment = _moments(rng, house, drawn.day, channel)
    by_time = np.argsort(moment, kind="stable")
    place = np.empty_like(by_time)
    place[by_time] = np.arange(len(by_time))
    lines = _sorted(drawn.lines, place)
    number = _numbers(house, len(by_time))
    sales = Sales(
        contact=drawn.contact[by_time],
        at=moment[by_time],
        number=number[place[drawn.bought[by_time]]],
        product=shop.name[lines.product[np.searchsorted(lines.order, np.arange(len(by_time)))]],
        channel=CHANNELS[channel[by_time]],
        is_return=drawn.is_return[by_time],
    )
    columns = {
        "number": number,
        "import_key": [f"number:{text}" for text in number],  # as the import would call them
        "contact": book.id[sales.contact],
        "partner": _partners(rng, house, channel[by_time]),
        "ordered_on": np.datetime64(house.start) + drawn.day[by_time].astype("m8[D]"),
        "currency": currency,
    }
    ids = _write_orders(sales, lines, columns)
    house.counts["orders"] += len(ids)
    house.counts["order lines"] += _write_lines(ids, shop, lines)
    batch.sales = sales


def _write_orders(sales: Sales, lines: Lines, columns: dict[str, Any]) -> Ints:
    """The orders with the columns that are kept from their lines (see `orders.keeping`); their ids."""
    ids = reserve_ids(Order, len(sales.at))
    amount = money(_summed(lines.amount, lines.order, len(ids)))
    columns |= {
        "id": ids,
        "ordered_at": sales.at,
        "created_at": sales.at,
        "channel": sales.channel,
        "amount": amount,
        "base_amount": amount,
        "cost": money(_summed(lines.cost, lines.order, len(ids))),
        "is_purchase": ~sales.is_return,
    }
    copy_columns(Order, columns)
    return ids


def _numbers(house: House, count: int) -> Texts:
    """The numbers of the next orders."""
    first = house.next_order
    house.next_order += count
    return np.array([f"SO-{number}" for number in range(first, house.next_order)], object)


def _partners(rng: np.random.Generator, house: House, channel: Ints) -> list[str | None]:
    """Who sold it on, for orders that came in by a partner."""
    if not len(house.partner_ids):
        return [None] * len(channel)
    partner = house.partner_ids[rng.integers(0, len(house.partner_ids), len(channel))]
    return nullable(partner, channel == PARTNER)


def _write_lines(order_ids: Ints, shop: Shop, lines: Lines) -> int:
    return copy_columns(
        OrderLine,
        {
            "order": order_ids[lines.order],
            "position": lines.position,
            "product": shop.id[lines.product],
            "quantity": lines.quantity,
            "unit_price": money(lines.unit_price),
            "discount": money(lines.discount),
            "amount": money(lines.amount),
            "unit_cost": money(lines.unit_cost),
        },
    )


def _sorted(lines: Lines, place: Ints) -> Lines:
    """The lines with the orders' new places, in their order."""
    moved = replace(lines, order=place[lines.order])
    rows = np.lexsort((moved.position, moved.order))
    return Lines(*(getattr(moved, name)[rows] for name in Lines.__annotations__))


def _summed(values: Ints, order: Ints, count: int) -> Ints:
    total = np.zeros(count, np.int64)
    np.add.at(total, order, values)
    return total


def _channels(rng: np.random.Generator, drawn: Drawn, book: Book, house: House) -> Ints:
    """Where each order came in, as the week allows."""
    weekday = (drawn.day + house.start.weekday()) % 7
    dice = rng.random(len(weekday))
    channel = np.full(len(weekday), WEB)
    for is_firm in (True, False):
        for open_on, shares in ((weekday < 5, ON_WORKING_DAYS), (weekday == 5, ON_SATURDAYS)):
            rows = np.flatnonzero(open_on & (book.is_organization[drawn.contact] == is_firm))
            channel[rows] = np.searchsorted(shares[is_firm], dice[rows], side="right")
    return channel


def _moments(rng: np.random.Generator, house: House, day: Ints, channel: Ints) -> Times:
    """A time of the day, in UTC: office hours, and for the web shop until late."""
    office = rng.integers(8 * 3600, 18 * 3600, len(day))
    evening = rng.integers(7 * 3600, 23 * 3600, len(day))
    second = np.where(channel == WEB, evening, office)
    # clocks change at night, when nobody orders: one difference to UTC a day
    dates = [house.start + dt.timedelta(days=i) for i in range(house.days)]
    noons = [dt.datetime.combine(date, dt.time(12), tzinfo=house.zone) for date in dates]
    ahead = np.array([int((noon.utcoffset() or dt.timedelta()).total_seconds()) for noon in noons])
    return np.datetime64(house.start) + day.astype("m8[D]") + (second - ahead[day]).astype("m8[s]")


def _book(batch: Batch) -> Book:
    if batch.book is None:
        raise RuntimeError("The loader of contacts comes before that of orders in CRM_DEMO_LOADERS.")
    return batch.book
