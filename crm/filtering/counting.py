"""How many rows match: exact up to 10,000, above that the planner's estimate."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import F, QuerySet
from django.utils.translation import gettext

from crm.filtering.keyset import Sort
from crm.templatetags.figures import number

EXACT_UP_TO = 10_000


@dataclass(frozen=True)
class RowCount:
    """A count; `is_exact` is false where it is the planner's guess, `is_least` where no more were looked for."""

    value: int
    is_exact: bool
    is_least: bool = False

    def __str__(self) -> str:
        if self.is_least:
            return gettext("%(count)s or more") % {"count": number(self.value)}
        if self.is_exact:
            return number(self.value)
        return gettext("about %(count)s") % {"count": number(round(self.value, -1))}


def count_rows(rows: QuerySet[Any]) -> RowCount:
    """Count at most one row more than the limit; past it, ask the planner."""
    exact = rows.order_by()[: EXACT_UP_TO + 1].count()
    return RowCount(exact, is_exact=True) if exact <= EXACT_UP_TO else estimate_rows(rows)


def count_up_to(rows: QuerySet[Any], most: int) -> RowCount:
    """Count at most so many, for a figure beside others: one more than that is told as that many or more."""
    found = rows.order_by()[: most + 1].count()
    return RowCount(found, is_exact=True) if found <= most else RowCount(most, is_exact=False, is_least=True)


@dataclass(frozen=True)
class Guess:
    """What the planner thinks: how many rows, and what reading all of them costs in its own units (a page is one)."""

    rows: int
    cost: float


def guess_of(rows: QuerySet[Any]) -> Guess:
    """The planner's guess for these rows: in no order all of them, in an order and with a limit those."""
    told = rows.values("pk").explain(format="json")
    if not told:  # Django knows without asking that nothing can match
        return Guess(0, 0.0)
    plan = json.loads(told)[0]["Plan"]
    return Guess(int(plan["Plan Rows"]), float(plan["Total Cost"]))


def estimate_rows(rows: QuerySet[Any]) -> RowCount:
    """The planner's guess for rows that are known to be more than the limit."""
    return RowCount(max(guess_of(rows.order_by()).rows, EXACT_UP_TO + 1), is_exact=False)


def first_keys(rows: QuerySet[Any], sort: Sort, limit: int) -> list[int]:
    """The ids of the first so many rows that are found, put into the order of the list then: asked for the order at
    once, the planner may walk through all others to meet them."""
    found = rows.order_by().annotate(sort_value=F(sort.path)).values_list("pk", "sort_value")[:limit]
    try:
        statement, parameters = found.query.sql_with_params()
    except EmptyResultSet:
        return []
    direction = "DESC" if sort.is_descending else "ASC"
    with connections[rows.db].cursor() as cursor:
        cursor.execute(
            f"SELECT pk FROM ({statement}) AS found (pk, sort_value)"  # noqa: S608 - the words are ours
            f" ORDER BY sort_value {direction} NULLS LAST, pk {direction}",
            parameters,
        )
        return [row[0] for row in cursor.fetchall()]
