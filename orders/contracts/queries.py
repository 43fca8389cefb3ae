"""Reads of subscriptions by how they stand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet

from crm.company import company_today
from crm.models import User
from orders.choices import SubscriptionState
from orders.models import Subscription


def state_is(chosen: Sequence[str]) -> Q:
    """Contracts in one of these states today, as `Subscription.state_on` tells them."""
    today = company_today()
    ended = Q(ended_on__lt=today, ended_on__isnull=False)
    cancelled = (Q(ended_on__isnull=False) | Q(cancelled_on__isnull=False)) & ~ended
    states = {
        SubscriptionState.ENDED: ended,
        SubscriptionState.CANCELLED: cancelled,
        SubscriptionState.RUNNING: Q(ended_on=None, cancelled_on=None),
    }
    found = Q(pk__in=[])
    for state in chosen:
        found |= states.get(SubscriptionState(state), Q(pk__in=[])) if state in states else Q(pk__in=[])
    return found


def compare_state(look_up: str, value: Any) -> Q:
    """The state for a filter tree."""
    if look_up == "empty":
        return Q(pk__in=[])
    return ~Q(pk__in=[]) if look_up == "filled" else state_is(value)


def renewing(user: User | None, until: dt.date) -> QuerySet[Subscription]:
    """Running contracts that renew up to that day, those first that should have been renewed already."""
    rows = Subscription.objects.visible_to(user).filter(renews_on__lte=until, ended_on=None, cancelled_on=None)
    return rows.select_related("contact").order_by("renews_on", "pk")
