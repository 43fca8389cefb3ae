"""Which layout counts for a person: that of their role, else everybody's, else the shipped one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from crm.layouts.arranging import Arrangement, arranged
from crm.layouts.places import LayoutPlace, places
from crm.models.layouts import Layout

if TYPE_CHECKING:
    from crm.models import User

COLUMNS = ("place", "role", "blocks", "hidden")


def with_layouts(people: QuerySet[User]) -> QuerySet[User]:
    """People with the layouts that count for them read along."""
    rows = Layout.objects.filter(Q(role=OuterRef("role")) | Q(role="")).order_by()
    return people.annotate(layouts=ArraySubquery(rows.values(row=JSONObject(**{name: name for name in COLUMNS}))))


def layout_for(user: User, name: str) -> Arrangement | None:
    """How this person sees a place (`contacts.contact:form`); None where there is no such place to arrange."""
    place = places().get(name)
    return None if place is None else arranged(place, _stored(user, place))


def stored_layout(place: LayoutPlace, role: str) -> dict[str, Any] | None:
    """What is stored for a role (or everybody, ''); None where nothing is."""
    return Layout.objects.filter(place=place.name, role=role).values(*COLUMNS).first()


def inherited(place: LayoutPlace, role: str) -> Arrangement:
    """What a role sees without a layout of its own."""
    known = stored_layout(place, "") if role else None
    if known is None and place.like:
        like = places()[place.like]
        known = (stored_layout(like, role) if role else None) or stored_layout(like, "")
    return arranged(place, known)


def _stored(user: User, place: LayoutPlace) -> dict[str, Any] | None:
    rows = cast("list[dict[str, Any]] | None", getattr(user, "layouts", None))
    if rows is None:
        rows = list(Layout.objects.filter(role__in=[user.role, ""]).values(*COLUMNS))
        user.layouts = rows  # type: ignore[attr-defined]
    for name in (place.name, place.like):
        found = {row["role"]: row for row in rows if row["place"] == name}
        if user.role in found or "" in found:
            return found.get(user.role) or found[""]
    return None
