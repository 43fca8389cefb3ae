"""What has served its purpose goes after its time, once a night; two beats do no harm, nor does one that was down."""

import datetime as dt

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.utils import timezone

from analytics.tasks import nightly_task
from crm.choices import JobState, Role
from crm.jobs import SilentProgress
from crm.mail.actions import send_mail
from crm.models import (
    ApiToken,
    ApiUse,
    FormSubmission,
    ImportRun,
    JobRun,
    JobWindow,
    KeptAnswer,
    OutgoingMail,
    StoredFile,
)
from crm.serving.site import commands
from crm.tidying import ask_for_tidying, run_tidying
from tests.concurrency.racing import at_once
from tests.factories import make_company, make_user, signed_in

LONG_AGO = timezone.now() - dt.timedelta(days=500)
PERIODIC = [(ask_for_tidying, "tidying"), (nightly_task, "analysis")]


def stored(owner, days: int) -> StoredFile:
    file = StoredFile(name="people.csv", owner=owner, size=3)
    file.file.save("any", ContentFile(b"a,b"), save=True)
    StoredFile.objects.filter(pk=file.pk).update(created_at=timezone.now() - dt.timedelta(days=days))
    return file


def imported(owner, days: int, state: str = JobState.DONE) -> StoredFile:
    file = stored(owner, days)
    job = JobRun.objects.create(kind="import", title="Import", actor=owner, state=state)
    ImportRun.objects.create(kind="contacts", file=file, actor=owner, job=job)
    return file


def tidy() -> dict:
    return run_tidying(JobRun.objects.create(kind="tidying", title="Tidy"), SilentProgress())


def test_old_uploads_and_results_go_and_others_stay(db):
    owner = make_user(Role.ADMIN)
    old, fresh, running = imported(owner, 100), imported(owner, 10), imported(owner, 100, JobState.RUNNING)
    attached = stored(owner, 100)
    result = stored(owner, 100)
    JobRun.objects.create(kind="import", title="Import", actor=owner, state=JobState.DONE, result_file=result)
    assert tidy()["files"] == 2
    there = [file.file.storage.exists(file.file.name) for file in (old, result, fresh, running, attached)]
    assert there == [False, False, True, True, True]
    assert tidy()["files"] == 0
    assert signed_in(owner).get(f"/files/{old.pk}/").status_code == 404


def test_texts_of_old_mails_go_and_the_mail_stays(db):
    mail = send_mail(actor=None, kind="at_least_once", to="a@b.example", subject="Hello", text="Private words.")
    waiting = send_mail(actor=None, kind="at_least_once", to="a@b.example", subject="Hello", text="Not sent yet.")
    OutgoingMail.objects.filter(pk=mail.pk).update(state="sent", sent_at=LONG_AGO)
    OutgoingMail.objects.update(created_at=LONG_AGO)
    assert tidy()["mails"] == 1
    mail.refresh_from_db()
    waiting.refresh_from_db()
    assert (mail.text, mail.subject, waiting.text) == ("", "Hello", "Not sent yet.")


def test_marks_of_sent_forms_go_after_a_week(db):
    old = FormSubmission.objects.create(token="0" * 32, user=make_user(), digest="")
    FormSubmission.objects.filter(pk=old.pk).update(created_at=LONG_AGO)
    FormSubmission.objects.create(token="1" * 32, user=make_user(), digest="")
    assert tidy()["sent_forms"] == 1


def test_answers_to_repeated_requests_go_after_two_days(db):
    token = ApiToken.objects.create(user=make_user(), name="Till", hint="till", digest="d" * 64, scopes=[])
    for key, age in (("old", 3), ("new", 1)):
        kept = KeptAnswer.objects.create(token=token, key=key, fingerprint="f")
        KeptAnswer.objects.filter(pk=kept.pk).update(created_at=timezone.now() - dt.timedelta(days=age))
    assert tidy()["answers"] == 1
    assert list(KeptAnswer.objects.values_list("key", flat=True)) == ["new"]


def test_counters_of_addresses_that_are_quiet_go_after_a_day_and_those_of_tokens_stay(db):
    for subject, hours in (("failures:quiet", 25), ("failures:busy", 1), ("token:1", 25)):
        at = timezone.now() - dt.timedelta(hours=hours)
        ApiUse.objects.create(subject=subject, minute=1, calls=1, last_at=at)
    assert tidy()["counters"] == 1
    assert set(ApiUse.objects.values_list("subject", flat=True)) == {"failures:busy", "token:1"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("ask", "kind"), PERIODIC)
def test_two_beats_at_once_start_one_job(ask, kind):
    """R24."""
    make_company()
    with time_machine.travel(dt.datetime(2026, 3, 3, 4, 10, tzinfo=dt.UTC)):
        assert sorted(at_once([ask] * 4)) == [False, False, False, True]
    assert JobRun.objects.filter(kind=kind).count() == 1


@pytest.mark.parametrize(("ask", "kind"), PERIODIC)
def test_a_beat_that_was_down_makes_up_for_now_once_and_for_no_earlier_night(db, ask, kind):
    """R24: down from Monday noon to Thursday morning."""
    make_company()
    for day, hour in ((2, 4), (2, 11), (5, 9), (5, 10)):
        with time_machine.travel(dt.datetime(2026, 3, day, hour, 10, tzinfo=dt.UTC)):
            ask()
    assert list(JobWindow.objects.order_by("window").values_list("window", flat=True)) == ["2026-03-02", "2026-03-05"]
    assert JobRun.objects.filter(kind=kind).count() == 2


def test_a_worker_is_kept_free_for_short_work():
    queues = {name: words[words.index("-Q") + 1].split(",") for name, words in commands(1).items() if "-Q" in words}
    assert queues == {"worker": ["interactive", "mail", "batch"], "quick": ["interactive", "mail"]}


def test_the_page_shows_queues_and_states(db):
    make_company()
    boss, rep = make_user(Role.ADMIN), make_user(Role.REP)
    JobRun.objects.create(kind="import", title="Broken import", actor=boss, state=JobState.PARKED)
    JobRun.objects.create(kind="import", title="Mine", actor=rep, state=JobState.WAITING)
    JobWindow.objects.create(job="tidying", window="2026-03-02")
    page = signed_in(boss).get("/jobs/?state=parked").content.decode()
    assert "Broken import" in page
    assert "Mine" not in page
    assert "last for 2026-03-02" in page
    own = signed_in(rep).get("/jobs/").content.decode()
    assert "Mine" in own
    assert "Ended badly" not in own
    assert signed_in(rep).get("/jobs/?state=nothing").status_code == 404
