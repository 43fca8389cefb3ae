"""A saved view on its list: the parameters that it stands for, the tabs, and what the list shows as a view keeps it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.http import QueryDict

from crm.database.kept import ANY_KEY, KeptRows, Shelf
from crm.filtering.trees.asked import FILTER
from crm.filtering.trees.keeping import short_text
from crm.filtering.trees.nodes import TreeProblem, as_data, tree_of
from crm.models import SavedView, User

if TYPE_CHECKING:
    from crm.filtering.listings import Listing

VIEW, ALL = "view", "all"
_views: Shelf[KeptRows[SavedView]] = Shelf()


def views_of(user: User, label: str) -> list[SavedView]:
    """The views that a person has as tabs above a list, in their own order, then by name."""
    kept = _views.get_or_make(
        (label, user.role, user.team_id), lambda: KeptRows(SavedView.objects.shown_to(user, label, owner_id=ANY_KEY))
    )
    return in_own_order(user, kept.read(user.pk))


def in_own_order(user: User, views: Iterable[SavedView]) -> list[SavedView]:
    """What the person has arranged first, the others as they come."""
    places = {key: place for place, key in enumerate(user.view_order or ())}
    return sorted(views, key=lambda view: places.get(view.pk, len(places)))


def first_view(views: list[SavedView], user: User) -> SavedView | None:
    """The view that a person begins with: their own choice, else that of their role."""
    own = (view for view in views if view.owner_id == user.pk and view.is_default)
    return next(own, None) or next((view for view in views if view.role == user.role), None)


def with_view(asked: QueryDict, view: SavedView | None, names: set[str]) -> QueryDict:
    """The address's parameters over those of the view; a parameter that stands there empty takes the view's away.

    `names` are the fields that the list can show: columns of a view that are gone or hidden by now are left out.
    """
    if view is None:
        return asked
    said = {
        FILTER: _said(view.filter),
        "q": view.words,
        "columns": ",".join(name for name in view.columns if name in names),
        "sort": view.sort if view.sort.removeprefix("-") in names else "",
    }
    data = asked.copy()
    for name, value in said.items():
        if name not in asked and value:
            data[name] = value
    return data


def _said(data: dict[str, Any]) -> str:
    """A view's filter as an address would say it; one that cannot be read as it is, so that the list tells why."""
    try:
        return short_text(tree_of(data))
    except TreeProblem:
        return json.dumps(data)


def shown_by(listing: Listing) -> dict[str, Any]:
    """What a list shows now, as a view keeps it; a long filter by its short name."""
    return {
        "filter": short if (short := listing.short_tree).startswith("~") else as_data(listing.joined_tree),
        "words": listing.parameters.get("q", "")[:200],
        "columns": [column.name for column in listing.columns],
        "sort": listing.sort.word,
    }
