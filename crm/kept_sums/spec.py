"""What is added up, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

KIND, KEY, IS_FOLDED = "kind", "key", "is_folded"


@dataclass(frozen=True)
class Part:
    """What rows add under one `kind`. `rows` is a FROM clause in which the tables that take part stand in braces
    (`{pipeline_deal} AS d`), each of them once; `groups` and `sums` are columns of the sums with the SQL that gives
    them, `where` narrows. What a row adds is brought to the type of its column before anything is added up, so that
    what is taken away again leaves nothing: counts and money in decimals, never in floats."""

    kind: str
    rows: str
    groups: Mapping[str, str]
    sums: Mapping[str, str]
    where: str


@dataclass(frozen=True)
class KeptSums:
    """Sums of a model that has the columns `kind`, `key`, `is_folded` beside the `groups` (may be empty) and `sums`.

    `tables` are those whose rows the sums are of. A row of another one than the first belongs to a row of the first
    (`parents` says by which column): that one is held while it is written, so that both are never changed at once.
    Other tables that `rows` join by name are not watched: who changes them calls `recount`; but `settings` are columns
    of tables of few rows (as `table.column`), and after a change of one of them everything is counted anew.
    """

    model: str
    tables: tuple[str, ...]
    groups: tuple[str, ...]
    sums: tuple[str, ...]
    parts: tuple[Part, ...]
    parents: Mapping[str, str] = field(default_factory=dict)
    settings: tuple[str, ...] = ()

    @property
    def table(self) -> str:
        return str(apps.get_model(self.model)._meta.db_table)

    @property
    def types(self) -> dict[str, str]:
        """The type of each column of the sums, as PostgreSQL writes it."""
        fields = apps.get_model(self.model)._meta.concrete_fields
        return {str(field.column): str(field.db_type(connection)) for field in fields}


@cache
def kept_sums() -> tuple[KeptSums, ...]:
    """All of the house, lowest floor first."""
    return tuple(import_string(name) for name in settings.CRM_KEPT_SUMS)
