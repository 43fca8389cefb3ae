"""Writes of the reasons that are offered when a deal is won or lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from crm.languages.refusing import refused
from crm.log import log
from crm.models import User
from crm.saving import assign, number_row, placed
from pipeline.actions.pipelines import hold_names
from pipeline.models import OutcomeReason
from pipeline.queries import reasons_of


@transaction.atomic
def save_reason(*, actor: User | None, reason: OutcomeReason | None, fields: Mapping[str, Any]) -> OutcomeReason:
    """Make a reason (None) or change one. `position` is its place among those of the same outcome, from 1: the others
    make room; without one it stays, a new one stands last. Deals that have ended keep the words that they were given.

    Raises ValidationError where the outcome has a reason of that name.
    """
    hold_names()
    values = {name: value for name, value in fields.items() if name != "position"}
    current = OutcomeReason(**values) if reason is None else OutcomeReason.objects.select_for_update().get(pk=reason.pk)
    changed = [] if reason is None else assign(current, values)
    stands = placed(reasons_of(current.outcome), current, fields.get("position"))
    if reason is not None and stands.is_moved:
        changed.append("position")
    if reason is not None and not changed:
        return current
    current.position = stands.place
    current.full_clean()
    current.save()
    number_row(stands.row)
    said = f"Changed {', '.join(changed)} of the reason" if reason else "New reason"
    summary = f"{said} “{current}” of {current.get_outcome_display().lower()} deals"
    log(actor=actor, verb="change" if reason else "create", object=current, summary=summary)
    return current


@transaction.atomic
def remove_reason(*, actor: User | None, reason: OutcomeReason) -> None:
    """Offer a reason no more. Deals that ended for it keep its words."""
    hold_names()
    row = OutcomeReason.objects.select_for_update().filter(pk=reason.pk).first()
    if row is None:
        raise refused("The reason “%(reason)s” was taken away before.", reason=reason)
    summary = f"Took the reason “{row}” of {row.get_outcome_display().lower()} deals away"
    log(actor=actor, verb="delete", object=row, summary=summary)
    row.delete()
    number_row(reasons_of(row.outcome))
