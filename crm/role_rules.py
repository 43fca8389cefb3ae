"""The rows with which an administrator changed the rights of a role, read once for each user object (each request)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from django.apps import apps
from django.db.models import Value

if TYPE_CHECKING:
    from crm.models import User


@dataclass(frozen=True)
class RoleRules:
    """`scopes` by model and verb, `rights` by model and field, as the tables hold them."""

    scopes: dict[tuple[str, str], str]
    rights: dict[tuple[str, str], str]


def rules_of(user: User) -> RoleRules:
    """Both tables in one query."""
    cached = getattr(user, "_role_rules", None)
    if cached is None:
        tables = {"AccessRule": ("model", "verb", "scope"), "FieldRule": ("model", "field", "right")}
        parts = [
            apps.get_model("crm", name).objects.filter(role=user.role).order_by().values_list(Value(name), *columns)
            for name, columns in tables.items()
        ]
        rows = list(parts[0].union(parts[1], all=True))
        cached = RoleRules(*({(row[1], row[2]): row[3] for row in rows if row[0] == name} for name in tables))
        user._role_rules = cached  # type: ignore[attr-defined]
    return cast(RoleRules, cached)
