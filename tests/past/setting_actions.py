"""The actions of what holds for the whole house, and of what is offered in it, with what they take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crm.models import Company
from crm.saved_views.actions import arrange_views, create_view
from crm.setting_up import actions
from pipeline.actions import remove_reason, save_reason
from pipeline.models import Letterhead, OutcomeReason

SETTING_MODULES = (actions,)
SHOWN: dict[str, Any] = {"filter": {"version": 1, "where": None}, "words": "", "columns": ["name"], "sort": "name"}


def _company(actor: Any) -> Callable[[], Any]:
    Company.objects.get_or_create(pk=1, defaults={"name": "Northwind"})
    return lambda: actions.save_company(actor=actor, fields={"name": "Larkmoor", "currency": "GBP"})


def _row(actor: Any) -> Callable[[], Any]:
    row = Letterhead.objects.get_or_create(pk=1)[0]
    return lambda: actions.save_row(actor=actor, row=row, fields={"footer": "HRB 1"}, what="the letterhead")


def _arranged(actor: Any) -> Callable[[], Any]:
    label = "contacts.contact"
    keys = [create_view(actor=actor, label=label, shown=SHOWN, fields={"name": name}).pk for name in "AB"]
    return lambda: arrange_views(actor=actor, label=label, keys=keys[::-1])


def _reason_made(actor: Any) -> Callable[[], Any]:
    return lambda: save_reason(actor=actor, reason=None, fields={"outcome": "lost", "name": "Price"})


def _reason_gone(actor: Any) -> Callable[[], Any]:
    reason = OutcomeReason.objects.create(outcome="lost", name="Price")
    return lambda: remove_reason(actor=actor, reason=reason)


SETTING_ACTIONS: dict[str, Callable[[Any], Callable[[], Any]]] = {
    "save_company": _company,
    "save_row": _row,
    "arrange_views": _arranged,
    "save_reason": _reason_made,
    "remove_reason": _reason_gone,
}
