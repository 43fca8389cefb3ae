"""What the house says of its retention rules."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from contacts.models import RetentionRule
from contacts.privacy.retention.rules import kinds
from crm.log import log
from crm.models import User
from crm.saving import locked


@transaction.atomic
def change_rule(*, actor: User | None, rule: RetentionRule, version: int, fields: dict[str, Any]) -> RetentionRule:
    """Set how long data of a kind are kept, and whether the rule works. Raises StaleRecord, ValidationError for a kind
    that the product does not know."""
    current: RetentionRule = locked(rule, version)
    kind = kinds().get(current.kind)
    if kind is None:
        raise ValidationError("The product does not know this kind of data any more.")
    for name in ("months", "order_years", "is_on"):
        if name in fields:
            setattr(current, name, fields[name])
    current.version += 1
    current.full_clean()
    current.save()
    words = f"{current.months} months, {'on' if current.is_on else 'off'}"
    log(actor=actor, verb="set retention rule", object=current, summary=f"{kind.title}: {words}")
    return current
