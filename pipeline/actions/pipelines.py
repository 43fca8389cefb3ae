"""Making pipelines."""

from __future__ import annotations

from django.db import connection, transaction
from django.db.models import Max

from crm.log import log
from crm.models import User
from pipeline.models import OutcomeReason, Pipeline, Stage
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
def default_pipeline(*, actor: User | None = None) -> Pipeline:
    """The pipeline of a deal that names none: the first by position; made where there is none yet."""
    found = Pipeline.objects.first()
    if found is None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FIRST_PIPELINE_LOCK])
        found = Pipeline.objects.first() or make_ready_pipeline(actor=actor, key="sales")
    return found
