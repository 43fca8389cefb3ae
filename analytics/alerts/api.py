"""The REST API of selling alerts: read them, answer them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Body, Router
from pydantic import Field

from analytics.alerts import actions
from analytics.alerts.views import search_alerts
from analytics.alerts.words import evidence_of
from crm.catalogue import FieldSpec
from crm.choices import Verb
from crm.models import User
from crm.rest.listing import ApiList
from crm.rest.resources import Resource
from crm.rest.schemas import Input, list_parameters, page_schema, record_schema
from crm.rest.tokens import caller, reads, writes
from crm.rest.writing import acted, answer, found

AREA = "alerts"
alerts = Router(tags=["Selling alerts"])


def _own(name: str, label: str, path: str, **more: Any) -> FieldSpec:
    return FieldSpec(name, label, path, column=False, filter=False, **more)


def _for_reader(records: Sequence[Any], user: User) -> None:
    for record in records:
        record.reader = user


def _why(record: Any) -> str:
    return evidence_of(record, record.reader)


ALERTS = Resource(
    name="alerts",
    label="analytics.sellalert",
    noun="alert",
    default_sort="-expected_value",
    search=search_alerts,
    scores_scope="alerts:read",
    extras=(
        _own("title", "What to do", "id", value=str, stored="analytics.sellalert.product", select=("product",)),
        _own(
            "why", "The evidence, in a sentence", "id", value=_why, along=_for_reader,
            stored="analytics.sellalert.evidence", select=("product", "instead_of"),
        ),
        _own("contact_id", "The customer, by id", "contact_id", stored="analytics.sellalert.contact"),
        _own("product_id", "What to offer, by id", "product_id", stored="analytics.sellalert.product"),
    ),
)  # fmt: skip
AlertOut = record_schema("SellingAlert", ALERTS)


class DismissIn(Input):
    reason: str = Field("", description="`has it`, `no need`, `bad time`, `wrong`, or nothing.")


class SnoozeIn(Input):
    until: dt.date = Field(description="The day on which it comes back, as 2026-03-02.")


@alerts.get("", response=page_schema("SellingAlert", AlertOut), auth=reads(AREA), openapi_extra=list_parameters(ALERTS))
def list_alerts(request: HttpRequest) -> HttpResponse:
    """Alerts of customers that you may see, the most valuable first; those that are held back are in no list."""
    return ApiList(ALERTS, request).response()


@alerts.get("/{int:alert_id}", response=AlertOut, auth=reads(AREA))
def get_alert(request: HttpRequest, alert_id: int) -> HttpResponse:
    """One alert."""
    return answer(ALERTS, request, found(ALERTS, request, alert_id))


@alerts.post("/{int:alert_id}/accept", response=AlertOut, auth=writes(AREA))
def accept_alert(request: HttpRequest, alert_id: int) -> HttpResponse:
    """Take it up: a call at the customer stands in your tasks. Twice is once."""
    alert = found(ALERTS, request, alert_id, Verb.CHANGE)
    acted(lambda: actions.accept_alert(actor=caller(request), alert=alert))
    return answer(ALERTS, request, found(ALERTS, request, alert_id))


@alerts.post("/{int:alert_id}/dismiss", response=AlertOut, auth=writes(AREA))
def dismiss_alert(request: HttpRequest, alert_id: int, body: Body[DismissIn]) -> HttpResponse:
    """Say no: it is not told again for months."""
    alert = found(ALERTS, request, alert_id, Verb.CHANGE)
    acted(lambda: actions.dismiss_alert(actor=caller(request), alert=alert, reason=body.reason))
    return answer(ALERTS, request, found(ALERTS, request, alert_id))


@alerts.post("/{int:alert_id}/snooze", response=AlertOut, auth=writes(AREA))
def snooze_alert(request: HttpRequest, alert_id: int, body: Body[SnoozeIn]) -> HttpResponse:
    """Put it off to a day that lies ahead."""
    alert = found(ALERTS, request, alert_id, Verb.CHANGE)
    acted(lambda: actions.snooze_alert(actor=caller(request), alert=alert, until=body.until))
    return answer(ALERTS, request, found(ALERTS, request, alert_id))
