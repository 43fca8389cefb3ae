"""What each customer did in each week or month, in tables that last for one run; retention and cohorts read them.

A customer is active in a period with a purchase in it (an order of returns only is none). Sales are the net revenue of
all its orders, returns included; profit is sales less the cost of the goods, known only where every order's cost is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import connection, models
from psycopg import sql

from analytics.periods import PeriodKind
from crm.company import current_company

LAST_ORDER_BITS = 40
LAST_ORDER_MASK = (1 << LAST_ORDER_BITS) - 1
ACTIVITY_SQL = sql.SQL("""
CREATE UNLOGGED TABLE {activity} AS
SELECT contact_id,
       date_trunc({kind}, ordered_on::timestamp)::date AS period,
       coalesce(sum(base_amount), 0) AS sales,
       coalesce(sum(profit), 0) AS profit,
       count(*) - count(profit) AS without_cost,
       count(*) - count(base_amount) AS without_rate,
       count(*) FILTER (WHERE is_purchase) AS purchases,
       max(place) FILTER (WHERE is_purchase) AS last_order
FROM (
    SELECT o.contact_id, o.ordered_on, o.base_amount, o.is_purchase,
           -- orders by day, then by number: the largest is the last
           ((o.ordered_on - DATE '0001-01-01')::bigint << {bits}) | o.id AS place,
           o.base_amount - CASE WHEN o.currency = {currency} THEN o.cost ELSE round(o.cost * (
               SELECT r.rate FROM crm_exchangerate AS r
               WHERE r.currency = o.currency AND r.valid_from <= o.ordered_on
               ORDER BY r.valid_from DESC LIMIT 1
           ), 4) END AS profit
    FROM orders_order AS o
    WHERE o.contact_id IS NOT NULL AND o.ordered_on <= {as_of}
) AS orders
GROUP BY 1, 2
""")
ROLL_UP_SQL = sql.SQL("""
CREATE UNLOGGED TABLE {activity} AS
SELECT contact_id, date_trunc({kind}, period::timestamp)::date AS period, sum(sales) AS sales, sum(profit) AS profit,
       sum(without_cost) AS without_cost, sum(without_rate) AS without_rate, sum(purchases) AS purchases,
       max(last_order) AS last_order
FROM {months}
GROUP BY 1, 2
""")
PURCHASES_SQL = sql.SQL("""
CREATE UNLOGGED TABLE {activity} AS
SELECT contact_id, date_trunc({kind}, ordered_on::timestamp)::date AS period
FROM orders_order
WHERE contact_id IS NOT NULL AND is_purchase AND ordered_on <= {as_of}
GROUP BY 1, 2
""")


def make_activity(table: str, kind: str, as_of: dt.date) -> None:
    """A row for each customer and each week or month with an order; `last_order` ends in the id of an order."""
    _make(
        ACTIVITY_SQL.format(
            activity=sql.Identifier(table),
            kind=sql.Literal(kind),
            bits=sql.Literal(LAST_ORDER_BITS),
            currency=sql.Literal(current_company().currency),
            as_of=sql.Literal(as_of),
        ),
        table,
    )


def roll_up(table: str, months: str, kind: str) -> None:
    """The same by quarter or year, from the table of months."""
    _make(
        ROLL_UP_SQL.format(activity=sql.Identifier(table), kind=sql.Literal(kind), months=sql.Identifier(months)), table
    )


def make_purchases(table: str, kind: str, as_of: dt.date) -> None:
    """A row for each customer and each week or month with a purchase."""
    _make(PURCHASES_SQL.format(activity=sql.Identifier(table), kind=sql.Literal(kind), as_of=sql.Literal(as_of)), table)


def base_kind(kind: str) -> str:
    """Which of the two tables a kind of period is made of: weeks, or months."""
    return PeriodKind.WEEK if kind == PeriodKind.WEEK else PeriodKind.MONTH


def drop(*tables: str) -> None:
    for table in tables:
        execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(table)))


def execute(command: sql.Composed) -> None:
    with connection.cursor() as cursor:
        cursor.execute(command)


def copy_rows(model: type[models.Model], rows: Iterable[models.Model]) -> None:
    """Write rows without a key of their own by COPY: ten thousands of them in the time of a few INSERTs."""
    names = [field.attname for field in model._meta.concrete_fields if not field.primary_key]
    command = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    with connection.cursor() as cursor, cursor.copy(command) as copy:
        for row in rows:
            copy.write_row([getattr(row, name) for name in names])


def rows_of(query: sql.Composed) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def _make(command: sql.Composed, table: str) -> None:
    drop(table)
    execute(command)
    execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))
