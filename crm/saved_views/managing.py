"""All views that a person knows of, for the page on which they are looked after."""

from __future__ import annotations

from dataclasses import dataclass

from django.apps import apps

from crm.catalogue import fields_of
from crm.choices import Verb
from crm.filtering.trees.asking import TreeList
from crm.filtering.trees.nodes import TreeProblem, tree_of
from crm.models import SavedView, User
from crm.saved_views.showing import in_own_order


@dataclass(frozen=True)
class ManagedView:
    """A view, the list that it shows, whether the person may change it, and what it asks for in vain; whether it is a
    tab of theirs that can be moved before or behind another."""

    view: SavedView
    list_label: str
    may_change: bool
    problems: tuple[str, ...]
    may_go_up: bool = False
    may_go_down: bool = False


def managed_views(user: User) -> list[ManagedView]:
    """Views of the person and those shared with them: list by list, their tabs in their own order, then the others."""
    rows = SavedView.objects.visible_to(user).select_related("owner", "team").order_by("list_name", "name", "id")
    changeable = set(SavedView.objects.visible_to(user, Verb.CHANGE).values_list("pk", flat=True))
    tabs = set(SavedView.objects.tabs_of(user).values_list("pk", flat=True))
    views = sorted(in_own_order(user, rows), key=lambda view: (view.list_name, view.pk not in tabs))
    found = []
    for place, view in enumerate(views):
        beside = [views[one] if 0 <= one < len(views) else None for one in (place - 1, place + 1)]
        up, down = (
            view.pk in tabs and other is not None and other.pk in tabs and other.list_name == view.list_name
            for other in beside
        )
        may_change = view.pk in changeable
        found.append(ManagedView(view, _list_label(view), may_change, tuple(problems_of(view)), up, down))
    return found


def problems_of(view: SavedView) -> list[str]:
    """What a view asks for that is not there any more, a sentence each."""
    try:
        model = apps.get_model(view.list_name)
    except LookupError:
        return ["The list that it shows is gone."]
    label = model._meta.label_lower
    try:
        found = TreeList(label, None).problems(tree_of(view.filter) if view.filter else None)
    except TreeProblem as problem:
        found = [str(problem)]
    names = {spec.name for spec in fields_of(label)}
    gone = [name for name in view.columns if name not in names]
    if gone:
        found.append(f"Columns that are gone: {', '.join(gone)}.")
    if view.sort and view.sort.removeprefix("-") not in names:
        found.append(f"It is sorted by “{view.sort.removeprefix('-')}”, which is gone.")
    return found


def _list_label(view: SavedView) -> str:
    try:
        words = str(apps.get_model(view.list_name)._meta.verbose_name_plural)
    except LookupError:
        return view.list_name
    return words[:1].upper() + words[1:]
