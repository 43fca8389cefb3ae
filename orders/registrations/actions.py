"""Writes of product registrations. Each is one transaction and one log row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from crm.log import log
from crm.models import User
from crm.saving import assign, locked, refuse_lost_sight
from orders.contracts.terms import months_later
from orders.models import ProductRegistration


@transaction.atomic
def register_product(*, actor: User | None, fields: Mapping[str, Any]) -> ProductRegistration:
    """Write down who has this piece. Without an end of the warranty, the product's months tell it."""
    if fields.get("product") is None:
        raise ValidationError("Which product is it? A registration needs one.")
    registration = ProductRegistration(**fields)
    registration.warranty_ends_on = registration.warranty_ends_on or _warranty_end(registration)
    registration.validate_constraints()
    registration.save()
    refuse_lost_sight(actor, registration)
    summary = f"Registered {registration}"
    log(actor=actor, verb="register", object=registration, contact_id=registration.contact_id, summary=summary)
    return registration


@transaction.atomic
def change_registration(
    *, actor: User | None, registration: ProductRegistration, version: int, fields: Mapping[str, Any]
) -> ProductRegistration:
    """Change what is given. Raises `StaleRecord` when somebody saved it after `version` was read."""
    current: ProductRegistration = locked(registration, version)
    if changed := assign(current, fields):
        current.validate_constraints()
        current.version += 1
        current.save()
        refuse_lost_sight(actor, current)
        summary = f"Changed {', '.join(changed)} of {current}"
        log(actor=actor, verb="change", object=current, contact_id=current.contact_id, summary=summary)
    return current


def _warranty_end(registration: ProductRegistration) -> dt.date | None:
    """The last day by the product's months from the day it was bought, or registered; None for a product without."""
    months = registration.product.warranty_months
    return months_later(registration.bought_on or registration.registered_on, months) if months else None
