"""The actions of selling alerts with what they take."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from analytics.alerts import actions
from analytics.models import SellAlert
from tests.factories import make_contact, make_product

ALERT_MODULES = (actions,)


def make_alert(**fields: Any) -> SellAlert:
    """One that waits: a dearer product for a customer."""
    values = {"kind": "up", "chance": 0.1, "expected_value": 10, "made_on": "2026-03-02", "run_id": 1, **fields}
    values.setdefault("contact", make_contact())
    values.setdefault("product", make_product())
    return SellAlert.objects.create(**values)


def _of(act: Callable[..., Any], **given: Any) -> Any:
    def prepared(actor: Any) -> Callable[[], Any]:
        alert = make_alert()
        return lambda: act(actor=actor, alert=alert, **given)

    return prepared


SOON = timezone.now().date() + dt.timedelta(days=9)
ALERT_ACTIONS: dict[str, Callable[[Any], Callable[[], Any]]] = {
    "accept_alert": _of(actions.accept_alert),
    "dismiss_alert": _of(actions.dismiss_alert, reason="no need"),
    "snooze_alert": _of(actions.snooze_alert, until=SOON),
}
