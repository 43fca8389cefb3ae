"""Writes of subscriptions. Each is one transaction and one log row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from crm.company import company_today
from crm.languages.refusing import refused
from crm.log import log
from crm.models import User
from crm.saving import assign, locked, refuse_lost_sight
from crm.templatetags.figures import full_day
from orders.contracts.terms import first_renewal
from orders.models import Subscription, SubscriptionRenewal


@transaction.atomic
def create_subscription(*, actor: User | None, fields: Mapping[str, Any]) -> Subscription:
    """Make a contract. With a term and no day of renewal, it renews a term after its start."""
    subscription = Subscription(**fields)
    subscription.renews_on = subscription.renews_on or first_renewal(subscription)
    subscription.validate_constraints()
    subscription.save()
    refuse_lost_sight(actor, subscription)
    _log(actor, subscription, "create", f"Created the subscription {subscription}")
    return subscription


@transaction.atomic
def change_subscription(
    *, actor: User | None, subscription: Subscription, version: int, fields: Mapping[str, Any]
) -> Subscription:
    """Change what is given. Raises `StaleRecord` when somebody saved it after `version` was read."""
    current: Subscription = locked(subscription, version)
    if changed := assign(current, fields):
        current.validate_constraints()
        current.version += 1
        current.save()
        refuse_lost_sight(actor, current)
        _log(actor, current, "change", f"Changed {', '.join(changed)} of {current}")
    return current


@transaction.atomic
def renew_subscription(
    *,
    actor: User | None,
    subscription: Subscription,
    renews_on: dt.date,
    monthly_amount: Decimal | None,
    note: str = "",
) -> SubscriptionRenewal:
    """Add a term from the day it renews (or from today, where none is known) up to `renews_on`.

    A new monthly amount holds from then on. Raises for a contract that was cancelled or has ended, and for a term
    without a length; of two at once, one waits and is refused.
    """
    current = Subscription.objects.select_for_update().get(pk=subscription.pk)
    if current.cancelled_on is not None or current.ended_on is not None:
        raise ValidationError("It was cancelled: take the cancellation back first, on its edit page.")
    starts_on = current.renews_on or company_today()
    if renews_on <= starts_on:
        raise ValidationError(
            {
                "renews_on": refused(
                    "The term begins on %(day)s; it has to end after that.", day=lambda: full_day(starts_on)
                )
            }
        )
    renewal = SubscriptionRenewal.objects.create(
        subscription=current,
        starts_on=starts_on,
        renews_on=renews_on,
        monthly_amount=monthly_amount,
        note=note.strip(),
        actor=actor,
    )
    current.renews_on = renews_on
    current.monthly_amount = current.monthly_amount if monthly_amount is None else monthly_amount
    current.version += 1
    current.save()
    _log(actor, current, "renew", f"Renewed {current} until {renews_on:%d %B %Y}")
    return renewal


@transaction.atomic
def cancel_subscription(
    *,
    actor: User | None,
    subscription: Subscription,
    version: int,
    ended_on: dt.date,
    cancelled_on: dt.date | None = None,
    reason: str = "",
) -> Subscription:
    """Write down that they gave notice: when, why, and the last day.

    Raises `StaleRecord` after somebody else's save, and where it would end before it starts.
    """
    current: Subscription = locked(subscription, version)
    if ended_on < current.started_on:
        raise ValidationError({"ended_on": "It cannot end before it starts."})
    current.cancelled_on = cancelled_on or company_today()
    current.ended_on, current.cancel_reason, current.renews_on = ended_on, reason.strip(), None
    current.version += 1
    current.save()
    _log(actor, current, "cancel", f"{current} was cancelled to {ended_on:%d %B %Y}")
    return current


def _log(actor: User | None, subscription: Subscription, verb: str, summary: str) -> None:
    log(actor=actor, verb=verb, object=subscription, contact_id=subscription.contact_id, summary=summary)
