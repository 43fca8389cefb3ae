"""Many people erased at once, and the look after it; the retention rules: what all of them would do, and one of them
at work beside the bare UPDATE of the same rows. As a worker does it; what goes is gone from this copy of the base."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import environ
from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from bench.measuring import Line, Timing, at_most, beside, timed
from bench.world import World
from contacts.choices import ErasureReason
from contacts.models import Contact, PrivacyRequest, RetentionRule
from contacts.privacy.late.looking import look_after
from contacts.privacy.late.sealing import sealed, unsealed
from contacts.privacy.many import ask_for_many
from contacts.privacy.retention.rules import free, kinds, rule_of
from contacts.privacy.retention.running import start_run
from crm.choices import JobState
from crm.database.owner import as_owner
from crm.jobs import run_job
from crm.models import JobRun

PEOPLE = 100
MOST_A_PERSON, MOST_A_LOOK, MOST_OF_A_TRIAL = 10.0, 300.0, 600.0
"""Seconds: a rule erases up to 2,000 people in a night of six hours; looks come every five minutes at the latest."""
KIND = "contacts.interactions"
BARE = "UPDATE contacts_interaction SET subject = '', body = '' WHERE id = ANY(%s)"


@contextmanager
def owner_known(world: World) -> Iterator[None]:
    """Inside, a worker of this process knows the owner of the tables, without whom nobody erases."""
    before = settings.CRM_OWNER_DATABASE
    url = world.databases.owner_url(world.databases.work_name(world.rows))
    settings.CRM_OWNER_DATABASE = environ.Env.db_url_config(url)
    try:
        yield
    finally:
        settings.CRM_OWNER_DATABASE = before


def done(job: JobRun) -> JobRun:
    """The job, done here. Raises where it was not."""
    run_job(job.pk)
    job.refresh_from_db()
    if job.state != JobState.DONE:
        raise RuntimeError(f"{job.title}: {job.state}, {job.error}")
    return job


def measure_erasure(world: World) -> Iterator[Line]:
    """A hundred at once; each hundred, and the look, read every table, however few they are."""
    every = max(world.rows // PEOPLE, 1)
    people = Contact.objects.filter(kind="person", erased_at=None, merged_into=None, archived_at=None).order_by("pk")
    chosen = [one for at, one in enumerate(people[: world.rows].iterator()) if at % every == 0][:PEOPLE]
    with owner_known(world):
        job = ask_for_many(actor=None, contacts=chosen, reason=ErasureReason.ASKED)
        seconds = timed(partial(done, job))
        erased = PrivacyRequest.objects.filter(job=job, state="done").count()
        what = f"{erased:,} people out of {world.rows:,}"
        yield at_most("erasure", what, seconds, MOST_A_PERSON * max(erased, 1), "s")
        keys = list(PrivacyRequest.objects.filter(job=job, state="done").values_list("pk", flat=True))
        for one in PrivacyRequest.objects.filter(pk__in=keys, sealed=[]):  # its look was the last one
            PrivacyRequest.objects.filter(pk=one.pk).update(sealed=sealed(unsealed(one.contact_id, [])))
        with as_owner():
            seconds = timed(partial(look_after, keys))
        yield at_most("erasure", f"the look after {erased:,} erasures", seconds, MOST_A_LOOK, "s")


def measure_retention(world: World) -> Iterator[Line]:
    """What all rules would do, counted; then words of old interactions emptied, at most ten times as long as the
    UPDATE of the same rows."""
    with owner_known(world):
        seconds = timed(lambda: done(_job(is_trial=True)))
        yield at_most("retention", f"trial of {len(kinds())} rules", seconds, MOST_OF_A_TRIAL, "s")
        months = _months(max(world.rows // 50, 100))
        RetentionRule.objects.exclude(kind=KIND).update(is_on=False)
        row, _ = RetentionRule.objects.update_or_create(kind=KIND, defaults={"is_on": True, "months": months})
        rule = rule_of(kinds()[KIND], row)
        keys = list(free(rule, rule.times()).values_list("pk", flat=True))
        bare = timed(partial(_emptied, keys))
        ours = timed(lambda: done(_job(is_trial=False)))
        RetentionRule.objects.filter(pk=row.pk).update(is_on=False)
        left = free(rule, rule.times()).count()
        if left or not keys:
            raise RuntimeError(f"{left} of {len(keys)} rows are left.")
        what = f"{len(keys):,} interactions emptied ({len(keys) / ours:,.0f} rows/s)"
        yield beside("retention", what, Timing((ours,)), Timing((bare,)), most=10, name="UPDATE", unit="s")


def _job(*, is_trial: bool) -> JobRun:
    job = start_run(actor=None, is_trial=is_trial).job
    assert job is not None  # noqa: S101
    return job


def _months(wanted: int) -> int:
    """How many months back there are at least so many older interactions with words."""
    rule = rule_of(kinds()[KIND], None)
    rows: Any = rule.kind.old(timezone.now()).exclude(subject="", body="").order_by("occurred_at")
    oldest = rows.values_list("occurred_at", flat=True)[wanted : wanted + 1]
    age = relativedelta(timezone.now(), oldest[0])
    return max(age.years * 12 + age.months, 1)


def _emptied(keys: list[int]) -> None:
    """The same rows by one statement, taken back."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(BARE, [keys])
        transaction.set_rollback(True)
