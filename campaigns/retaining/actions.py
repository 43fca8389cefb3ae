"""Writes of retention actions: plan, change, start with a draw of who is kept out, end, delete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import EmptyResultSet, ValidationError
from django.db import connection, transaction

from campaigns.choices import KIND_OF_WAY, RetentionWay
from campaigns.models import RetentionAction
from campaigns.segments.actions import NOBODY_SQL
from campaigns.segments.meaning import asked_by, people_in
from campaigns.sending.audience import DRAW
from crm.company import company_today
from crm.filtering.trees.nodes import TreeProblem
from crm.languages.refusing import refused
from crm.log import log
from crm.models import User
from crm.saving import assign, locked
from crm.templatetags.figures import plural

FIXED = ("way", "segment", "control_share", "horizon_days")
"""What stands fast once it has started: the comparison rests on it."""
FREEZE_SQL = """
INSERT INTO campaigns_retainedcustomer (action_id, contact_id, is_control)
SELECT %s, p.id, {draw} < %s FROM ({people}) p ORDER BY p.id
"""


@transaction.atomic
def create_retention_action(*, actor: User | None, fields: Mapping[str, Any]) -> RetentionAction:
    """Plan an action; nobody is in it before it starts."""
    action: RetentionAction = RetentionAction(**fields)
    action.kind = KIND_OF_WAY[RetentionWay(action.way)]
    action.save()
    log(actor=actor, verb="create", object=action, summary=f"New retention action: {action}")
    return action


@transaction.atomic
def change_retention_action(
    *, actor: User | None, action: RetentionAction, version: int, fields: Mapping[str, Any]
) -> RetentionAction:
    """Change what is given. Raises ValidationError for what stands fast once it has started, and `StaleRecord`."""
    current: RetentionAction = locked(action, version)
    if current.started_on:
        moved = [name for name in FIXED if name in fields and getattr(current, name) != fields[name]]
        if moved:
            raise ValidationError(
                {
                    moved[
                        0
                    ]: "It has started: by what, for whom, how many are kept out and for how long it is looked at "
                    "stand fast.",
                }
            )
    if changed := assign(current, fields):
        current.kind = KIND_OF_WAY[RetentionWay(current.way)]
        current.version += 1
        current.save()
        log(actor=actor, verb="change", object=current, summary=f"Changed {', '.join(changed)} of {current}")
    return current


@transaction.atomic
def start_retention_action(*, actor: User | None, action: RetentionAction) -> None:
    """Write down the customers of the segment, and draw who is kept out. ValidationError where there are none."""
    current = _locked(action)
    if current.started_on:
        raise ValidationError("It has started already.")
    try:
        with asked_by(actor):
            people, values = people_in(current.segment, actor).order_by().values("id").query.sql_with_params()
    except EmptyResultSet:
        people, values = NOBODY_SQL, ()
    except TreeProblem as problem:
        raise ValidationError(str(problem)) from problem
    with connection.cursor() as cursor:
        statement = FREEZE_SQL.format(draw=DRAW, people=people)
        cursor.execute(statement, [current.pk, current.seed, current.control_share, *values])
        count = int(cursor.rowcount)
    if not count:
        raise refused("Nobody is in the segment “%(segment)s” now.", segment=current.segment)
    current.started_on = company_today()
    current.version += 1
    current.save()
    kept_out = ", some kept out by lot" if current.control_share else ""
    summary = f"Started {current} for {plural(count, 'customer')}{kept_out}"
    log(actor=actor, verb="start", object=current, summary=summary)


@transaction.atomic
def end_retention_action(*, actor: User | None, action: RetentionAction) -> None:
    """It is over from today on; its customers and what came of it stay."""
    current = _locked(action)
    if not current.is_running:
        raise ValidationError("It does not run.")
    current.ended_on = company_today()
    current.version += 1
    current.save()
    log(actor=actor, verb="end", object=current, summary=f"Ended {current}")


@transaction.atomic
def delete_retention_action(*, actor: User | None, action: RetentionAction) -> None:
    """Delete one that has not started. Raises ValidationError for others."""
    current = _locked(action)
    if current.started_on:
        raise ValidationError("It has started: what came of it stays. End it instead.")
    log(actor=actor, verb="delete", object=current, summary=f"Deleted {current}")
    current.delete()


def _locked(action: RetentionAction) -> RetentionAction:
    found: RetentionAction = RetentionAction.objects.select_for_update().get(pk=action.pk)
    return found
