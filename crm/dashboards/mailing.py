"""Mailed dashboards: what is due is written down once, a job makes each person's PDF, and the ledger of mails takes it.

Each due moment is a row for each person, written in the transaction that sets the next moment. The mail is written in
the transaction that marks the row, with a key of its own: a worker that dies in between has mailed nothing, and the
next attempt goes on with the rows that wait.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify

from crm.agenda.timing import zone_of
from crm.choices import MAX_JOB_ATTEMPTS
from crm.company import company_at_hand, company_today
from crm.dashboards.choices import DeliveryState
from crm.dashboards.drawing.document import draw_dashboard
from crm.dashboards.queries import HOUSE_NAME, question_of, tiles_of
from crm.dashboards.subscribing import KIND, next_after
from crm.failpoints import failpoint
from crm.holding import is_sending_held
from crm.jobs import Progress, start_job
from crm.languages.speaking import speaking_to
from crm.log import log_export
from crm.mail.actions import send_mail
from crm.mail.choices import WAITING_STATES, MailKind, MailState
from crm.models import Dashboard, DashboardDelivery, DashboardSubscription, JobRun, StoredFile, User
from crm.templatetags.figures import full_day
from crm.tiles.spec import Question

logger = logging.getLogger(__name__)
MOST_AT_ONCE = 50
NOT_DRAWN = "It could not be drawn; the log says more to an administrator."


def start_due() -> int:
    """Write down what is due, and have a worker make it; how many subscriptions. Called again, it goes on.

    After a time without a clock, or while sending was held, a subscription is made up for once, and its next moment
    lies ahead.
    """
    if is_sending_held():
        return 0
    count = 0
    while started := _start_some():
        count += started
    return count


@transaction.atomic
def _start_some() -> int:
    rows = DashboardSubscription.objects.select_for_update(skip_locked=True).filter(next_at__lte=timezone.now())
    due = list(rows.order_by("next_at", "id")[:MOST_AT_ONCE])
    for one in due:
        said = {"subscription": one, "dashboard_id": one.dashboard_id, "is_shipped": one.dashboard_id is None}
        DashboardDelivery.objects.bulk_create(
            [DashboardDelivery(user=user, due_at=one.next_at, **said) for user in one.recipients.all()],
            ignore_conflicts=True,
        )
        start_job(
            actor=one.owner,
            kind=KIND,
            title=f"Mail the dashboard {one.dashboard or 'of each role'}",
            parameters={"subscription": one.pk, "due_at": one.next_at.isoformat()},
        )
        one.next_at = next_after(one)
        one.save(update_fields=["next_at"])
    return len(due)


def run_mailing(job: JobRun, progress: Progress) -> dict[str, Any]:
    """Handler of the job kind `dashboard mail`: how many were mailed, and how many were not."""
    rows = _rows_of(job)
    total, failed = rows.count(), ""
    waiting = rows.filter(state=DeliveryState.WAITING).values_list("pk", flat=True)
    for number, key in enumerate(list(waiting), start=1):
        progress.report(number - 1, total, "Drawing")
        try:
            deliver(key)
        except ValidationError as error:
            failed = " ".join(error.messages)
        except Exception:  # the mail of one person never stops those of the others
            logger.exception("The mailed dashboard %s could not be made", key)
            failed = NOT_DRAWN
    progress.report(total, total, "")
    if failed:
        if job.attempts >= MAX_JOB_ATTEMPTS:
            rows.filter(state=DeliveryState.WAITING).update(state=DeliveryState.LEFT_OUT, note=NOT_DRAWN)
        raise RuntimeError(failed)
    return {
        "mailed": rows.filter(state=DeliveryState.MAILED).count(),
        "left_out": rows.filter(state=DeliveryState.LEFT_OUT).count(),
    }


def _rows_of(job: JobRun) -> Any:
    said = job.parameters
    if "delivery" in said:
        return DashboardDelivery.objects.filter(pk=said["delivery"])
    return DashboardDelivery.objects.filter(subscription=said["subscription"], due_at=said["due_at"])


def deliver(key: int) -> None:
    """Make the PDF of one row and hand it to the ledger of mails; a row that is settled stays as it is.

    Raises ValidationError where it cannot be drawn: it waits on.
    """
    row = DashboardDelivery.objects.select_related("user__team", "dashboard", "subscription__owner").get(pk=key)
    if row.state != DeliveryState.WAITING:
        return
    if refusal := _refusal(row):
        DashboardDelivery.objects.filter(pk=key, state=DeliveryState.WAITING).update(
            state=DeliveryState.LEFT_OUT, note=refusal
        )
        return
    with timezone.override(zone_of(row.user)), company_at_hand():
        content = draw_dashboard(row.user, row.dashboard, _question(row))
        failpoint("dashboards.drawn")
        _hand_over(row, content)
    failpoint("dashboards.handed_over")


def _refusal(row: DashboardDelivery) -> str:
    """Why the person gets none; empty: they do."""
    user, dashboard = row.user, row.dashboard
    if not user.is_active or not user.email:
        return "The person does not sign in here any more."
    if dashboard is None and not row.is_shipped:
        return "The dashboard is gone."
    if row.subscription is not None and not row.subscription.recipients.filter(pk=user.pk).exists():
        return "They wanted no more of these mails."
    if dashboard is not None and not Dashboard.objects.visible_to(user).filter(pk=dashboard.pk).exists():
        return "The person may not see this dashboard any more."
    return "" if tiles_of(user, dashboard) else "There is no tile on it that the person may see."


def _question(row: DashboardDelivery) -> Question:
    asked = {"period": row.period}
    if row.segment is not None:
        asked["segment"] = row.segment
    return question_of(asked, row.user, row.dashboard)


@transaction.atomic
def _hand_over(row: DashboardDelivery, content: bytes) -> None:
    """The file, the mail and the mark: all of it, or nothing."""
    current = DashboardDelivery.objects.select_for_update().get(pk=row.pk)
    if current.state != DeliveryState.WAITING or (refusal := _refusal(current)):
        if current.state == DeliveryState.WAITING:
            current.state, current.note = DeliveryState.LEFT_OUT, refusal
            current.save(update_fields=["state", "note"])
        return
    name = row.dashboard.name if row.dashboard else HOUSE_NAME
    current.file = _stored(row.user, name, content)
    subscription = row.subscription
    page = row.dashboard.get_absolute_url() if row.dashboard else reverse("dashboards:house")
    stop = reverse("dashboards:mail_leave", args=[subscription.pk]) if subscription else ""
    with speaking_to(row.user):
        day = full_day(company_today())
    context = {
        "user": row.user,
        "name": name,
        "day": day,
        "link": f"{settings.CRM_BASE_URL}{page}",
        "subscription": subscription,
        "stop": f"{settings.CRM_BASE_URL}{stop}" if stop else "",
    }
    headers = {"Auto-Submitted": "auto-generated"}
    if stop:
        headers["List-Unsubscribe"] = f"<{context['stop']}>"
    with speaking_to(row.user):
        text = render_to_string("mail/dashboard.txt", context)
    current.mail = send_mail(
        actor=None,
        kind=MailKind.AT_LEAST_ONCE,
        to=str(row.user.email),
        subject=f"{name}, {day}",
        text=text,
        headers=headers,
        attachments=[current.file],
        key=f"dashboard:{row.pk}",
    )
    failpoint("dashboards.written")
    current.state, current.note = DeliveryState.MAILED, ""
    current.save(update_fields=["state", "note", "mail", "file"])
    log_export(actor=row.user, kind=Dashboard, what=f"the dashboard “{name}” as PDF, by mail")


def file_name(name: str) -> str:
    """`sales-2026-11-30.pdf`."""
    return f"{slugify(name)[:60] or 'dashboard'}-{company_today().isoformat()}.pdf"


def _stored(user: User, name: str, content: bytes) -> StoredFile:
    stored = StoredFile(
        name=file_name(name),
        owner=user,
        content_type="application/pdf",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )
    stored.file.save(stored.name, ContentFile(content), save=True)
    return stored


def remove_old(before: dt.datetime) -> int:
    """Takes the content of mailed PDFs away that are older, but not of mails that have yet to leave; how many."""
    open_mail = [*WAITING_STATES, MailState.IN_FLIGHT]
    old = DashboardDelivery.objects.filter(due_at__lt=before, file__removed_at=None).exclude(mail__state__in=open_mail)
    count = 0
    for row in old.exclude(file=None).select_related("file"):
        if row.file is not None:
            row.file.file.storage.delete(str(row.file.file.name))
            StoredFile.objects.filter(pk=row.file.pk).update(removed_at=timezone.now())
            count += 1
    return count
