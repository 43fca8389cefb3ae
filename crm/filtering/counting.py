"""How many rows match: exact up to 10,000, above that the planner's estimate."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from crm.templatetags.figures import number

EXACT_UP_TO = 10_000


@dataclass(frozen=True)
class RowCount:
    """A count; `is_exact` is false where it is the planner's guess."""

    value: int
    is_exact: bool

    def __str__(self) -> str:
        return number(self.value) if self.is_exact else f"about {number(round(self.value, -1))}"


def count_rows(rows: QuerySet[Any]) -> RowCount:
    """Count at most one row more than the limit; past it, ask the planner."""
    exact = rows.order_by()[: EXACT_UP_TO + 1].count()
    return RowCount(exact, is_exact=True) if exact <= EXACT_UP_TO else estimate_rows(rows)


@dataclass(frozen=True)
class Guess:
    """What the planner thinks: how many rows, and what reading all of them costs in its own units (a page is one)."""

    rows: int
    cost: float


def guess_of(rows: QuerySet[Any]) -> Guess:
    """The planner's guess for all of the rows, in no order."""
    plan = json.loads(rows.order_by().values("pk").explain(format="json"))[0]["Plan"]
    return Guess(int(plan["Plan Rows"]), float(plan["Total Cost"]))


def estimate_rows(rows: QuerySet[Any]) -> RowCount:
    """The planner's guess for rows that are known to be more than the limit."""
    return RowCount(max(guess_of(rows).rows, EXACT_UP_TO + 1), is_exact=False)


def few_keys(rows: QuerySet[Any]) -> list[int] | None:
    """The ids of the rows, in their order, where they are at most the limit; None where they are more."""
    keys = list(rows.values_list("pk", flat=True)[: EXACT_UP_TO + 1])
    return keys if len(keys) <= EXACT_UP_TO else None
