"""The REST API of subscriptions."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Body, Router
from pydantic import Field

from crm.choices import Verb
from crm.rest.listing import ApiList
from crm.rest.schemas import Input, list_parameters, page_schema, record_schema
from crm.rest.tokens import caller, reads, writes
from crm.rest.writing import Expected, acted, answer, created, filled, found, refuse_without
from orders.contracts import actions
from orders.contracts.forms import CancelForm, RenewalForm, SubscriptionForm
from orders.models import Subscription
from orders.resources import SUBSCRIPTIONS

AREA = "orders"
NAMES = {"contact_id": "contact"}
subscriptions = Router(tags=["Subscriptions"])
SubscriptionOut = record_schema("Subscription", SUBSCRIPTIONS)


class SubscriptionFields(Input):
    """What can be set on a subscription. A value that is left out stays; null empties it."""

    contact_id: int | None = Field(None, description="The customer.", examples=[7])
    plan: str | None = Field(None, max_length=120, examples=["Care plan"])
    external_id: str | None = Field(None, max_length=200)
    monthly_amount: str | float | None = Field(None, examples=["19.90"])
    currency: str | None = Field(None, max_length=3, examples=["EUR"])
    started_on: dt.date | None = None
    term_months: int | None = Field(None, ge=1, le=1200, description="How long it runs each time.")
    renews_on: dt.date | None = Field(None, description="The first day of the next term.")
    auto_renews: bool | None = Field(None, description="Whether a term is added on the day, without a word.")
    cancelled_on: dt.date | None = None
    ended_on: dt.date | None = Field(None, description="The last day; null while it runs.")
    cancel_reason: str | None = Field(None, max_length=200)


class SubscriptionPatch(SubscriptionFields):
    version: int | None = Field(None, ge=0, description="The version that you read, unless you send `If-Match`.")


class RenewalIn(Input):
    renews_on: dt.date | None = Field(None, description="When it renews again; a term later, if nothing is said.")
    monthly_amount: str | float | None = Field(None, description="A new price a month; as before, if nothing is said.")
    note: str | None = Field(None, max_length=200)


class CancelIn(Input):
    ended_on: dt.date | None = Field(None, description="The last day; the end of the term, if nothing is said.")
    cancelled_on: dt.date | None = Field(None, description="When they said so; today, if nothing is said.")
    cancel_reason: str | None = Field(None, max_length=200)
    version: int | None = Field(None, ge=0, description="The version that you read, unless you send `If-Match`.")


def _fields(request: HttpRequest, given: dict[str, Any], record: Subscription | None) -> dict[str, Any]:
    user = caller(request)
    form: SubscriptionForm = filled(
        lambda data: SubscriptionForm(data=data, user=user, record=record, initial={}), given, NAMES, user
    )
    return form.subscription_fields


@subscriptions.get(
    "",
    response=page_schema("Subscription", SubscriptionOut),
    auth=reads(AREA),
    openapi_extra=list_parameters(SUBSCRIPTIONS),
)
def list_subscriptions(request: HttpRequest) -> HttpResponse:
    """Subscriptions of customers that you may see: `state=running`, `renews_on_max=2026-12-31`."""
    return ApiList(SUBSCRIPTIONS, request).response()


@subscriptions.post("", response={201: SubscriptionOut}, auth=writes(AREA))
def create_subscription(request: HttpRequest, body: Body[SubscriptionFields]) -> HttpResponse:
    """Make a subscription."""
    refuse_without(caller(request), Verb.ADD, Subscription)

    def make() -> Subscription:
        fields = _fields(request, body.model_dump(exclude_unset=True), None)
        return actions.create_subscription(actor=caller(request), fields=fields)

    return created(SUBSCRIPTIONS, request, make)


@subscriptions.get("/{int:subscription_id}", response=SubscriptionOut, auth=reads(AREA))
def get_subscription(request: HttpRequest, subscription_id: int) -> HttpResponse:
    """One subscription, with its version as `ETag`."""
    return answer(SUBSCRIPTIONS, request, found(SUBSCRIPTIONS, request, subscription_id))


@subscriptions.patch("/{int:subscription_id}", response=SubscriptionOut, auth=writes(AREA))
def change_subscription(request: HttpRequest, subscription_id: int, body: Body[SubscriptionPatch]) -> HttpResponse:
    """Change what is given. Needs `If-Match` or `version`."""
    subscription, user = found(SUBSCRIPTIONS, request, subscription_id, Verb.CHANGE), caller(request)
    expected = Expected(request, body.version)
    fields = _fields(request, body.model_dump(exclude_unset=True, exclude={"version"}), subscription)
    expected.save(
        lambda: actions.change_subscription(
            actor=user, subscription=subscription, version=expected.version, fields=fields
        )
    )
    return answer(SUBSCRIPTIONS, request, found(SUBSCRIPTIONS, request, subscription_id))


@subscriptions.post("/{int:subscription_id}/renew", response=SubscriptionOut, auth=writes(AREA))
def renew_subscription(request: HttpRequest, subscription_id: int, body: Body[RenewalIn]) -> HttpResponse:
    """Add a term from the day it renews."""
    subscription, user = found(SUBSCRIPTIONS, request, subscription_id, Verb.CHANGE), caller(request)
    given = body.model_dump(exclude_unset=True)
    form: RenewalForm = filled(lambda data: RenewalForm(data, user=user, record=subscription), given, {}, user)
    acted(lambda: actions.renew_subscription(actor=user, subscription=subscription, **form.renewal))
    return answer(SUBSCRIPTIONS, request, found(SUBSCRIPTIONS, request, subscription_id))


@subscriptions.post("/{int:subscription_id}/cancel", response=SubscriptionOut, auth=writes(AREA))
def cancel_subscription(request: HttpRequest, subscription_id: int, body: Body[CancelIn]) -> HttpResponse:
    """Write down that they gave notice. Needs `If-Match` or `version`."""
    subscription, user = found(SUBSCRIPTIONS, request, subscription_id, Verb.CHANGE), caller(request)
    expected = Expected(request, body.version)
    given = body.model_dump(exclude_unset=True, exclude={"version"})
    form: CancelForm = filled(
        lambda data: CancelForm(data=data, user=user, record=subscription, initial={}), given, {}, user
    )
    said = form.cleaned_data
    expected.save(
        lambda: actions.cancel_subscription(
            actor=user,
            subscription=subscription,
            version=expected.version,
            ended_on=said["ended_on"],
            cancelled_on=said["cancelled_on"],
            reason=said["cancel_reason"],
        )
    )
    return answer(SUBSCRIPTIONS, request, found(SUBSCRIPTIONS, request, subscription_id))
