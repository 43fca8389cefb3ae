"""Celery entry points of the ground floor: ids in, one call, safe to run twice."""

from __future__ import annotations

from celery import shared_task

from crm import jobs, tidying
from crm.accounts.actions import answer_password_requests
from crm.accounts.sessions import SessionStore
from crm.agenda import reminding
from crm.dashboards import mailing as dashboard_mailing
from crm.incoming import intake, mailboxes
from crm.kept_sums.keeping import fold_all
from crm.mail import sending

SIX_HOURS = 6 * 60 * 60


# longer than the visibility timeout: a second delivery finds the job's lock taken and leaves it alone
@shared_task(name="crm.run_job", time_limit=SIX_HOURS)
def run_job_task(job_id: int) -> None:
    jobs.run_job(job_id)


@shared_task(name="crm.sweep_jobs")
def sweep_jobs_task() -> int:
    return jobs.sweep()


@shared_task(name="crm.send_mails")
def send_mails_task(channel_id: int) -> int:
    return sending.send_due(channel_id)


@shared_task(name="crm.sweep_mails")
def sweep_mails_task() -> int:
    return sending.sweep()


@shared_task(name="crm.fetch_mail")
def fetch_mail_task() -> int:
    return mailboxes.ring_due()


@shared_task(name="crm.fetch_mailbox")
def fetch_mailbox_task(mailbox_id: int) -> int:
    return mailboxes.fetch_mailbox(mailbox_id)


@shared_task(name="crm.work_on_mails")
def work_on_mails_task() -> int:
    return intake.work_on_waiting()


@shared_task(name="crm.sweep_incoming")
def sweep_incoming_task() -> int:
    return intake.sweep()


@shared_task(name="crm.answer_password_requests")
def answer_password_requests_task() -> int:
    return answer_password_requests()


@shared_task(name="crm.remind")
def remind_task() -> int:
    return reminding.remind_due()


@shared_task(name="crm.clear_sessions")
def clear_sessions_task() -> None:
    SessionStore.clear_expired()


@shared_task(name="crm.tidy")
def tidy_task() -> bool:
    return tidying.ask_for_tidying()


@shared_task(name="crm.fold_sums")
def fold_sums_task() -> int:
    return fold_all()


@shared_task(name="crm.mail_dashboards")
def mail_dashboards_task() -> int:
    return dashboard_mailing.start_due()
