"""The engine of the analysis: which steps there are, and running them; the command, the worker and the demo call it."""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction

from analytics.models import ModelRun
from analytics.steps import AnalysisError, StepResult, rfm
from analytics.swapping import TableInUse
from crm.company import company_today
from crm.jobs import Progress, SilentProgress
from crm.log import log
from crm.templatetags.figures import full_day, number

if TYPE_CHECKING:
    from crm.models import JobRun, User

VERSION_LENGTH = 12


@dataclass(frozen=True)
class Step:
    """A kind of computation. `parameters` are the names it takes; `read` turns what was typed into their values."""

    name: str
    label: str
    run: Callable[..., StepResult]
    read: Callable[[Mapping[str, Any]], dict[str, Any]]
    parameters: tuple[str, ...] = ()

    @property
    def code_version(self) -> str:
        """A mark of the code of this step, so that a figure can be told from one that older code computed."""
        source = Path(import_module(self.run.__module__).__file__ or "").read_bytes()
        return hashlib.sha256(source).hexdigest()[:VERSION_LENGTH]


STEPS = {
    step.name: step
    for step in (Step("rfm", "Recency, frequency, monetary value", rfm.run, rfm.read_parameters, ("window_days",)),)
}


def steps_named(names: Sequence[str]) -> list[Step]:
    """The steps of these names, in the order of the engine; all for none. Raises AnalysisError for an unknown one."""
    for name in names:
        if name not in STEPS:
            raise AnalysisError(f"There is no step “{name[:40]}”. The steps are: {', '.join(STEPS)}.")
    return [step for step in STEPS.values() if not names or step.name in names]


def read_parameters(given: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Parameters by step, read and checked. Raises AnalysisError with a sentence."""
    for name, values in given.items():
        (step,) = steps_named([name])
        for parameter in values:
            if parameter not in step.parameters:
                known = ", ".join(f"{name}.{one}" for one in step.parameters)
                raise AnalysisError(f"The step {name} has no parameter “{parameter[:40]}”. It has: {known}.")
    return {name: step.read(given.get(name, {})) for name, step in STEPS.items()}


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
