"""A deal from one stage into another: what a stage asks for is asked for here, wherever the move comes from."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from crm.company import company_today
from crm.languages.refusing import refused
from crm.log import log
from crm.models import User
from crm.saving import locked
from pipeline.choices import ContactRole, RequiredField, StageKind
from pipeline.keeping import refresh_deals
from pipeline.models import Deal, DealRole, Stage, StageChange


class MissingBeforeMove(ValidationError):
    """The deal lacks what the stage asks for: `fields` (of `RequiredField`) and unticked lines of the checklist."""

    def __init__(self, stage: Stage, fields: list[str], unticked: list[str]) -> None:
        self.stage, self.fields, self.unticked = stage, fields, unticked
        words = [RequiredField(name).label.lower() for name in fields]
        sentences = [f"“{stage.name}” needs: {', '.join(words)}."] if words else []
        sentences += [f"Not ticked yet: {', '.join(unticked)}."] if unticked else []
        super().__init__(" ".join(sentences))


@transaction.atomic
def move_deal(
    *,
    actor: User | None,
    deal: Deal,
    version: int,
    stage: Stage,
    on: dt.date | None = None,
    reason: str = "",
    is_agreed: bool = False,
) -> Deal:
    """Move a deal into a stage of its pipeline, on this day (today, unless told); one row of the ledger for each move.

    `is_agreed`: the customer has accepted, so the checklist of the stage before is not asked any more.

    Won and lost close it, an open stage opens it again. Raises `StaleRecord` when somebody saved it after `version`
    was read, `MissingBeforeMove` where the stage asks for what is not there.
    """
    current: Deal = locked(deal, version)
    before = current.stage
    if stage.pk == before.pk:
        return current
    day = on or company_today()
    keep_stage(stage)
    _refuse_wrong_move(current, stage, day)
    current.stage, current.pipeline_id = stage, stage.pipeline_id
    current.outcome, current.stage_since = stage.kind, day
    current.closed_on = None if stage.is_open else day
    current.reason = "" if stage.is_open else reason or current.reason
    if missing := missing_before(current, stage, before=before, asks_checklist=not is_agreed):
        raise missing
    current.version += 1
    current.save()
    refresh_deals([current.pk])
    current.refresh_from_db()
    StageChange.objects.create(
        deal=current,
        from_stage=before,
        to_stage=stage,
        changed_on=day,
        base_amount=current.base_amount,
        reason=current.reason,
        actor=actor,
    )
    log(
        actor=actor,
        verb="move",
        object=current,
        contact_id=current.customer_id,
        summary=f"{current.title}: {before.name} → {stage.name}",
    )
    return current


def keep_stage(stage: Stage) -> None:
    """The stage cannot be taken away until the transaction ends. Raises ValidationError where it has been."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pipeline_stage WHERE id = %s FOR KEY SHARE", [stage.pk])
        if cursor.fetchone() is None:
            raise refused("The stage “%(stage)s” was taken away meanwhile.", stage=stage)


@transaction.atomic
def tick(*, actor: User | None, deal: Deal, line: str, is_done: bool) -> None:
    """Tick a line of the checklist of the deal's stage, or take the tick off. It is no new version of the deal."""
    current = Deal.objects.select_for_update().get(pk=deal.pk)
    if line not in current.stage.checklist:
        raise ValidationError("This stage has no such line.")
    ticked = [one for one in current.ticked if one != line] + ([line] if is_done else [])
    if ticked == current.ticked:
        return
    Deal.objects.filter(pk=deal.pk).update(ticked=ticked)
    log(
        actor=actor,
        verb="change",
        object=current,
        contact_id=current.customer_id,
        summary=f"{current.title}: {'ticked' if is_done else 'unticked'} “{line}”",
    )


def missing_for(deal: Deal, stage: Stage) -> list[str]:
    """What of the stage's required fields the deal lacks."""
    return [name for name in stage.required_fields if not _has(deal, name)]


def missing_before(
    deal: Deal, stage: Stage, *, before: Stage | None = None, asks_checklist: bool = True
) -> MissingBeforeMove | None:
    """What keeps a deal from going into a stage: what that stage asks for, and the checklist of the one `before` (where
    it stands, unless told) if it goes on from there and is not lost. None where nothing does."""
    was = before or deal.stage
    goes_on = asks_checklist and was.is_open and stage.kind != StageKind.LOST and stage.position > was.position
    unticked = [line for line in was.checklist if line not in deal.ticked] if goes_on else []
    missing = missing_for(deal, stage)
    return MissingBeforeMove(stage, missing, unticked) if missing or unticked else None


def _has(deal: Deal, name: str) -> bool:
    if name == RequiredField.CUSTOMER:
        return deal.customer_id is not None
    if name == RequiredField.DECISION_MAKER:
        return DealRole.objects.filter(deal=deal, role=ContactRole.DECISION_MAKER).exists()
    value = getattr(deal, f"{name}_id" if name in (RequiredField.OWNER, RequiredField.PRODUCT) else name)
    return value not in (None, "")


def _refuse_wrong_move(deal: Deal, stage: Stage, day: dt.date) -> None:
    if stage.pipeline_id != deal.pipeline_id:
        raise ValidationError("This stage belongs to another pipeline.")
    if deal.archived_at is not None:
        raise ValidationError("This deal is archived: restore it before you move it.")
    if day > company_today():
        raise ValidationError("A move cannot have happened after today.")
    if deal.opened_on and day < deal.opened_on:
        raise ValidationError("A deal cannot move before the day it was opened on.")
