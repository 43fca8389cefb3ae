"""Writes of saved views: make, change, keep what is shown, arrange, delete. Each is one transaction and one log row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from crm.access import can
from crm.choices import Verb
from crm.filtering.trees.keeping import keep_long
from crm.filtering.trees.nodes import tree_of
from crm.languages.refusing import refused
from crm.log import log
from crm.models import SavedView, User
from crm.saved_views.showing import in_own_order
from crm.saving import assign, locked, refuse_lost_sight

MOST_VIEWS = 100
SHOWN = ("filter", "words", "columns", "sort")


@transaction.atomic
def create_view(*, actor: User, label: str, shown: Mapping[str, Any], fields: Mapping[str, Any]) -> SavedView:
    """Keep what a list shows (`shown`: filter, words, columns, sort) under a name, for its maker and whom it names."""
    if SavedView.objects.filter(owner=actor, list_name=label).count() >= MOST_VIEWS:
        raise refused("You have %(most)s views of this list: delete one first.", most=MOST_VIEWS)
    view = SavedView(owner=actor, list_name=label, **{name: shown[name] for name in SHOWN}, **fields)
    _make_room(actor, view)
    view.save()
    keep_long(tree_of(view.filter))
    log(actor=actor, verb="create", object=view, summary=f"Saved the view {view.name}")
    return view


@transaction.atomic
def change_view(*, actor: User, view: SavedView, version: int, fields: Mapping[str, Any]) -> SavedView:
    """Rename, share, open first, hand over. Raises `StaleRecord` when somebody saved it after `version` was read."""
    current: SavedView = locked(view, version)
    changes_hands = "owner" in fields and fields["owner"] != current.owner
    if changes_hands:
        fields = {**fields, "is_default": False}
    if changed := assign(current, fields):
        _make_room(actor, current)
        current.version += 1
        current.save()
        if not changes_hands:
            refuse_lost_sight(actor, current)
        log(actor=actor, verb="change", object=current, summary=f"Changed {', '.join(changed)} of the view {current}")
    return current


@transaction.atomic
def keep_shown(*, actor: User, view: SavedView, version: int, shown: Mapping[str, Any]) -> SavedView:
    """Make the view what the list shows now. Raises `StaleRecord`."""
    current: SavedView = locked(view, version)
    if assign(current, {name: shown[name] for name in SHOWN}):
        current.version += 1
        current.save()
        keep_long(tree_of(current.filter))
        log(actor=actor, verb="change", object=current, summary=f"Changed what the view {current} shows")
    return current


@transaction.atomic
def delete_view(*, actor: User, view: SavedView) -> None:
    log(actor=actor, verb="delete", object=view, summary=f"Deleted the view {view.name}")
    view.delete()


@transaction.atomic
def move_view(*, actor: User, view: SavedView, is_up: bool) -> None:
    """Put a tab one place forward or back in the person's own order; nobody else's changes. At the end it stays.

    Raises ValidationError for a view that is no tab of theirs.
    """
    current = User.objects.select_for_update().get(pk=actor.pk)
    tabs = in_own_order(current, SavedView.objects.shown_to(current, view.list_name))
    keys = [tab.pk for tab in tabs]
    if view.pk not in keys:
        raise ValidationError("This view is no tab of yours: there is nothing to move.")
    place = keys.index(view.pk)
    other = place - 1 if is_up else place + 1
    if not 0 <= other < len(keys):
        return
    keys[place], keys[other] = keys[other], keys[place]
    _keep_order(actor, current, keys)
    log(actor=actor, verb="arrange", object=view, summary=f"Moved the tab {view.name}")


@transaction.atomic
def arrange_views(*, actor: User, label: str, keys: Sequence[int]) -> None:
    """Put the tabs above a list in this order, for the person alone. Views that are no tab of theirs are passed over,
    tabs that are not named stay behind the others as they stood."""
    current = User.objects.select_for_update().get(pk=actor.pk)
    stood = [tab.pk for tab in in_own_order(current, SavedView.objects.shown_to(current, label))]
    named = [key for key in dict.fromkeys(keys) if key in stood]
    wanted = [*named, *(key for key in stood if key not in named)]
    if wanted == stood:
        return
    _keep_order(actor, current, wanted)
    log(actor=actor, verb="arrange", kind=SavedView, summary="Put the tabs of a list in another order")


def _keep_order(actor: User, current: User, keys: Sequence[int]) -> None:
    """Keep the order of the tabs of one list beside that of the others."""
    known = set(SavedView.objects.tabs_of(current).values_list("pk", flat=True))
    rest = [key for key in current.view_order or () if key in known and key not in keys]
    User.objects.filter(pk=actor.pk).update(view_order=[*rest, *keys])
    actor.view_order = [*rest, *keys]


def _make_room(actor: User, view: SavedView) -> None:
    """One view opens first: another one that did so does not any more. Only administrators choose for a role."""
    others = SavedView.objects.filter(list_name=view.list_name).exclude(pk=view.pk)
    if view.is_default:
        others.filter(owner=view.owner, is_default=True).update(is_default=False)
    was = SavedView.objects.filter(pk=view.pk).values_list("role", flat=True).first() or ""
    if view.role != was and not can(actor, Verb.RUN, SavedView):
        raise ValidationError("Only administrators choose the view that a role begins with.")
    if view.role:
        others.filter(role=view.role).update(role="")
