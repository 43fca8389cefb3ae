"""What the customers brought up to a day: profit to date of each, the company's margin, returns, unknown rates."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from psycopg import sql

from analytics.statements import day, rows_of
from crm.company import current_company

LEAST_KNOWN = 0.5  # of the revenue must have a known cost for the company's margin to be used

# a cost is in the order's currency; the money of the order says at which rate it is the company's
COST = sql.SQL("""
CASE WHEN currency = {currency} THEN cost WHEN amount <> 0 THEN cost * base_amount / amount END
""")
MONEY_SQL = sql.SQL("""
SELECT coalesce(sum(base_amount), 0)::float8,
       coalesce(sum(base_amount) FILTER (WHERE NOT is_purchase), 0)::float8,
       coalesce(sum(base_amount) FILTER (WHERE is_purchase), 0)::float8,
       coalesce(sum(base_amount) FILTER (WHERE is_purchase AND {cost} IS NOT NULL), 0)::float8,
       coalesce(sum(base_amount - {cost}) FILTER (WHERE is_purchase), 0)::float8,
       count(*) - count(base_amount), min(ordered_on), max(ordered_on)
FROM orders_order
WHERE contact_id IS NOT NULL AND ordered_on <= {as_of}
""")
PROFIT_SQL = sql.SQL("""
SELECT contact_id, round(sum(coalesce(base_amount - {cost}, base_amount * margin::numeric)), 2) AS profit
FROM orders_order JOIN {margins} USING (contact_id)
WHERE contact_id IS NOT NULL AND ordered_on <= {as_of}
GROUP BY contact_id
""")
LATER_SQL = sql.SQL("SELECT count(*) FROM orders_order WHERE contact_id IS NOT NULL AND ordered_on > {}")


@dataclass(frozen=True)
class OrderMoney:
    """In the company's currency, of all customers together; `margin` is None where too few costs are known."""

    revenue: float
    returned: float
    purchases: float
    margin: float | None
    without_rate: int
    first_on: dt.date | None
    last_on: dt.date | None


def read_money(as_of: dt.date) -> OrderMoney:
    """All that was ordered and returned as of the end of `as_of`."""
    (found,) = rows_of(MONEY_SQL.format(cost=cost_in_base(), as_of=day(as_of)))
    revenue, returned, purchases, with_cost, contribution, without_rate, first_on, last_on = found
    is_known = with_cost > 0 and with_cost >= LEAST_KNOWN * purchases
    margin = contribution / with_cost if is_known else None
    return OrderMoney(revenue, -returned, purchases, margin, without_rate, first_on, last_on)


def profit_query(as_of: dt.date, margins: str) -> sql.Composed:
    """Profit to date by contact: revenue less cost, returns included; where the cost is unknown at the contact's
    `margin`, a column of the table `margins`, which names the contacts that are wanted."""
    return PROFIT_SQL.format(cost=cost_in_base(), margins=sql.Identifier(margins), as_of=day(as_of))


def count_later(as_of: dt.date) -> int:
    """Orders of customers that are dated after a day."""
    return int(rows_of(LATER_SQL.format(day(as_of)))[0][0])


def cost_in_base() -> sql.Composed:
    """The cost of an order in the company's currency, as SQL; NULL where it is not known."""
    return COST.format(currency=sql.Literal(current_company().currency))
