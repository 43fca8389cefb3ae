"""The actions of initiatives with what they take."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from analytics.initiatives import actions
from analytics.models import Initiative

DAY = dt.date(2026, 3, 2)
FIELDS = {
    "name": "Welcome calls", "starts_on": DAY, "ends_on": DAY, "measure": "retention", "target_value": Decimal(50),
    "target_on": dt.date(2099, 1, 1),
}  # fmt: skip
MILESTONE = {"name": "First calls", "planned_on": DAY}
COST = {"what": "Paper", "kind": "media", "booked_on": DAY, "amount": Decimal(5)}


def _create(actor: Any) -> Callable[[], Any]:
    return lambda: actions.create_initiative(actor=actor, fields=FIELDS)


def _on(act: Callable[..., Any], given: dict[str, Any] | None = None, **stored: Any) -> Callable[[Any], Any]:
    def prepared(actor: Any) -> Callable[[], Any]:
        initiative = Initiative.objects.create(**FIELDS, **stored)
        return lambda: act(actor=actor, initiative=initiative, **(given or {}))

    return prepared


def _on_milestone(act: Callable[..., Any], **given: Any) -> Callable[[Any], Any]:
    def prepared(actor: Any) -> Callable[[], Any]:
        initiative = Initiative.objects.create(**FIELDS)
        milestone = actions.add_milestone(actor=None, initiative=initiative, fields=MILESTONE)
        return lambda: act(actor=actor, milestone=milestone, **given)

    return prepared


def _on_cost(act: Callable[..., Any], **given: Any) -> Callable[[Any], Any]:
    def prepared(actor: Any) -> Callable[[], Any]:
        cost = actions.book_cost(actor=None, initiative=Initiative.objects.create(**FIELDS), fields=COST)
        return lambda: act(actor=actor, cost=cost, **given)

    return prepared


INITIATIVE_MODULES = (actions,)
INITIATIVE_ACTIONS: dict[str, Callable[[Any], Callable[[], Any]]] = {
    "create_initiative": _create,
    "change_initiative": _on(actions.change_initiative, {"version": 1, "fields": {"men": "Two of sales"}}),
    "start_initiative": _on(actions.start_initiative),
    "end_initiative": _on(actions.end_initiative, started_on=DAY),
    "delete_initiative": _on(actions.delete_initiative),
    "add_milestone": _on(actions.add_milestone, {"fields": MILESTONE}),
    "change_milestone": _on_milestone(actions.change_milestone, version=1, fields={"done_on": DAY}),
    "reach_milestone": _on_milestone(actions.reach_milestone),
    "delete_milestone": _on_milestone(actions.delete_milestone),
    "book_cost": _on(actions.book_cost, {"fields": COST}),
    "change_cost": _on_cost(actions.change_cost, version=1, fields={"amount": Decimal(7)}),
    "delete_cost": _on_cost(actions.delete_cost),
}
