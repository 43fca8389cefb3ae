"""Writes of what leads cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from crm.log import log
from crm.models import User
from crm.saving import assign, locked
from leads.models import LeadCost


@transaction.atomic
def create_cost(*, actor: User | None, fields: Mapping[str, Any]) -> LeadCost:
    """Write down what was spent."""
    cost = LeadCost.objects.create(**fields)
    log(actor=actor, verb="create", object=cost, summary=f"Cost of leads: {cost}, {cost.amount}")
    return cost


@transaction.atomic
def change_cost(*, actor: User | None, cost: LeadCost, version: int, fields: Mapping[str, Any]) -> LeadCost:
    """Change what is given. Raises `StaleRecord`."""
    current: LeadCost = locked(cost, version)
    if changed := assign(current, fields):
        current.version += 1
        current.save()
        log(actor=actor, verb="change", object=current, summary=f"Changed {', '.join(changed)} of {current}")
    return current


@transaction.atomic
def remove_cost(*, actor: User | None, cost: LeadCost) -> None:
    """Take a cost away."""
    log(actor=actor, verb="delete", object=cost, summary=f"Took away the cost of leads {cost}, {cost.amount}")
    cost.delete()
