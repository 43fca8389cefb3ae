"""Django's statements inside our own: their places are given names, beside ours."""

from __future__ import annotations

import re
from itertools import count
from typing import Any

from django.db.models import QuerySet

PLACE = re.compile(r"%(%|s)")


def named_ids(rows: QuerySet[Any], mark: str = "people") -> tuple[str, dict[str, Any]]:
    """The statement that gives the ids of these rows, with its values by name. Raises EmptyResultSet where Django knows
    without asking that there are none."""
    sql, parameters = rows.order_by().values("id").query.sql_with_params()
    numbers = count()
    named = PLACE.sub(lambda found: "%%" if found[1] == "%" else f"%({mark}_{next(numbers)})s", sql)
    return named, {f"{mark}_{at}": value for at, value in enumerate(parameters)}
