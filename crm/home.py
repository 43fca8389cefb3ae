"""What the ground floor brings to the home page: the person's long work that is under way or has just failed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from crm.agenda.home import CARD
from crm.agenda.home import FIGURES as TASKS
from crm.choices import FINISHED_JOB_STATES, JobState
from crm.home_figures import CARDS as ADMIN_CARDS
from crm.home_figures import FIGURES as ADMIN_FIGURES
from crm.models import JobRun, User
from crm.starting.own import CARD as START
from crm.tiles.spec import HomeCard

FRESH = dt.timedelta(days=1)
MOST = 5


def jobs_card(request: HttpRequest) -> dict[str, Any] | None:
    """Jobs that this person asked for: unfinished ones, and those that failed within a day."""
    user: User = request.user  # type: ignore[assignment]
    under_way = ~Q(state__in=FINISHED_JOB_STATES)
    failed = Q(state__in=(JobState.FAILED, JobState.PARKED), finished_at__gt=timezone.now() - FRESH)
    jobs = JobRun.objects.visible_to(user).filter(under_way | failed, actor=user)[:MOST]
    return {"jobs": jobs} if jobs else None


CARDS = (
    START,
    *ADMIN_CARDS,
    CARD,
    HomeCard("jobs", "crm/_home_jobs.html", jobs_card, order=5, label="Your long work", place="wide"),
)
FIGURES = (TASKS, *ADMIN_FIGURES)
