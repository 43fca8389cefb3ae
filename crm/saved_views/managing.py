"""All views that a person knows of, for the page on which they are looked after."""

from __future__ import annotations

from dataclasses import dataclass

from django.apps import apps

from crm.catalogue import fields_of
from crm.choices import Verb
from crm.filtering.trees.asking import TreeList
from crm.filtering.trees.nodes import TreeProblem, tree_of
from crm.models import SavedView, User


@dataclass(frozen=True)
class ManagedView:
    """A view, the list that it shows, whether the person may change it, and what it asks for in vain."""

    view: SavedView
    list_label: str
    may_change: bool
    problems: tuple[str, ...]


def managed_views(user: User) -> list[ManagedView]:
    """Views of the person and those shared with them, in the order of their lists and names."""
    rows = SavedView.objects.visible_to(user).select_related("owner", "team").order_by("list_name", "name", "id")
    changeable = set(SavedView.objects.visible_to(user, Verb.CHANGE).values_list("pk", flat=True))
    return [ManagedView(view, _list_label(view), view.pk in changeable, tuple(problems_of(view))) for view in rows]


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
