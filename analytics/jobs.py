"""The analysis as long work: how it is asked for, and what the worker does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from analytics.runs import WAITING, AnotherRun, read_day, run_steps
from analytics.steps import AnalysisError
from crm.access import can
from crm.choices import JobState, Verb
from crm.jobs import JobError, JobLater, Progress, start_job
from crm.models import JobRun
from crm.templatetags.figures import full_day

if TYPE_CHECKING:
    from analytics.models import ModelRun
    from crm.models import User

KIND = "analysis"
PAUSE_SECONDS = 20
FAILED = (JobState.FAILED, JobState.PARKED)


def start_rfm(*, actor: User | None, as_of: dt.date, window_days: int | None = None) -> JobRun:
    """Ask for new scores; the page shows the job until it is done."""
    return start_job(
        actor=actor,
        kind=KIND,
        title=f"Score customers as of {full_day(as_of)}",
        parameters={"as_of": as_of.isoformat(), "only": ["rfm"], "parameters": {"rfm": {"window_days": window_days}}},
    )


def start_analysis(
    *,
    actor: User | None,
    as_of: dt.date,
    only: Sequence[str] = (),
    parameters: Mapping[str, Mapping[str, Any]] | None = None,
) -> JobRun:
    """Ask for a run of these steps; of all for none. `parameters` are those of steps by name."""
    what = ", ".join(only) if only else "The whole analysis"
    return start_job(
        actor=actor,
        kind=KIND,
        title=f"{what} as of {full_day(as_of)}",
        parameters={
            "as_of": as_of.isoformat(),
            "only": list(only),
            **({"parameters": parameters} if parameters else {}),
        },
    )


def start_churn(*, actor: User | None, as_of: dt.date, horizon_days: int, label: str = "") -> JobRun:
    """Ask for new chances to leave; the page shows the job until it is done."""
    parameters = {"churn": {"horizon_days": horizon_days, "label": label or None}}
    return start_job(
        actor=actor,
        kind=KIND,
        title=f"Compute churn as of {full_day(as_of)}",
        parameters={"as_of": as_of.isoformat(), "only": ["churn"], "parameters": parameters},
    )


def start_leads(*, actor: User | None, as_of: dt.date, mature_days: int) -> JobRun:
    """Ask for new chances of leads; the page shows the job until it is done."""
    return start_job(
        actor=actor,
        kind=KIND,
        title=f"Compute the chances of leads as of {full_day(as_of)}",
        parameters={
            "as_of": as_of.isoformat(),
            "only": ["leads"],
            "parameters": {"leads": {"mature_days": mature_days}},
        },
    )


def start_forecast(*, actor: User | None, as_of: dt.date) -> JobRun:
    """Ask for a new sales forecast; the page shows the job until it is done."""
    return start_job(
        actor=actor,
        kind=KIND,
        title=f"Forecast sales as of {full_day(as_of)}",
        parameters={"as_of": as_of.isoformat(), "only": ["forecast"]},
    )


def start_prospects(*, actor: User | None, as_of: dt.date) -> JobRun:
    """Ask for the likeness of prospects to the best customers; the page shows the job until it is done."""
    return start_job(
        actor=actor,
        kind=KIND,
        title=f"Compare prospects with the best customers as of {full_day(as_of)}",
        parameters={"as_of": as_of.isoformat(), "only": ["prospects"]},
    )


def start_clusters(*, actor: User | None, as_of: dt.date) -> JobRun:
    """Ask for new clusters of customers; the page shows the job until it is done."""
    return start_job(
        actor=actor,
        kind=KIND,
        title=f"Cluster customers as of {full_day(as_of)}",
        parameters={"as_of": as_of.isoformat(), "only": ["clusters"]},
    )


def newest_job(user: User, run: ModelRun | None, step: str = "") -> dict[str, Any]:
    """The newest analysis (of `step`, where one is named) that the person may follow: while it runs, or when it
    failed after the last good run."""
    jobs = JobRun.objects.visible_to(user).filter(kind=KIND)
    if step:
        of_all_steps = Q(parameters__only__isnull=True) | Q(parameters__only=[])
        jobs = jobs.filter(of_all_steps | Q(parameters__only__contains=[step]))
    job = jobs.select_related("actor").order_by("-pk").first()
    has_failed = job is not None and job.state in FAILED and (run is None or job.created_at > run.created_at)
    if job is None or (job.is_finished and not has_failed):
        return {"job": None}
    may_change = can(user, Verb.CHANGE, job)
    return {
        "job": job,
        "can_cancel": may_change and not job.is_finished and job.cancel_requested_at is None,
        "can_retry": may_change and job.is_finished,
    }


def running_job(user: User) -> dict[str, Any]:
    """The newest analysis that the person may follow, while it waits or runs."""
    found = newest_job(user, None)
    is_under_way = found["job"] is not None and not found["job"].is_finished
    return found if is_under_way else {"job": None}


def start_clv(
    *, actor: User | None, as_of: dt.date, months: int, discount_rate: float, margin: float | None = None
) -> JobRun:
    """Ask for a new forecast; the page shows the job until it is done."""
    asked = {"months": months, "discount_rate": discount_rate, "margin": margin}
    return start_job(
        actor=actor,
        kind=KIND,
        title=f"Forecast customers as of {full_day(as_of)}",
        parameters={"as_of": as_of.isoformat(), "only": ["clv"], "parameters": {"clv": asked}},
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
    except AnotherRun as error:
        raise JobLater(WAITING, PAUSE_SECONDS) from error
    except AnalysisError as error:
        raise JobError(str(error)) from error
    return {
        "runs": [
            {"run": run.pk, "step": run.step, "as_of": run.as_of.isoformat(), "rows": run.row_count} for run in runs
        ]
    }


def start_costs(*, actor: User | None, as_of: dt.date, months: int) -> JobRun:
    """Ask for new costs to serve; the page shows the job until it is done."""
    return start_job(
        actor=actor,
        kind=KIND,
        title=f"Reckon the cost to serve as of {full_day(as_of)}",
        parameters={"as_of": as_of.isoformat(), "only": ["costs"], "parameters": {"costs": {"months": months}}},
    )
