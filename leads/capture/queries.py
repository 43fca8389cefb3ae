"""What the pages of forms show."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Max, Q

from crm.models import User
from leads.choices import SubmissionState
from leads.models import CaptureForm, CaptureSubmission, Lead

NEWEST = 25


@dataclass(frozen=True)
class FormLine:
    """A form with what it brought: sent, waiting for a confirmation, leads, those that became customers."""

    form: CaptureForm
    sent: int
    waiting: int
    leads: int
    converted: int


def form_lines(pk: int | None = None) -> list[FormLine]:
    """All forms (or one) by name."""
    rows = CaptureForm.objects.filter(pk=pk) if pk else CaptureForm.objects.all()
    counted = rows.annotate(
        sent=Count("submissions"),
        waiting=Count("submissions", filter=Q(submissions__state=SubmissionState.WAITING)),
        made=Count("submissions__lead", distinct=True),
        won=Count("submissions__lead", filter=Q(submissions__lead__converted=True), distinct=True),
        last=Max("submissions__created_at"),
    )
    return [FormLine(row, row.sent, row.waiting, row.made, row.won) for row in counted]


def newest_submissions(user: User, form: CaptureForm) -> list[CaptureSubmission]:
    """What came by the form lately; the lead only where the person may see it."""
    rows = list(form.submissions.select_related("lead").order_by("-created_at", "-id")[:NEWEST])
    seen = set(Lead.objects.visible_to(user).filter(pk__in=[row.lead_id for row in rows]).values_list("pk", flat=True))
    for row in rows:
        row.is_seen = row.lead_id in seen  # type: ignore[attr-defined]
    return rows
