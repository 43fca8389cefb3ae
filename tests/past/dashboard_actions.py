"""The actions of dashboards and of their mails with what they take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crm.dashboards import actions, subscribing
from crm.tiles.spec import Question

DASHBOARD_MODULES = (actions, subscribing)
DASHBOARD_NOT_ALONE = {"next_after"}


def _dashboard(actor: Any) -> Any:
    return actions.create_dashboard(actor=actor, fields={"name": "Mine", "tiles": ["pipeline"]})


def _mailed(actor: Any) -> Any:
    return subscribing.subscribe(actor=actor, fields={"rhythm": "daily", "hour": 7})


def _of(make: Callable[[Any], Any], argument: str, act: Callable[..., Any], **given: Any) -> Any:
    def prepared(actor: Any) -> Callable[[], Any]:
        made = make(actor)
        return lambda: act(actor=actor, **{argument: made}, **given)

    return prepared


DASHBOARD_ACTIONS: dict[str, Callable[[Any], Callable[[], Any]]] = {
    "create_dashboard": lambda actor: lambda: _dashboard(actor),
    "change_dashboard": _of(_dashboard, "dashboard", actions.change_dashboard, version=1, fields={"name": "Other"}),
    "delete_dashboard": _of(_dashboard, "dashboard", actions.delete_dashboard),
    "open_first": _of(_dashboard, "dashboard", actions.open_first),
    "subscribe": lambda actor: lambda: _mailed(actor),
    "change_subscription": _of(_mailed, "subscription", subscribing.change_subscription, version=1, fields={"hour": 9}),
    "end_subscription": _of(_mailed, "subscription", subscribing.end_subscription),
    "leave_subscription": _of(_mailed, "subscription", subscribing.leave_subscription),
    "send_now": _of(_dashboard, "dashboard", subscribing.send_now, question=Question()),
}
