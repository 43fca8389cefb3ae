"""What has served its purpose is taken away: contents of old files, texts of old mails, marks that nobody asks for.

The rows stay: that a file was imported, or a mail sent, is still told; only what it said is gone.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string

from crm.company import current_company
from crm.dashboards import mailing as dashboard_mailing
from crm.exporting.later import remove_expired
from crm.incoming.choices import IncomingState
from crm.jobs import Progress, claim_window, start_job
from crm.log import log
from crm.mail.choices import MailState
from crm.mail.pacing import forget_counts
from crm.mail.suppression import key_plain_refusals
from crm.models import (
    FormSubmission,
    ImportRun,
    IncomingContent,
    IncomingMail,
    JobRun,
    JobWindow,
    OutgoingMail,
    StoredFile,
)
from crm.rest.idempotency import forget_answers
from crm.rest.throttling import forget_failures

HOUR = 3
KEEP_SUBMISSIONS = dt.timedelta(days=7)
KEEP_WINDOWS = dt.timedelta(days=400)
STEP = 500
ENDED = (MailState.SENT, MailState.FAILED, MailState.PARKED, MailState.UNCERTAIN, MailState.CANCELLED)


def ask_for_tidying() -> bool:
    """Once a day, from three in the morning of the company's time on; called every hour, by any number of beats."""
    now = timezone.now().astimezone(current_company().zone)
    if now.hour < HOUR:
        return False
    with transaction.atomic():
        is_first = claim_window("tidying", now.date().isoformat())
        if is_first:
            start_job(actor=None, kind="tidying", title="Take away what has served its purpose")
    return is_first


def run_tidying(job: JobRun, progress: Progress) -> dict[str, Any]:
    """Handler of the job kind `tidying`: how many of each were taken away."""
    now = timezone.now()
    counts = {
        "files": _remove_files(now - dt.timedelta(days=settings.CRM_KEEP_FILES_DAYS), progress),
        "exports": remove_expired(now),
        "dashboards": dashboard_mailing.remove_old(now - dt.timedelta(days=settings.CRM_KEEP_EXPORTS_DAYS)),
        "mails": _forget_mails(now - dt.timedelta(days=settings.CRM_KEEP_MAILS_DAYS)),
        "refusals": key_plain_refusals(),
        "sent_forms": FormSubmission.objects.filter(created_at__lt=now - KEEP_SUBMISSIONS).delete()[0],
        "answers": forget_answers(),
        "counters": forget_failures() + forget_counts(),
        "windows": JobWindow.objects.filter(created_at__lt=now - KEEP_WINDOWS).delete()[0],
    }
    log(
        actor=None,
        verb="tidy",
        object=job,
        summary=f"Took away {counts['files']} files, {counts['mails']} texts of mails",
    )
    return counts


def old_files(before: dt.datetime) -> QuerySet[StoredFile]:
    """Files of imports and jobs older than that, whose content is there; not those of an import that may yet run."""
    rejected = ImportRun.objects.filter(rejected_file__isnull=False).values("rejected_file")
    used = Q(imports__isnull=False) | Q(jobrun__isnull=False) | Q(pk__in=rejected)
    open_import = Q(imports__job__state__in=["waiting", "running"])
    old = StoredFile.objects.filter(removed_at=None, created_at__lt=before)
    return old.filter(used).exclude(pk__in=old.filter(open_import).values("pk")).distinct()


def _remove_files(before: dt.datetime, progress: Progress) -> int:
    """The content first, then the mark: who dies in between does it again, and a file that is gone is no fault."""
    count = 0
    for stored in old_files(before).order_by("pk").iterator(STEP):
        empty_file(stored)
        count += 1
        progress.report(count, None, "Files")
    return count


def empty_files(before: dt.datetime, at_most: int) -> int:
    """Take away the contents of at most so many of the old files; how many."""
    some = list(old_files(before).order_by("pk")[:at_most])
    for stored in some:
        empty_file(stored)
    return len(some)


def empty_file(stored: StoredFile) -> None:
    """Take away the content of a file; its row stays."""
    stored.file.storage.delete(str(stored.file.name))
    StoredFile.objects.filter(pk=stored.pk).update(removed_at=timezone.now())


def _forget_mails(before: dt.datetime) -> int:
    """Texts of mails whose story has ended, the bytes of those that came in, too; the address, the subject and the
    outcome stay. All stays of whom the house holds (`CRM_MAILS_NOT_HELD`)."""
    without_held, came_without_held = (import_string(name) for name in settings.CRM_MAILS_NOT_HELD)
    old = without_held(OutgoingMail.objects.filter(state__in=ENDED, created_at__lt=before).exclude(text="", html=""))
    came = came_without_held(IncomingMail.objects.filter(received_at__lt=before).exclude(state=IncomingState.TAKEN))
    IncomingContent.objects.filter(mail__in=came).delete()
    return old.update(text="", html="") + came.exclude(text="").update(text="", visible_text="", has_html=False)
