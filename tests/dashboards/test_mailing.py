"""Dashboards by mail: when they are due, each once, to each what they may see, and no more to who may not."""

from __future__ import annotations

import datetime as dt
import os
import threading
import zoneinfo
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from crm import failpoints, jobs
from crm.choices import JobState, Role
from crm.dashboards import mailing
from crm.dashboards.subscribing import end_subscription, leave_subscription, subscribe
from crm.dashboards.timing import next_moment
from crm.holding import hold_sending, release_sending
from crm.models import Dashboard, DashboardDelivery, DashboardSubscription, JobRun, LogEntry, OutgoingMail, StoredFile
from tests import factories as make
from tests.concurrency.forms import form_in
from tests.concurrency.racing import PATIENCE_SECONDS, beside, until_somebody_waits

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
ONE_DAY = dt.timedelta(days=1)


@pytest.fixture
def manager(db):
    make.make_company()
    return make.make_user(Role.MANAGER, name="Mia", team=make.make_team())


def due(owner: Any, people: Any = None, **fields: Any) -> DashboardSubscription:
    """One that is due since a minute."""
    made = subscribe(actor=owner, fields={"rhythm": "daily", "hour": 7, **fields}, people=people)
    made.next_at = timezone.now() - dt.timedelta(minutes=1)
    made.save(update_fields=["next_at"])
    return made


def work() -> list[JobRun]:
    """Do what waits, as a worker would."""
    found = list(JobRun.objects.filter(kind="dashboard mail", state=JobState.WAITING))
    for job in found:
        jobs.run_job(job.pk)
        job.refresh_from_db()
    return found


def moments(count: int, after: dt.datetime, **said: Any) -> list[str]:
    found = []
    for _ in range(count):
        after = next_moment(**{"weekday": 0, "day": 1, "hour": 7, "zone": BERLIN, **said}, after=after)
        found.append(f"{after.astimezone(BERLIN):%a %d %b %H:%M %z}")
    return found


def test_the_hour_is_that_of_the_clock_when_it_is_changed():
    before = dt.datetime(2026, 10, 24, 12, tzinfo=dt.UTC)
    assert moments(3, before, rhythm="daily") == [
        "Sun 25 Oct 07:00 +0100",
        "Mon 26 Oct 07:00 +0100",
        "Tue 27 Oct 07:00 +0100",
    ]
    spring = dt.datetime(2026, 3, 22, 12, tzinfo=dt.UTC)
    assert moments(2, spring, rhythm="weekly", weekday=6) == ["Sun 29 Mar 07:00 +0200", "Sun 05 Apr 07:00 +0200"]
    # the hour that is left out, and the one that comes twice
    assert moments(2, dt.datetime(2026, 3, 28, 12, tzinfo=dt.UTC), rhythm="daily", hour=2) == [
        "Sun 29 Mar 03:00 +0200",
        "Mon 30 Mar 02:00 +0200",
    ]
    assert moments(2, dt.datetime(2026, 10, 24, 12, tzinfo=dt.UTC), rhythm="daily", hour=2) == [
        "Sun 25 Oct 02:00 +0200",
        "Mon 26 Oct 02:00 +0100",
    ]


def test_a_month_without_the_day_has_it_on_its_last():
    assert [one[:10] for one in moments(4, dt.datetime(2028, 1, 5, tzinfo=dt.UTC), rhythm="monthly", day=31)] == [
        "Mon 31 Jan",
        "Tue 29 Feb",
        "Fri 31 Mar",
        "Sun 30 Apr",
    ]


