"""What the customers brought up to a day: profit to date of each, the company's margin, returns, unknown rates."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import connection
from psycopg import sql

from analytics.steps.purchase_histories import day
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
SELECT contact_id, round(sum(coalesce(base_amount - {cost}, base_amount * {margin})), 2) AS profit
FROM orders_order
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
    with connection.cursor() as cursor:
        cursor.execute(MONEY_SQL.format(cost=_cost(), as_of=day(as_of)))
        revenue, returned, purchases, with_cost, contribution, without_rate, first_on, last_on = cursor.fetchone()
    is_known = with_cost > 0 and with_cost >= LEAST_KNOWN * purchases
    margin = contribution / with_cost if is_known else None
    return OrderMoney(revenue, -returned, purchases, margin, without_rate, first_on, last_on)


def profit_query(as_of: dt.date, margin: float) -> sql.Composed:
    """Profit to date by contact: revenue less cost, returns included; at `margin` where the cost is unknown."""
    return PROFIT_SQL.format(cost=_cost(), margin=sql.Literal(margin), as_of=day(as_of))


def count_later(as_of: dt.date) -> int:
    """Orders of customers that are dated after a day."""
    with connection.cursor() as cursor:
        cursor.execute(LATER_SQL.format(day(as_of)))
        return int(cursor.fetchone()[0])


def _cost() -> sql.Composed:
    return COST.format(currency=sql.Literal(current_company().currency))
