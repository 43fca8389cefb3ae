"""The engine of the analysis: running its steps; the command, the worker and the demo call it."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction

from analytics.models import ModelRun
from analytics.registry import Step, read_parameters, steps_named
from analytics.steps import AnalysisError
from analytics.swapping import TableInUse
from crm.company import company_today
from crm.jobs import Progress, SilentProgress
from crm.log import log
from crm.templatetags.figures import full_day, number

if TYPE_CHECKING:
    from crm.models import JobRun, User


def read_day(text: str | None) -> dt.date:
    """The day of as-of as YYYY-MM-DD; today in the company's time zone for none. Raises AnalysisError."""
    if not text:
        return company_today()
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise AnalysisError(f"“{text[:40]}” is not a day; write it like 2026-06-30.") from None


def run_steps(
    *,
    actor: User | None,
    as_of: dt.date,
    only: Sequence[str] = (),
    parameters: Mapping[str, Mapping[str, Any]] | None = None,
    progress: Progress | None = None,
    job: JobRun | None = None,
) -> list[ModelRun]:
    """Run steps one after the other, each in a transaction of its own. Raises AnalysisError where one cannot be run.

    A step that fails leaves its last good figures in place, and the steps before it keep their new ones.
    """
    chosen, values = steps_named(only), read_parameters(parameters or {})
    told = progress or SilentProgress()
    return [
        run_step(actor=actor, step=step, as_of=as_of, parameters=values[step.name], progress=told, job=job)
        for step in chosen
    ]


@transaction.atomic
def run_step(
    *,
    actor: User | None,
    step: Step,
    as_of: dt.date,
    parameters: Mapping[str, Any],
    progress: Progress,
    job: JobRun | None = None,
) -> ModelRun:
    """Run one step and write down what it found."""
    started = time.monotonic()
    run = ModelRun.objects.create(
        step=step.name, as_of=as_of, actor=actor, job=job, code_version=step.code_version, parameters=dict(parameters)
    )
    try:
        result = step.run(as_of, parameters, progress, run_id=run.pk)
    except TableInUse as error:
        raise AnalysisError(str(error)) from error
    run.parameters, run.metrics, run.row_count = result.parameters, result.metrics, result.rows
    run.data_from, run.data_to = result.data_from, result.data_to
    run.seconds = round(time.monotonic() - started, 3)
    run.save()
    summary = f"Ran {step.label.lower()} as of {full_day(as_of)}: {number(result.rows)} rows"
    log(actor=actor, verb="analyze", object=run, summary=summary, job=job)
    return run


def as_json(runs: Sequence[ModelRun]) -> dict[str, Any]:
    """What `analyze --json` prints, by step."""
    return {
        run.step: {
            "seconds": run.seconds,
            "rows": run.row_count,
            "parameters": {"as_of": run.as_of.isoformat(), **run.parameters},
            "metrics": run.metrics,
        }
        for run in runs
    }