def test_each_person_gets_what_they_may_see_by_the_ledger_of_mails(manager):
    rep = make.make_user(Role.REP, name="Ann")
    board = Dashboard.objects.create(name="Sales", owner=manager, roles=["rep"], tiles=["retention", "pipeline"])
    made = due(manager, [manager, rep], dashboard=board)
    assert mailing.start_due() == 1 and mailing.start_due() == 0
    [job] = work()
    assert (job.state, job.result) == ("done", {"mailed": 2, "left_out": 0})
    mails = {mail.recipient: mail for mail in OutgoingMail.objects.all()}
    assert set(mails) == {manager.email, rep.email}
    mail = mails[rep.email]
    assert mail.subject.startswith("Sales, ") and f"/dashboards/mails/{made.pk}/leave/" in mail.text
    assert "set up by Mia" in mail.text and "List-Unsubscribe" in mail.headers
    file = mail.attachments.get().file
    assert file.owner == rep and file.content_type == "application/pdf" and file.name.startswith("sales-")
    assert file.file.read().startswith(b"%PDF-")
    logged = LogEntry.objects.filter(verb="export", model="crm.dashboard")
    assert {entry.actor for entry in logged} == {manager, rep}
    made.refresh_from_db()
    assert timezone.now() < made.next_at <= timezone.now() + ONE_DAY


def test_who_left_or_may_not_see_it_any_more_gets_none_and_the_others_do(manager):
    gone, unshared, agent = (make.make_user(role) for role in (Role.REP, Role.REP, Role.AGENT))
    board = Dashboard.objects.create(name="Sales", owner=manager, roles=["rep", "agent"], tiles=["service"])
    due(manager, [manager, gone, unshared, agent], dashboard=board)
    mailing.start_due()
    type(gone).objects.filter(pk=gone.pk).update(is_active=False)
    Dashboard.objects.filter(pk=board.pk).update(roles=["agent"])
    [job] = work()
    assert job.result == {"mailed": 2, "left_out": 2}
    notes = dict(DashboardDelivery.objects.values_list("user", "note"))
    assert notes[gone.pk].startswith("The person does not sign in") and "may not see" in notes[unshared.pk]
    assert set(OutgoingMail.objects.values_list("recipient", flat=True)) == {manager.email, agent.email}
    page = make.signed_in(manager).get("/dashboards/mails/").content.decode()
    assert "every day at 07:00" in page


def test_it_is_made_up_for_once_after_days_without_a_clock(manager):
    made = due(manager)
    DashboardSubscription.objects.filter(pk=made.pk).update(next_at=timezone.now() - 9 * ONE_DAY)
    assert mailing.start_due() == 1 and mailing.start_due() == 0
    work()
    assert OutgoingMail.objects.count() == 1


@pytest.mark.parametrize(
    ("place", "kept"), [("dashboards.drawn", 1), ("dashboards.written", 1), ("dashboards.handed_over", 2)]
)
def test_a_mail_that_breaks_off_stops_no_other_and_goes_once_in_the_end(manager, settings, place, kept):
    other = make.make_user(Role.REP)
    due(manager, [manager, other])
    mailing.start_due()
    settings.CRM_FAILPOINTS = [f"{place}=raise@1"]
    failpoints._armed.cache_clear()
    [job] = work()
    assert job.state == JobState.WAITING and OutgoingMail.objects.count() == kept == StoredFile.objects.count()
    [job] = work()
    failpoints._armed.cache_clear()
    assert (job.state, job.attempts, job.result["mailed"]) == ("done", 2, 2)
    assert sorted(OutgoingMail.objects.values_list("recipient", flat=True)) == sorted([manager.email, other.email])


@pytest.mark.django_db(transaction=True)
def test_one_that_is_ended_while_it_is_made_is_mailed_to_nobody_further():
    make.make_company()
    manager = make.make_user(Role.MANAGER, name="Mia")
    made = due(manager, [manager, make.make_user(Role.REP)])
    mailing.start_due()
    [job] = JobRun.objects.filter(kind="dashboard mail")

    with transaction.atomic():
        list(DashboardDelivery.objects.select_for_update())  # the worker draws, and waits for its row
        worker = beside(lambda: jobs.run_job(job.pk))
        until_somebody_waits()
        end_subscription(actor=manager, subscription=made)
    worker.join(PATIENCE_SECONDS)
    job.refresh_from_db()
    assert (job.state, OutgoingMail.objects.count()) == ("done", 0)
    assert set(DashboardDelivery.objects.values_list("note", flat=True)) == {"It was ended before it could be mailed."}


