"""The rows with which an administrator changed the rights of a role, read once for each user object (each request)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet, Value
from django.db.models.functions import JSONObject

if TYPE_CHECKING:
    from crm.models import User


@dataclass(frozen=True)
class RoleRules:
    """`scopes` by model and verb, `rights` by model and field, as the tables hold them."""

    scopes: dict[tuple[str, str], str]
    rights: dict[tuple[str, str], str]


TABLES = {"AccessRule": ("model", "verb", "scope"), "FieldRule": ("model", "field", "right")}


def with_rules(people: QuerySet[User]) -> QuerySet[User]:
    """People with the rules of their role read along, so that a page does not ask for them."""
    return people.annotate(
        **{
            f"{name.lower()}s": ArraySubquery(
                apps.get_model("crm", name)
                .objects.filter(role=OuterRef("role"))
                .order_by()
                .values(row=JSONObject(**{column: column for column in columns}))
            )
            for name, columns in TABLES.items()
        }
    )


def rules_of(user: User) -> RoleRules:
    """Both tables in one query, or as `with_rules` read them."""
    cached = getattr(user, "_role_rules", None)
    if cached is None:
        read_along = [getattr(user, f"{name.lower()}s", None) for name in TABLES]
        rows = _read(user) if None in read_along else _as_rows(read_along)
        cached = RoleRules(*({(row[1], row[2]): row[3] for row in rows if row[0] == name} for name in TABLES))
        user._role_rules = cached  # type: ignore[attr-defined]
    return cast(RoleRules, cached)


def _read(user: User) -> list[Any]:
    parts = [
        apps.get_model("crm", name).objects.filter(role=user.role).order_by().values_list(Value(name), *columns)
        for name, columns in TABLES.items()
    ]
    return list(parts[0].union(parts[1], all=True))


def _as_rows(read_along: list[Any]) -> list[Any]:
    return [
        (name, *(row[column] for column in columns))
        for (name, columns), rows in zip(TABLES.items(), read_along, strict=True)
        for row in rows
    ]
