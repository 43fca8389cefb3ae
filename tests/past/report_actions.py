"""The actions of saved reports with what they take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crm.models import SavedReport
from crm.reports import actions

REPORT_MODULES = (actions,)
ASKED = {"subject": "contacts.contact", "row1": "kind", "measure1": "count"}


def _report(actor: Any) -> SavedReport:
    return actions.create_report(actor=actor, definition=ASKED, fields={"name": "Mine"})


def _of(act: Callable[..., Any], **more: Any) -> Callable[[Any], Callable[[], Any]]:
    def prepared(actor: Any) -> Callable[[], Any]:
        report = _report(actor)
        return lambda: act(actor=actor, report=report, **more)

    return prepared


REPORT_ACTIONS: dict[str, Callable[[Any], Callable[[], Any]]] = {
    "create_report": lambda actor: lambda: _report(actor),
    "change_report": _of(actions.change_report, version=1, fields={"name": "Other"}),
    "keep_definition": _of(actions.keep_definition, version=1, definition={**ASKED, "row1": "source"}),
    "delete_report": _of(actions.delete_report),
}
