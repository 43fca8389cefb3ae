"""The analysis as long work: how it is asked for, and what the worker does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from analytics.runs import read_day, run_steps
from analytics.steps import AnalysisError
from crm.jobs import JobError, Progress, start_job
from crm.templatetags.figures import full_day

if TYPE_CHECKING:
    from crm.models import JobRun, User

KIND = "analysis"


def start_rfm(*, actor: User | None, as_of: dt.date, window_days: int | None = None) -> JobRun:
    """Ask for new scores; the page shows the job until it is done."""
    return start_job(
        actor=actor,
        kind=KIND,
        title=f"Score customers as of {full_day(as_of)}",
        parameters={"as_of": as_of.isoformat(), "only": ["rfm"], "parameters": {"rfm": {"window_days": window_days}}},
    )


def start_analysis(*, actor: User | None, as_of: dt.date, only: Sequence[str] = ()) -> JobRun:
    """Ask for a run of these steps; of all for none."""
    what = ", ".join(only) if only else "The whole analysis"
    return start_job(
        actor=actor,
        kind=KIND,
        title=f"{what} as of {full_day(as_of)}",
        parameters={"as_of": as_of.isoformat(), "only": list(only)},
    )


def run_analysis(job: JobRun, progress: Progress) -> dict[str, Any]:
    """Do what the job's parameters say: `as_of` (today for none), `only` (steps), `parameters` by step."""
    asked = job.parameters
    try:
        runs = run_steps(
            actor=job.actor,
            as_of=read_day(asked.get("as_of")),
            only=asked.get("only") or (),
            parameters=asked.get("parameters") or {},
            progress=progress,
            job=job,
        )
    except AnalysisError as error:
        raise JobError(str(error)) from error
    return {
        "runs": [
            {"run": run.pk, "step": run.step, "as_of": run.as_of.isoformat(), "rows": run.row_count} for run in runs
        ]
    }
