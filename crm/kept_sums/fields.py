"""How the columns of kept sums are made."""

from __future__ import annotations

from typing import Any

from django.db import models

# a key of a group: the rows that are added up hold what it points at, and the sums follow them
UNBOUND: dict[str, Any] = {
    "null": True,
    "on_delete": models.DO_NOTHING,
    "db_constraint": False,
    "db_index": False,
    "related_name": "+",
}
