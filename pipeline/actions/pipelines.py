"""Making pipelines, and setting up their stages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Max, Q

from crm.log import log
from crm.models import User
from crm.saving import assign
from pipeline.choices import StageKind
from pipeline.models import Deal, OutcomeReason, Pipeline, Stage, StageChange
from pipeline.ready import READY, REASONS

FIRST_PIPELINE_LOCK = 7311


@transaction.atomic
def make_ready_pipeline(*, actor: User | None, key: str) -> Pipeline:
    """Make one of the ready pipelines (`pipeline.ready.READY`) with its stages; a name that is taken gets a number."""
    ready = {one.key: one for one in READY}[key]
    name, number = ready.name, 2
    while Pipeline.objects.filter(name=name).exists():
        name, number = f"{ready.name} {number}", number + 1
    last = Pipeline.objects.aggregate(last=Max("position"))["last"] or 0
    pipeline = Pipeline.objects.create(name=name, position=last + 1)
    Stage.objects.bulk_create(
        Stage(
            pipeline=pipeline,
            name=stage.name,
            position=position,
            kind=stage.kind,
            probability=stage.probability,
            expected_days=stage.days,
            required_fields=list(stage.required),
            checklist=list(stage.checklist),
        )
        for position, stage in enumerate(ready.stages, start=1)
    )
    if not OutcomeReason.objects.exists():
        OutcomeReason.objects.bulk_create(
            OutcomeReason(outcome=outcome, name=reason, position=position)
            for outcome, reasons in REASONS.items()
            for position, reason in enumerate(reasons, start=1)
        )
    log(actor=actor, verb="create", object=pipeline, summary=f"Created the pipeline {name}")
    return pipeline


@transaction.atomic
def create_pipeline(*, actor: User | None, name: str, stages: Sequence[str]) -> Pipeline:
    """Make a pipeline with these open stages, and one each for won and lost behind them. Raises ValidationError where
    two stages have one name, or the pipeline has that of another."""
    last = Pipeline.objects.aggregate(last=Max("position"))["last"] or 0
    pipeline = Pipeline(name=name, position=last + 1)
    pipeline.full_clean()
    pipeline.save()
    kinds = [*((name, StageKind.OPEN) for name in stages), ("Won", StageKind.WON), ("Lost", StageKind.LOST)]
    names = [name.casefold() for name, _ in kinds]
    if twice := next((name for name, _ in kinds if names.count(name.casefold()) > 1), ""):
        raise ValidationError({"stages": f"“{twice}” stands there twice; won and lost have a stage already."})
    Stage.objects.bulk_create(
        Stage(pipeline=pipeline, name=name, position=position, kind=kind)
        for position, (name, kind) in enumerate(kinds, start=1)
    )
    log(actor=actor, verb="create", object=pipeline, summary=f"Created the pipeline {name}")
    return pipeline


@transaction.atomic
def change_pipeline(*, actor: User | None, pipeline: Pipeline, fields: Mapping[str, Any]) -> Pipeline:
    """Change its name or its place among the pipelines."""
    current = Pipeline.objects.select_for_update().get(pk=pipeline.pk)
    if changed := assign(current, fields):
        current.full_clean()
        current.save()
        log(
            actor=actor,
            verb="change",
            object=current,
            summary=f"Changed {', '.join(changed)} of the pipeline {current}",
        )
    return current


@transaction.atomic
def save_stage(*, actor: User | None, stage: Stage | None, fields: Mapping[str, Any]) -> Stage:
    """Make a stage (None) or change one; at its `position` it stands, and the others of the pipeline make room.

    Raises ValidationError where the pipeline has a stage of that name, or one for won or lost deals already.
    """
    current = Stage(**fields) if stage is None else Stage.objects.get(pk=stage.pk)
    changed = [*fields] if stage is None else assign(current, fields)
    Pipeline.objects.select_for_update().get(pk=current.pipeline_id)
    if not changed:
        return current
    current.full_clean()
    current.save()
    _put_in_order(current)
    summary = f"Changed {', '.join(changed)} of the stage" if stage else "New stage"
    verb = "change" if stage else "create"
    log(actor=actor, verb=verb, object=current, summary=f"{summary} “{current}” of the pipeline {current.pipeline}")
    return current


@transaction.atomic
def remove_stage(*, actor: User | None, stage: Stage) -> None:
    """Take away a stage that no deal was ever in. Raises ValidationError where one was, or where the pipeline would
    have no open stage, or none for won or lost deals."""
    Pipeline.objects.select_for_update().get(pk=stage.pipeline_id)
    others = Stage.objects.filter(pipeline=stage.pipeline_id, kind=stage.kind).exclude(pk=stage.pk)
    if not others.exists():
        raise ValidationError("A pipeline needs an open stage, and one each for won and lost deals.")
    steps = StageChange.objects.filter(Q(from_stage=stage) | Q(to_stage=stage))
    if Deal.objects.filter(stage=stage).exists() or steps.exists():
        raise ValidationError(f"Deals are in “{stage}” or have been, and their history names it: rename it instead.")
    log(actor=actor, verb="delete", object=stage, summary=f"Took the stage “{stage}” of {stage.pipeline} away")
    stage.delete()


def _put_in_order(stage: Stage) -> None:
    """Number the stages of its pipeline anew, with this one at its position."""
    others = list(Stage.objects.filter(pipeline=stage.pipeline_id).exclude(pk=stage.pk).order_by("position", "pk"))
    others.insert(min(max(stage.position, 1), len(others) + 1) - 1, stage)
    for position, one in enumerate(others, start=1):
        if one.position != position:
            one.position = position
            one.save(update_fields=["position"])


@transaction.atomic
def default_pipeline(*, actor: User | None = None) -> Pipeline:
    """The pipeline of a deal that names none: the first by position; made where there is none yet."""
    found = Pipeline.objects.first()
    if found is None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FIRST_PIPELINE_LOCK])
        found = Pipeline.objects.first() or make_ready_pipeline(actor=actor, key="sales")
    return found
