"""When and for how much each customer bought up to a day: set-based SQL, read into arrays by binary COPY.

Rules (glossary of the house, docs/users): purchases of one day are one; an order of returns only is none; x counts
the purchase days after the first, whatever they were worth; t_x is from the first to the last and T from the first to
as-of, in days here. Money is that of repeat days whose every purchase has a known rate; the first day is left out.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from psycopg import sql

from analytics.mathematics.histories import Floats, Histories, Ints, compress
from analytics.statements import day, read_columns

COLUMNS = (("contact_id", "i8"), ("x", "i4"), ("last", "i4"), ("age", "i4"), ("valued", "i4"), ("money", "f8"))

HISTORIES_SQL = sql.SQL("""
SELECT contact_id::int8, (count(*) - 1)::int4 AS x, (max(day) - min(day))::int4 AS last,
       ({as_of} - min(day))::int4 AS age,
       (count(value) FILTER (WHERE NOT is_first))::int4 AS valued,
       coalesce(sum(value) FILTER (WHERE NOT is_first), 0)::float8 AS money
FROM (
    SELECT contact_id, ordered_on AS day, CASE WHEN count(*) = count(base_amount) THEN sum(base_amount) END AS value,
           row_number() OVER (PARTITION BY contact_id ORDER BY ordered_on) = 1 AS is_first
    FROM orders_order
    WHERE contact_id IS NOT NULL AND is_purchase AND ordered_on <= {as_of}
    GROUP BY contact_id, ordered_on
) AS days
GROUP BY contact_id
""")


@dataclass(frozen=True)
class PurchaseHistories:
    """An entry for each customer with a purchase; `valued` repeat days brought `money` in all."""

    contact_id: Ints
    x: Ints
    last_days: Ints
    age_days: Ints
    valued: Ints
    money: Floats

    def __len__(self) -> int:
        return len(self.contact_id)

    @cached_property
    def compressed(self) -> tuple[Histories, Ints]:
        """The distinct histories, in weeks, and the place of each customer's among them."""
        return compress(self.x, self.last_days, self.age_days)

    @cached_property
    def mean_value(self) -> Floats:
        """Mean value of a repeat day; 0 where it is unknown or not above 0."""
        return np.maximum(np.divide(self.money, self.valued, out=np.zeros(len(self)), where=self.valued > 0), 0.0)

    @cached_property
    def days_with_value(self) -> Ints:
        """Repeat days that say something of the value: none where their mean is not above 0."""
        return np.where(self.mean_value > 0, self.valued, 0)

    def of(self, chosen: NDArray[np.bool_]) -> PurchaseHistories:
        """Those customers alone."""
        return PurchaseHistories(
            self.contact_id[chosen],
            self.x[chosen],
            self.last_days[chosen],
            self.age_days[chosen],
            self.valued[chosen],
            self.money[chosen],
        )


def read_histories(as_of: dt.date) -> PurchaseHistories:
    """The histories of all customers as of the end of `as_of`; later orders make no difference."""
    rows = read_columns(HISTORIES_SQL.format(as_of=day(as_of)), COLUMNS)
    return PurchaseHistories(
        rows["contact_id"],
        rows["x"].astype(np.int64),
        rows["last"].astype(np.int64),
        rows["age"].astype(np.int64),
        rows["valued"].astype(np.int64),
        rows["money"],
    )
