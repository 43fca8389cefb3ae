"""The orders of customers up to a day as arrays, some customers at a time, with codes in place of names.

The customers come in ranges of their numbers, so that memory stays bounded however many there are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from psycopg import sql

from analytics.mathematics.histories import Ints
from analytics.mathematics.retaining import Orders, period_numbers
from analytics.models import LONGEST_VALUE, ScoreHistory
from analytics.statements import day as day_of
from analytics.statements import read_columns, rows_of
from crm.company import current_company

UNITS = 10_000  # of money: four digits are stored
ORDERS_AT_ONCE = 2_000_000
PURCHASE, WITHOUT_RATE, WITHOUT_COST = 1, 2, 4
EXTENT_SQL = sql.SQL("""
SELECT count(*), min(contact_id), max(contact_id) FROM orders_order
WHERE contact_id IS NOT NULL AND ordered_on <= {as_of}
""")
ORDERS_SQL = sql.SQL("""
SELECT contact_id::int8, (ordered_on - DATE '1970-01-01')::int4 AS day, o.id::int8, coalesce(base_amount, 0)::float8,
       coalesce(profit, 0)::float8, (is_purchase::int + {without_rate} * (base_amount IS NULL)::int
       + {without_cost} * (profit IS NULL)::int)::int4, coalesce(code, 0)::int4
FROM (
    SELECT contact_id, ordered_on, id, base_amount, is_purchase, channel,
           base_amount - CASE WHEN currency = {currency} THEN cost ELSE round(cost * (
               SELECT r.rate FROM crm_exchangerate AS r
               WHERE r.currency = own.currency AND r.valid_from <= own.ordered_on
               ORDER BY r.valid_from DESC LIMIT 1
           ), 4) END AS profit
    FROM orders_order AS own
    WHERE contact_id >= {first} AND contact_id < {last} AND ordered_on <= {as_of}
) AS o
LEFT JOIN {channels} ON coded.name = channel
""")
PURCHASES_SQL = sql.SQL("""
SELECT contact_id::int8, (ordered_on - DATE '1970-01-01')::int4 FROM orders_order
WHERE is_purchase AND contact_id >= {first} AND contact_id < {last} AND ordered_on <= {as_of}
""")
COLUMNS = (
    ("contact", "i8"), ("day", "i4"), ("id", "i8"), ("sales", "f8"), ("profit", "f8"), ("marks", "i4"),
    ("channel", "i4"),
)  # fmt: skip
MAIN_SQL = sql.SQL("""
SELECT DISTINCT ON (order_id) order_id::int8, coalesce(product_id, 0)::int8 AS product_id
FROM orders_orderline ORDER BY order_id, amount DESC, position
""")
COUNTRIES_SQL = sql.SQL("""
SELECT contact_id::int8, code::int4 FROM contacts_address JOIN {names} ON coded.name = country
WHERE is_primary AND contact_id >= {first} AND contact_id < {last}
""")
MARKETS_SQL = sql.SQL("""
SELECT id::int8, code::int4 FROM contacts_contact JOIN {names} ON coded.name = array_to_string(markets, ',')
WHERE markets <> '{{}}' AND id >= {first} AND id < {last}
""")
SEGMENTS_SQL = sql.SQL("""
SELECT contact_id::int8, (month_end - DATE '1970-01-01')::int4, code::int4
FROM {history} JOIN {names} ON coded.name = segment
WHERE contact_id >= {first} AND contact_id < {last}
""")
CHANNELS_SQL = sql.SQL("SELECT DISTINCT channel FROM orders_order")
COUNTRY_NAMES_SQL = sql.SQL("SELECT DISTINCT country FROM contacts_address WHERE is_primary")
MARKET_NAMES_SQL = sql.SQL("SELECT DISTINCT array_to_string(markets, ',') FROM contacts_contact")
SEGMENT_NAMES_SQL = sql.SQL("SELECT DISTINCT segment FROM {}").format(sql.Identifier(ScoreHistory._meta.db_table))
PRODUCTS_SQL = sql.SQL("SELECT id, coalesce(family, ''), left(name, {}) FROM orders_product ORDER BY id").format(
    sql.Literal(LONGEST_VALUE)
)


class Names:
    """Names by code; 0 is the empty one."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = ["", *sorted({name for name in names if name})]
        self.code = {name: code for code, name in enumerate(self.names)}

    @classmethod
    def of(cls, query: sql.Composable) -> Names:
        return cls([name for (name,) in rows_of(query)])

    def __len__(self) -> int:
        return len(self.names)

    @property
    def table(self) -> sql.Composed:
        """As a table of SQL with the columns `name` and `code`."""
        rows = sql.SQL(", ").join(
            sql.SQL("({}, {})").format(sql.Literal(name), sql.Literal(code)) for code, name in enumerate(self.names)
        )
        return sql.SQL("(VALUES {}) AS coded (name, code)").format(rows)


class Catalogue:
    """Which product the largest line of each order is of, and the family and name of each product, as codes."""

    def __init__(self) -> None:
        products = rows_of(PRODUCTS_SQL)
        self.families, self.products = Names([one[1] for one in products]), Names([one[2] for one in products])
        # the last place is that of lines without a product
        self._family = np.array([*(self.families.code[one[1]] for one in products), 0], np.int64)
        self._product = np.array([*(self.products.code[one[2]] for one in products), 0], np.int64)
        main = read_columns(MAIN_SQL, (("order", "i8"), ("product", "i8")))
        order = np.argsort(main["order"], kind="stable")
        self._order = main["order"][order]
        self._main = _places(np.array([one[0] for one in products], np.int64), main["product"])[order]

    def codes_of(self, order: Ints) -> tuple[Ints, Ints]:
        """Codes of the family and of the name of the main product of these orders."""
        place = _places(self._order, order)
        main = np.append(self._main, -1)[place]
        return self._family[main], self._product[main]


