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
    bare = rows.order_by()
    exact = bare[: EXACT_UP_TO + 1].count()
    if exact <= EXACT_UP_TO:
        return RowCount(exact, is_exact=True)
    plan = json.loads(bare.values("pk").explain(format="json"))
    return RowCount(max(int(plan[0]["Plan"]["Plan Rows"]), exact), is_exact=False)