@pytest.mark.django_db(transaction=True)
def test_two_clocks_at_once_write_it_down_once():
    make.make_company()
    for _ in range(8):
        due(make.make_user(Role.MANAGER))

    together = threading.Barrier(4)

    def ask(_: int) -> int:
        try:
            together.wait(10)
            return mailing.start_due()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(ask, range(4))) == 8
    assert JobRun.objects.filter(kind="dashboard mail").count() == DashboardDelivery.objects.count() == 8
    connections.close_all()


def test_sent_now_it_comes_once_however_often_the_button_is_pressed(manager):
    client = make.signed_in(manager)
    page = client.get("/dashboards/?period=month").content.decode()
    form = form_in(page, "form_token").fields
    for _ in range(2):
        answer = client.post("/dashboards/send/", form)
        assert answer["Location"] == "/dashboards/house/?period=month&segment="
    [job] = work()
    assert job.state == "done"
    mail = OutgoingMail.objects.get()
    assert mail.recipient == manager.email and "No more of these mails" not in mail.text


def test_people_leave_and_the_last_one_ends_it(manager):
    rep = make.make_user(Role.REP)
    made = due(manager, [manager, rep])
    client = make.signed_in(rep)
    assert "No more of these mails?" in client.get(f"/dashboards/mails/{made.pk}/leave/").content.decode()
    client.post(f"/dashboards/mails/{made.pk}/leave/")
    assert list(made.recipients.all()) == [manager]
    assert client.get(f"/dashboards/mails/{made.pk}/leave/").status_code == 404
    make.signed_in(manager).post(f"/dashboards/mails/{made.pk}/leave/")
    assert not DashboardSubscription.objects.exists()


def test_who_leaves_or_ends_it_between_the_moment_and_the_mail_gets_none(manager):
    rep = make.make_user(Role.REP)
    made = due(manager, [manager, rep])
    mailing.start_due()
    leave_subscription(actor=rep, subscription=made)
    assert work()[0].result == {"mailed": 1, "left_out": 1}
    assert list(OutgoingMail.objects.values_list("recipient", flat=True)) == [manager.email]
    DashboardSubscription.objects.filter(pk=made.pk).update(next_at=timezone.now() - ONE_DAY)
    mailing.start_due()
    end_subscription(actor=manager, subscription=DashboardSubscription.objects.get())
    [job] = work()
    assert (job.state, job.result["mailed"]) == ("done", 0) and OutgoingMail.objects.count() == 1


def test_a_rep_has_it_mailed_to_nobody_else_and_others_must_be_able_to_see_it(manager):
    rep, agent = make.make_user(Role.REP), make.make_user(Role.AGENT)
    said = {"dashboard": "", "rhythm": "weekly", "hour": 6, "weekday": 2, "day": 1}
    make.signed_in(rep).post("/dashboards/mails/new/", {**said, "recipients": [agent.pk]})
    assert list(DashboardSubscription.objects.get(owner=rep).recipients.all()) == [rep]
    board = Dashboard.objects.create(name="Sales", owner=manager, roles=["rep"], tiles=["pipeline"])
    sent = {**said, "dashboard": board.pk, "recipients": [rep.pk, agent.pk]}
    answer = make.signed_in(manager).post("/dashboards/mails/new/", sent)
    assert answer.status_code == 422 and f"{agent.name} cannot see" in answer.content.decode()
    make.signed_in(manager).post("/dashboards/mails/new/", {**sent, "recipients": [rep.pk]})
    assert DashboardSubscription.objects.get(owner=manager).dashboard == board


def test_files_that_were_mailed_are_taken_away_after_some_days(manager):
    due(manager)
    mailing.start_due()
    work()
    file = StoredFile.objects.get()
    later = timezone.now() + ONE_DAY
    assert mailing.remove_old(later) == 0  # its mail has yet to leave
    OutgoingMail.objects.update(state="sent", sent_at=timezone.now())
    assert mailing.remove_old(later) == 1 and not os.path.exists(file.file.path)  # noqa: PTH110
    assert mailing.remove_old(later) == 0


def test_nothing_is_started_while_sending_is_held_and_it_is_made_up_for_once_afterwards(manager):
    due(manager)
    hold_sending(actor=None, reason="A backup was put back")
    assert mailing.start_due() == 0
    release_sending(actor=manager)
    assert mailing.start_due() == 1 and mailing.start_due() == 0