def _places(known: Ints, wanted: Ints) -> Ints:
    """The place of each among the known ones, which are sorted; -1 where it is none of them."""
    if not len(known):
        return np.full(len(wanted), -1)
    place = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return np.where(known[place] == wanted, place, -1)


@dataclass(frozen=True)
class Range:
    """The orders of some of the customers; `number` and `channel` are of each order, `countries` of customers."""

    orders: Orders
    number: Ints
    channel: Ints
    countries: tuple[Ints, Ints]
    markets: tuple[Ints, Ints]
    segments: tuple[Ints, Ints]

    def country_of(self, contact: Ints) -> Ints:
        return _coded(self.countries, contact)

    def market_of(self, contact: Ints) -> Ints:
        """The code of all markets of each customer together."""
        return _coded(self.markets, contact)

    def segment_of(self, contact: Ints, month: Ints) -> Ints:
        """The segment at the end of a month (as `Period.number`)."""
        return _coded(self.segments, contact * MONTH_KEYS + month)


MONTH_KEYS = 200_000


def _coded(pairs: tuple[Ints, Ints], wanted: Ints) -> Ints:
    return np.append(pairs[1], 0)[_places(pairs[0], wanted)]


def customer_ranges(as_of: dt.date) -> list[tuple[int, int]]:
    """Ranges of customers (from the first number to below the last one) with about ORDERS_AT_ONCE orders each."""
    ((count, first, last),) = rows_of(EXTENT_SQL.format(as_of=day_of(as_of)))
    if not count:
        return []
    ends = np.linspace(first, last + 1, -(-count // ORDERS_AT_ONCE) + 1).astype(np.int64).tolist()
    return list(pairwise(ends))


def purchase_days(first: int, last: int, as_of: dt.date) -> tuple[Ints, Ints]:
    """Customer and day (since 1970) of every purchase of a range, sorted by both."""
    query = PURCHASES_SQL.format(first=sql.Literal(first), last=sql.Literal(last), as_of=day_of(as_of))
    rows = read_columns(query, (("contact", "i8"), ("day", "i4")))
    order = np.lexsort((rows["day"], rows["contact"]))
    return rows["contact"][order], rows["day"].astype(np.int64)[order]


class OrderRows:
    """Reads the orders up to `as_of`, a range of customers at a time."""

    def __init__(self, as_of: dt.date) -> None:
        self.as_of = as_of
        self.ranges = customer_ranges(as_of)

    @cached_property
    def channels(self) -> Names:
        return Names.of(CHANNELS_SQL)

    @cached_property
    def countries(self) -> Names:
        return Names.of(COUNTRY_NAMES_SQL)

    @cached_property
    def markets(self) -> Names:
        """Each set of markets that somebody is in, joined by commas."""
        return Names.of(MARKET_NAMES_SQL)

    @cached_property
    def segments(self) -> Names:
        return Names.of(SEGMENT_NAMES_SQL)

    def read(self) -> Iterator[Range]:
        for first, last in self.ranges:
            yield self._range(sql.Literal(first), sql.Literal(last))

    def _range(self, first: sql.Literal, last: sql.Literal) -> Range:
        ends = {"first": first, "last": last}
        query = ORDERS_SQL.format(
            without_rate=sql.Literal(WITHOUT_RATE),
            without_cost=sql.Literal(WITHOUT_COST),
            currency=sql.Literal(current_company().currency),
            as_of=day_of(self.as_of),
            channels=self.channels.table,
            **ends,
        )
        rows = read_columns(query, COLUMNS)
        order = np.lexsort((rows["id"], rows["day"], rows["contact"]))
        rows = {name: column[order] for name, column in rows.items()}
        marks = rows["marks"]
        orders = Orders(
            rows["contact"],
            rows["day"].astype(np.int64),
            np.rint(rows["sales"] * UNITS),
            np.rint(rows["profit"] * UNITS),
            marks & PURCHASE > 0,
            marks & WITHOUT_COST > 0,
            marks & WITHOUT_RATE > 0,
        )
        return Range(
            orders,
            rows["id"],
            rows["channel"],
            self._codes(COUNTRIES_SQL.format(names=self.countries.table, **ends)),
            self._codes(MARKETS_SQL.format(names=self.markets.table, **ends)),
            self._segments(ends),
        )

    def _codes(self, query: sql.Composable) -> tuple[Ints, Ints]:
        rows = read_columns(query, (("contact", "i8"), ("code", "i4")))
        order = np.argsort(rows["contact"])
        return rows["contact"][order], rows["code"][order]

    def _segments(self, ends: dict[str, sql.Literal]) -> tuple[Ints, Ints]:
        history = sql.Identifier(ScoreHistory._meta.db_table)
        query = SEGMENTS_SQL.format(history=history, names=self.segments.table, **ends)
        rows = read_columns(query, (("contact", "i8"), ("day", "i4"), ("code", "i4")))
        months = period_numbers(rows["day"].astype(np.int64), "month")
        keys = rows["contact"] * MONTH_KEYS + months
        order = np.argsort(keys)
        return keys[order], rows["code"][order]
