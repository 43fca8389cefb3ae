"""What customers bought of each family up to a day, and what they bought after it: set-based, some customers at a time.

A family is a family of products, or a product that has none. A purchase day counts once; returns are no purchases.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

import numpy as np
from psycopg import sql

from analytics.mathematics.families import Known
from analytics.mathematics.histories import Ints
from analytics.statements import day, read_columns, rows_of
from analytics.steps.items import ITEM

EPOCH = dt.date(1970, 1, 1)
MOST_FAMILIES = 20
PARTS_OF_ALL = 1024
AT_ONCE = 50_000
# the families that most customers bought in the two years before a day, of those with a product on offer
NAMES_SQL = sql.SQL("""
SELECT {item}, count(DISTINCT o.contact_id) AS customers
FROM orders_order AS o
JOIN orders_orderline AS l ON l.order_id = o.id AND coalesce(l.quantity, 1) > 0
JOIN orders_product AS p ON p.id = l.product_id
WHERE o.contact_id IS NOT NULL AND o.is_purchase AND o.ordered_on <= {day} AND o.ordered_on > {day} - 730 AND {some}
GROUP BY 1 HAVING bool_or(p.archived_at IS NULL) ORDER BY 2 DESC, 1 LIMIT {most}
""")
PURCHASES_SQL = sql.SQL("""
SELECT o.contact_id::int8, (min(o.ordered_on) - DATE '1970-01-01')::int4, (max(o.ordered_on) - DATE '1970-01-01')::int4,
  count(DISTINCT o.ordered_on)::int4,
  count(DISTINCT o.ordered_on) FILTER (WHERE o.ordered_on > {day} - 365)::int4,
  coalesce(sum(o.base_amount) FILTER (WHERE o.ordered_on > {day} - 365), 0)::float8
FROM orders_order AS o
WHERE o.contact_id IS NOT NULL AND o.is_purchase AND o.ordered_on <= {day} AND {some}
GROUP BY o.contact_id
""")
FAMILIES_SQL = sql.SQL("""
SELECT o.contact_id::int8, (coded.place - 1)::int4,
  coalesce(min(o.ordered_on) FILTER (WHERE o.ordered_on <= {day}) - DATE '1970-01-01', 0)::int4,
  coalesce(max(o.ordered_on) FILTER (WHERE o.ordered_on <= {day}) - DATE '1970-01-01', 0)::int4,
  count(DISTINCT o.ordered_on) FILTER (WHERE o.ordered_on <= {day})::int4,
  count(DISTINCT o.ordered_on) FILTER (WHERE o.ordered_on <= {day} AND o.ordered_on > {day} - 365)::int4,
  count(*) FILTER (WHERE o.ordered_on > {day})::int4
FROM orders_order AS o
JOIN orders_orderline AS l ON l.order_id = o.id AND coalesce(l.quantity, 1) > 0
JOIN orders_product AS p ON p.id = l.product_id
JOIN unnest({names}::text[]) WITH ORDINALITY AS coded (name, place) ON coded.name = {item}
WHERE o.contact_id IS NOT NULL AND o.is_purchase AND o.ordered_on <= {end} AND {some}
GROUP BY 1, 2
""")
ALL_COLUMNS = (("contact", "i8"), ("first", "i4"), ("last", "i4"), ("days", "i4"), ("year", "i4"), ("money", "f8"))
FAMILY_COLUMNS = (
    ("contact", "i8"), ("family", "i4"), ("first", "i4"), ("last", "i4"), ("days", "i4"), ("year", "i4"),
    ("after", "i4"),
)  # fmt: skip
COUNT_SQL = "SELECT count(DISTINCT contact_id) FROM orders_order WHERE is_purchase AND ordered_on <= %s"
RANGES_SQL = """
SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM contacts_contact) AS counted
WHERE place %% %s = 1 OR %s = 1 ORDER BY id
"""
EVERYBODY = sql.SQL("true")


def sampled(as_of: dt.date, most: int) -> tuple[sql.Composable, bool]:
    """(the condition of a customer of the sample, whether it leaves any out): by a hash of the id, so that it is the
    same customers on every day."""
    ((customers,),) = rows_of(COUNT_SQL, [as_of])
    if customers <= most:
        return EVERYBODY, False
    share = max(PARTS_OF_ALL * most // customers, 1)
    hashed = sql.SQL("(hashint8extended(o.contact_id, 42) & {}) < {}")
    return hashed.format(sql.Literal(PARTS_OF_ALL - 1), sql.Literal(share)), True


def family_names(as_of: dt.date, some: sql.Composable) -> list[str]:
    """The families, the one that most customers bought first."""
    query = NAMES_SQL.format(item=ITEM, day=day(as_of), some=some, most=sql.Literal(MOST_FAMILIES))
    return [name for name, _ in rows_of(query)]


def ranges(at_once: int = AT_ONCE) -> Iterator[sql.Composable]:
    """Conditions that each hold for at most so many contacts, and together for all."""
    starts = [key for (key,) in rows_of(RANGES_SQL, [at_once, at_once])]
    for start, end in zip(starts, [*starts[1:], None], strict=True):
        until = sql.SQL("") if end is None else sql.SQL(" AND o.contact_id < {}").format(sql.Literal(end))
        yield sql.SQL("o.contact_id >= {}{}").format(sql.Literal(start), until)


def read_known(as_of: dt.date, horizon: int, names: Sequence[str], some: sql.Composable) -> Known:
    """Customers with a purchase up to a day, and what they bought in the `horizon` days after it (0: nothing)."""
    every = read_columns(PURCHASES_SQL.format(day=day(as_of), some=some), ALL_COLUMNS)
    query = FAMILIES_SQL.format(
        day=day(as_of), end=day(as_of + dt.timedelta(days=horizon)), names=sql.Literal(list(names)), item=ITEM,
        some=some,
    )  # fmt: skip
    parts = read_columns(query, FAMILY_COLUMNS)
    order = np.argsort(every["contact"])
    every = {name: column[order] for name, column in every.items()}
    contacts = every["contact"]
    at = np.searchsorted(contacts, parts["contact"])
    is_known = at < len(contacts)  # who first bought afterwards was no customer on the day
    is_known[is_known] = contacts[at[is_known]] == parts["contact"][is_known]

    def table(name: str) -> Ints:
        found = np.zeros((len(contacts), len(names)), np.int64)
        found[at[is_known], parts["family"][is_known]] = parts[name][is_known]
        return found

    return Known(
        (as_of - EPOCH).days, contacts, every["first"].astype(np.int64), every["last"].astype(np.int64),
        every["days"].astype(np.int64), every["year"].astype(np.int64), every["money"], table("first"), table("last"),
        table("days"), table("year"), table("after") > 0,
    )  # fmt: skip
