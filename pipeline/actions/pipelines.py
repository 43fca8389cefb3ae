"""Making pipelines, and setting up their stages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import Max, ProtectedError, Q
from django.utils.translation import gettext_noop

from crm.languages.refusing import refused
from crm.locks import wait_for_word
from crm.log import log
from crm.models import User
from crm.saving import assign, number_row, placed
from pipeline.choices import StageKind
from pipeline.models import Deal, OutcomeReason, Pipeline, Stage, StageChange
from pipeline.queries import in_order, kind_order
from pipeline.ready import READY, REASONS

FIRST_PIPELINE_LOCK, NAME_LOCK = 7311, 7313
WERE_HERE = gettext_noop("Deals are in “%(stage)s” or have been, and their history names it: rename it instead.")


def hold_names() -> None:
    """Nobody else names a pipeline or a reason until the transaction ends. Taken before the row of either."""
    wait_for_word(NAME_LOCK, "name")


@transaction.atomic
def make_ready_pipeline(*, actor: User | None, key: str) -> Pipeline:
    """Make one of the ready pipelines (`pipeline.ready.READY`) with its stages; a name that is taken gets a number."""
    ready = {one.key: one for one in READY}[key]
    hold_names()
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
    two stages have one name or one is none, or the pipeline has that of another."""
    hold_names()
    last = Pipeline.objects.aggregate(last=Max("position"))["last"] or 0
    pipeline = Pipeline(name=name, position=last + 1)
    pipeline.full_clean()
    pipeline.save()
    kinds = [*((name, StageKind.OPEN) for name in stages), ("Won", StageKind.WON), ("Lost", StageKind.LOST)]
    names = [name.casefold() for name, _ in kinds]
    if twice := next((name for name, _ in kinds if names.count(name.casefold()) > 1), ""):
        raise ValidationError(
            {"stages": refused("“%(twice)s” stands there twice; won and lost have a stage already.", twice=twice)}
        )
    rows = [
        Stage(pipeline=pipeline, name=name, position=position, kind=kind)
        for position, (name, kind) in enumerate(kinds, start=1)
    ]
    for row in rows:
        try:
            row.clean_fields(exclude={"pipeline"})
        except ValidationError as error:
            raise ValidationError(
                {"stages": refused("“%(stage)s”: %(problem)s", stage=row.name[:80], problem=error)}
            ) from error
    Stage.objects.bulk_create(rows)
    log(actor=actor, verb="create", object=pipeline, summary=f"Created the pipeline {name}")
    return pipeline


@transaction.atomic
def change_pipeline(*, actor: User | None, pipeline: Pipeline, fields: Mapping[str, Any]) -> Pipeline:
    """Change its name or its place among the pipelines. Raises ValidationError where another has that name."""
    hold_names()
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


def hold_pipeline(key: int) -> None:
    """Nobody else changes its stages until the transaction ends. Taken before the row of any stage; deals come into the
    stages all the while."""
    Pipeline.objects.select_for_update(no_key=True).filter(pk=key).first()


@transaction.atomic
def save_stage(*, actor: User | None, stage: Stage | None, fields: Mapping[str, Any]) -> Stage:
    """Make a stage (None) or change one. `position` is its place among the open ones, from 1: the others make room, and
    won and lost stand behind. Without one it stays, a new one stands behind the last open one.

    Raises ValidationError where the pipeline has a stage of that name, or one for won or lost deals already.
    """
    key = fields["pipeline"].pk if stage is None else stage.pipeline_id
    hold_pipeline(key)
    values = {name: value for name, value in fields.items() if name != "position"}
    current = Stage(**values) if stage is None else Stage.objects.get(pk=stage.pk)
    row = in_order(key)
    changed = [*fields] if stage is None else assign(current, values)
    last_open = sum(one.is_open for one in row if one.pk != current.pk) + 1
    stands = placed(row, current, fields.get("position") if current.is_open else None, last_open)
    if stage is None:
        current.position = stands.place
    elif stands.is_moved:
        changed.append("position")
    if not changed:
        return current
    current.full_clean()
    current.save()
    if stands.is_moved:
        _number(stands.row)
    summary = f"Changed {', '.join(changed)} of the stage" if stage else "New stage"
    verb = "change" if stage else "create"
    log(actor=actor, verb=verb, object=current, summary=f"{summary} “{current}” of the pipeline {current.pipeline}")
    return current


def remove_stage(*, actor: User | None, stage: Stage) -> None:
    """Take away a stage that no deal was ever in. Raises ValidationError where one was, or where the pipeline would
    have no open stage, or none for won or lost deals."""
    try:
        _remove_stage(actor, stage)
    except (ProtectedError, IntegrityError) as error:
        raise refused(WERE_HERE, stage=stage) from error


@transaction.atomic
def _remove_stage(actor: User | None, stage: Stage) -> None:
    hold_pipeline(stage.pipeline_id)
    row = list(Stage.objects.select_for_update().filter(pk=stage.pk))  # after the deals that are on their way into it
    if not row:
        raise refused("The stage “%(stage)s” was taken away before.", stage=stage)
    others = Stage.objects.filter(pipeline=stage.pipeline_id, kind=stage.kind).exclude(pk=stage.pk)
    if not others.exists():
        raise ValidationError("A pipeline needs an open stage, and one each for won and lost deals.")
    steps = StageChange.objects.filter(Q(from_stage=stage) | Q(to_stage=stage))
    if Deal.objects.filter(stage=stage).exists() or steps.exists():
        raise refused(WERE_HERE, stage=stage)
    log(actor=actor, verb="delete", object=stage, summary=f"Took the stage “{stage}” of {stage.pipeline} away")
    row[0].delete()
    _number(in_order(stage.pipeline_id))


def _number(row: Sequence[Stage]) -> None:
    """Number the stages as they stand in this row, won and lost at its end."""
    number_row(sorted(row, key=kind_order))


@transaction.atomic
def default_pipeline(*, actor: User | None = None) -> Pipeline:
    """The pipeline of a deal that names none: the first by position; made where there is none yet."""
    found = Pipeline.objects.first()
    if found is None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FIRST_PIPELINE_LOCK])
        found = Pipeline.objects.first() or make_ready_pipeline(actor=actor, key="sales")
    return found
