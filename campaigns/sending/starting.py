"""The start of a campaign: at once where it is for few, as a job where writing everybody down takes longer than a page
may wait."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from campaigns.models import Campaign
from campaigns.sending.actions import launch_campaign
from campaigns.sending.audience import step_of
from campaigns.sending.preflight import look_over
from crm.access import can
from crm.choices import JobState, Verb
from crm.jobs import JobError, Progress, start_job
from crm.models import JobRun, User

KIND = "start campaign"
UNDER_WAY = (JobState.WAITING, JobState.RUNNING)


def begin_campaign(*, actor: User, campaign: Campaign) -> int | JobRun:
    """Start it: how many are in it, or the job that starts it. Raises ValidationError with what is in the way. Begun
    twice it starts once."""
    if step_of(campaign, actor) == 1:
        return launch_campaign(actor=actor, campaign=campaign)
    found = look_over(campaign, actor)
    with transaction.atomic():
        current = Campaign.objects.select_for_update().get(pk=campaign.pk)
        if job := start_of(current):
            return job
        if not current.is_planned:
            raise ValidationError("It has started already.")
        if found.faults:
            raise ValidationError(found.faults)
        said = {"campaign": current.pk, "of": current.version}
        return start_job(actor=actor, kind=KIND, title=f"Start “{current}”", parameters=said)


def start_of(campaign: Campaign) -> JobRun | None:
    """The job that is to start it, or does so now."""
    jobs = JobRun.objects.filter(kind=KIND, parameters__campaign=campaign.pk, state__in=UNDER_WAY)
    return jobs.order_by("pk").first()


def run_start(job: JobRun, progress: Progress) -> dict[str, Any]:
    """Handler of the job."""
    campaign = Campaign.objects.filter(pk=job.parameters["campaign"]).first()
    if campaign is None or job.actor is None or not job.actor.is_active:
        raise JobError("The campaign is not there any more, or who started it.")
    if not can(job.actor, Verb.CHANGE, campaign):
        raise JobError("Who started it may not change it any more.")
    if campaign.version != job.parameters["of"]:
        raise JobError("It was changed after it was started: look it over once more, and start it again.")
    progress.report(0, None, "Everybody is written down and drawn")
    try:
        count = launch_campaign(actor=job.actor, campaign=campaign)
    except ValidationError as error:
        raise JobError(" ".join(error.messages)) from error
    progress.report(count, count, "It is on its way")
    return {"people": count}
