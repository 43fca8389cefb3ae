"""Writes of initiatives: plan, change, start, end, delete; their milestones; their costs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum

from analytics.models import Initiative, InitiativeCost, Milestone
from crm.company import company_today
from crm.log import log
from crm.models import User
from crm.saving import assign, locked, refuse_lost_sight

FIXED = ("starts_on", "measure", "span", "segment", "target_value", "target_on")
"""What stands fast once it has started: it is judged by it."""


@transaction.atomic
def create_initiative(*, actor: User | None, fields: Mapping[str, Any]) -> Initiative:
    """Plan an initiative. Raises ValidationError."""
    initiative: Initiative = Initiative(**fields)
    initiative.save()
    refuse_lost_sight(actor, initiative)
    log(actor=actor, verb="create", object=initiative, summary=f"New initiative: {initiative}")
    return initiative


@transaction.atomic
def change_initiative(
    *, actor: User | None, initiative: Initiative, version: int, fields: Mapping[str, Any]
) -> Initiative:
    """Change what is given. Raises ValidationError for what stands fast once it has started, and `StaleRecord`."""
    current: Initiative = locked(initiative, version)
    if current.started_on:
        moved = [name for name in FIXED if name in fields and getattr(current, name) != fields[name]]
        if moved:
            raise ValidationError(
                {
                    moved[
                        0
                    ]: "It has started: the planned start, the figure, its target and the target day stand fast.",
                }
            )
    if changed := assign(current, fields):
        current.version += 1
        current.save()
        refuse_lost_sight(actor, current)
        log(actor=actor, verb="change", object=current, summary=f"Changed {', '.join(changed)} of {current}")
    return current


@transaction.atomic
def start_initiative(*, actor: User | None, initiative: Initiative, on: dt.date | None = None) -> Initiative:
    """It begins (today unless told); end and budget are kept as they were agreed. Raises ValidationError."""
    current = _held(initiative)
    if current.started_on:
        raise ValidationError("It has started already.")
    current.started_on = on or company_today()
    if current.started_on >= current.target_on:
        raise ValidationError("Its target day is not ahead any more: give it a later one first.")
    current.agreed_ends_on, current.agreed_budget_amount = current.ends_on, current.budget_amount
    current.version += 1
    current.save()
    log(actor=actor, verb="start", object=current, summary=f"Started {current}")
    return current


@transaction.atomic
def end_initiative(*, actor: User | None, initiative: Initiative, on: dt.date | None = None) -> Initiative:
    """The work is done (today unless told); its figure is looked at until the target day. Raises ValidationError."""
    current = _held(initiative)
    if not current.is_running:
        raise ValidationError("It does not run.")
    current.ended_on = on or company_today()
    current.version += 1
    current.save()
    log(actor=actor, verb="end", object=current, summary=f"Ended {current}")
    return current


@transaction.atomic
def delete_initiative(*, actor: User | None, initiative: Initiative) -> None:
    """Delete one that has not started and cost nothing. Raises ValidationError for others."""
    current = _held(initiative)
    if current.started_on or current.costs.exists():
        raise ValidationError("It has started or cost something: what came of it stays. End it instead.")
    log(actor=actor, verb="delete", object=current, summary=f"Deleted {current}")
    current.delete()


@transaction.atomic
def add_milestone(*, actor: User | None, initiative: Initiative, fields: Mapping[str, Any]) -> Milestone:
    """What is to be there by a day."""
    current = _held(initiative)
    milestone = Milestone.objects.create(initiative=current, **fields)
    log(actor=actor, verb="change", object=current, summary=f"New milestone of {current}: {milestone}")
    return milestone


@transaction.atomic
def change_milestone(*, actor: User | None, milestone: Milestone, version: int, fields: Mapping[str, Any]) -> Milestone:
    """Change what is given. Raises `StaleRecord`."""
    current: Milestone = locked(milestone, version)
    if changed := assign(current, fields):
        current.version += 1
        current.save()
        said = f"Changed {', '.join(changed)} of the milestone {current}"
        log(actor=actor, verb="change", object=current.initiative, summary=said)
    return current


@transaction.atomic
def reach_milestone(*, actor: User | None, milestone: Milestone) -> None:
    """It is there, today. Twice is once."""
    current = Milestone.objects.select_for_update().get(pk=milestone.pk)
    if current.done_on is None:
        current.done_on = company_today()
        current.version += 1
        current.save()
        log(actor=actor, verb="change", object=current.initiative, summary=f"Reached the milestone {current}")


@transaction.atomic
def delete_milestone(*, actor: User | None, milestone: Milestone) -> None:
    """Take it out of the plan."""
    current = Milestone.objects.select_for_update().get(pk=milestone.pk)
    log(actor=actor, verb="change", object=current.initiative, summary=f"Deleted the milestone {current}")
    current.delete()


@transaction.atomic
def book_cost(*, actor: User | None, initiative: Initiative, fields: Mapping[str, Any]) -> InitiativeCost:
    """What it cost, in the company's currency."""
    current = _held(initiative)
    cost = InitiativeCost.objects.create(initiative=current, **fields)
    _add_up(current)
    log(actor=actor, verb="change", object=current, summary=f"Booked {cost.amount} for {cost} of {current}")
    return cost


@transaction.atomic
def change_cost(*, actor: User | None, cost: InitiativeCost, version: int, fields: Mapping[str, Any]) -> InitiativeCost:
    """Change what is given. Raises `StaleRecord`."""
    initiative = _held(cost.initiative)
    current: InitiativeCost = locked(cost, version)
    if changed := assign(current, fields):
        current.version += 1
        current.save()
        _add_up(initiative)
        log(
            actor=actor, verb="change", object=initiative, summary=f"Changed {', '.join(changed)} of the cost {current}"
        )
    return current


@transaction.atomic
def delete_cost(*, actor: User | None, cost: InitiativeCost) -> None:
    """Take back a cost that was booked by mistake."""
    initiative = _held(cost.initiative)
    current = InitiativeCost.objects.select_for_update().get(pk=cost.pk)
    log(actor=actor, verb="change", object=initiative, summary=f"Took back {current.amount} for {current}")
    current.delete()
    _add_up(initiative)


def _held(initiative: Initiative) -> Initiative:
    found: Initiative = Initiative.objects.select_for_update().get(pk=initiative.pk)
    return found


def _add_up(initiative: Initiative) -> None:
    """Bring the sum of the costs up to date; the row of the initiative is held."""
    total = InitiativeCost.objects.filter(initiative=initiative).aggregate(total=Sum("amount"))["total"]
    Initiative.objects.filter(pk=initiative.pk).update(booked_amount=total or Decimal(0))
