"""The engine of the analysis: running its steps; the command, the worker and the demo call it."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction

from analytics.models import ModelRun
from analytics.registry import Step, read_parameters, steps_named
from analytics.steps import AnalysisError
from analytics.swapping import TableInUse
from crm.company import company_today
from crm.failpoints import failpoint
from crm.jobs import JobCancelled, Progress, SilentProgress
from crm.locks import side_connection, take_lock
from crm.log import log
from crm.templatetags.figures import full_day, number

if TYPE_CHECKING:
    from crm.models import JobRun, User


logger = logging.getLogger(__name__)
RUN_LOCK = 7305
WAIT_SECONDS = 1.0
WAITING = "Waiting for another run of the analysis to end"


class AnotherRun(AnalysisError):
    """Another run of the analysis is going on."""


class StepsFailed(AnalysisError):
    """Some steps failed; `runs` are those that did not. The message is their sentences."""

    def __init__(self, runs: list[ModelRun], failed: Mapping[str, str], *, alone: bool) -> None:
        self.runs, self.failed = runs, dict(failed)
        said = [sentence if alone else f"{name}: {sentence}" for name, sentence in failed.items()]
        super().__init__(" ".join(said))


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
    """Run steps one after the other, each in a transaction of its own; runs of two callers never at the same time.

    A step that fails leaves its last good figures in place and a run that says why; the others go on, but for those
    that rest on it. A job whose worker died goes on behind the steps that it has done. Raises StepsFailed at the end,
    AnalysisError before anything ran where it cannot be done as asked; AnotherRun where another run is going on (a job
    does not wait for it, others do for a while).
    """
    chosen, values = steps_named(only), read_parameters(parameters or {})
    told = progress or SilentProgress()
    failed: dict[str, str] = {}
    with one_at_a_time(told, wait_seconds=0 if job else settings.CRM_ANALYSIS_WAIT_SECONDS):
        runs = runs_done(job, as_of)
        done = {run.step for run in runs}
        for step in chosen:
            if step.name in done:
                continue
            if rested := [name for name in step.after if name in failed]:
                failed[step.name] = f"Left out, since {rested[0]} failed."
                continue
            try:
                run = run_step(
                    actor=actor, step=step, as_of=as_of, parameters=values[step.name], progress=told, job=job
                )
            except AnalysisError as error:
                failed[step.name] = str(error)
            except (JobCancelled, InterfaceError, OperationalError):
                raise  # a wish to stop, or a database that is gone: the whole run ends
            except Exception as error:
                logger.exception("The step %s failed.", step.name)
                failed[step.name] = f"It stopped at an error that nobody foresaw: {_first_line(error)}"
            else:
                runs.append(run)
                continue
            write_failure(actor=actor, step=step, as_of=as_of, error=failed[step.name], job=job)
    if failed:
        raise StepsFailed(runs, failed, alone=len(chosen) == 1)
    return runs


def _first_line(error: Exception) -> str:
    """`DataError: division by zero`."""
    return f"{type(error).__name__}: {error}".strip().splitlines()[0][:200]


def runs_done(job: JobRun | None, as_of: dt.date) -> list[ModelRun]:
    """What earlier attempts of a job have done, the oldest first: the worker died at a later step."""
    if job is None or job.attempts < 2:
        return []
    return list(ModelRun.objects.filter(job=job, as_of=as_of, error="").order_by("pk"))


@contextmanager
def one_at_a_time(progress: Progress, *, wait_seconds: float) -> Iterator[None]:
    """Hold off other runs of the analysis, in any process; wait, and say so, while one is going on.

    Raises AnotherRun with a sentence when the other does not end in time.
    """
    end = time.monotonic() + wait_seconds
    with side_connection() as side:
        while not take_lock(side, RUN_LOCK, 1):
            if time.monotonic() >= end:
                raise AnotherRun("Another run of the analysis is going on and does not end. Try again later.")
            progress.report(0, None, WAITING)
            time.sleep(WAIT_SECONDS)
        yield


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
    failpoint("analysis.before_commit")
    return run


@transaction.atomic
def write_failure(*, actor: User | None, step: Step, as_of: dt.date, error: str, job: JobRun | None) -> ModelRun:
    """Keep that a step was tried and why it failed; its last good figures stand."""
    run = ModelRun.objects.create(
        step=step.name, as_of=as_of, actor=actor, job=job, code_version=step.code_version, error=error
    )
    log(actor=actor, verb="analyze", object=run, summary=f"{step.label} failed: {error}"[:500], job=job)
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
