"""What a view of the warehouse is made of. Each app names its own in its module `warehouse` (crm/house.py)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class Column:
    """A column: its name, what it is an expression of, what it means. `type` is said in a view that is read late."""

    name: str
    expression: str
    says: str
    type: str = ""


@dataclass(frozen=True)
class WarehouseView:
    """A view: what one row of it is, its columns, and the FROM clause with all that follows.

    `is_late`: among the tables read is one that a run of the analysis replaces by a new one, which a view would hold
    back; such a view reads through a function, which finds its tables by name when it is called.
    """

    name: str
    says: str
    columns: Sequence[Column]
    source: str
    is_late: bool = False


def warehouse_views() -> Iterator[WarehouseView]:
    """The views of all apps, lowest floor first."""
    for name in settings.CRM_WAREHOUSE:
        yield from import_string(name)
