"""Tasks: who sees them, their groups, reminders that are told once, and the small steps of their life."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from crm.agenda.actions import complete_task, create_task, snooze_task
from crm.agenda.queries import groups_of
from crm.agenda.reminding import remind_due
from crm.choices import Role
from crm.models import Notice, OutgoingMail, Task
from tests import factories as make

NOW = dt.datetime(2026, 3, 4, 10, tzinfo=dt.UTC)  # a Wednesday


@pytest.fixture
def house(db):
    make.make_company()
    north, south = make.make_team(name="North"), make.make_team(name="South")
    names = (("rep", Role.REP, north), ("mate", Role.REP, north), ("stranger", Role.REP, south))
    people = {name: make.make_user(role, name=name.title(), team=team) for name, role, team in names}
    return {**people, "boss": make.make_user(Role.MANAGER, name="Boss", team=north)}


def test_a_task_is_seen_by_owner_maker_manager_and_who_sees_its_record(house):
    contact = make.make_contact(owner=house["stranger"], team=house["stranger"].team)
    at_record = create_task(actor=house["stranger"], record=contact, fields={"title": "At a record"})
    private = create_task(actor=house["rep"], fields={"title": "Of my own"})
    given = create_task(actor=house["rep"], fields={"title": "Given", "owner": house["stranger"]})

    def seen(name: str) -> set[int]:
        return set(Task.objects.visible_to(house[name]).values_list("pk", flat=True))

    assert seen("stranger") == {at_record.pk, given.pk}
    assert seen("rep") == {private.pk, given.pk}
    assert seen("mate") == set()
    assert seen("boss") == {private.pk, at_record.pk}, "of the team, and at a contact that managers see"
    assert Notice.objects.get().user == house["stranger"]


def test_groups_say_what_is_late_due_and_next(house, time_machine):
    time_machine.move_to(NOW, tick=False)
    rep = house["rep"]
    days = {"late": -1, "now": 0, "soon": 3, "far": 30}
    for name, ahead in days.items():
        create_task(actor=rep, fields={"title": name, "due_on": NOW.date() + dt.timedelta(days=ahead)})
    create_task(actor=rep, fields={"title": "an hour ago", "due_at": NOW - dt.timedelta(hours=1)})
    create_task(actor=rep, fields={"title": "never"})
    found = {group.name: [task.title for task in group.tasks] for group in groups_of(rep, rep, NOW.date())}
    assert found == {
        "overdue": ["late", "an hour ago"], "today": ["now"], "next": ["soon"], "later": ["far"], "someday": ["never"],
    }  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_a_reminder_is_told_once_though_two_workers_come(time_machine):
    make.make_company()
    rep = make.make_user(Role.REP, notice_mail="all")
    time_machine.move_to(NOW, tick=False)
    for number in range(5):
        fields = {"title": f"Call {number}", "due_at": NOW + dt.timedelta(minutes=5), "remind_before": 10}
        create_task(actor=rep, fields=fields)

    def worker(_: int) -> int:
        try:
            return remind_due()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(worker, range(2))) == 5
    assert remind_due() == 0
    assert Notice.objects.filter(user=rep, kind="reminder").count() == 5
    assert OutgoingMail.objects.filter(recipient=rep.email).count() == 5


def test_put_off_keeps_the_time_of_day_and_refuses_the_past(house, time_machine):
    time_machine.move_to(NOW, tick=False)
    rep = house["rep"]
    task = create_task(actor=rep, fields={"title": "Call", "due_at": NOW, "remind_before": 0})
    remind_due()
    snooze_task(actor=rep, task=task, until=NOW.date() + dt.timedelta(days=2))
    task.refresh_from_db()
    assert (task.due_at, task.reminded_at) == (NOW + dt.timedelta(days=2), None)
    with pytest.raises(ValidationError, match="passed"):
        snooze_task(actor=rep, task=task, until=NOW.date() - dt.timedelta(days=1))


def test_steps_on_the_page_answer_with_the_line(house, time_machine):
    time_machine.move_to(NOW, tick=False)
    rep = house["rep"]
    client = make.signed_in(rep)
    client.post("/tasks/", {"title": "Buy oak", "quick": "tomorrow"})
    task = Task.objects.get()
    assert (task.owner, task.due_on) == (rep, dt.date(2026, 3, 5))
    line = client.post(f"/tasks/{task.pk}/done/", headers={"HX-Request": "1"}).content.decode()
    assert "task-done" in line
    assert "Buy oak" in line
    refused = client.post(f"/tasks/{task.pk}/snooze/", {"quick": "week"}, headers={"HX-Request": "1"})
    assert "done already" in refused.content.decode()
    assert client.post("/tasks/", {"title": ""}).status_code == 422
    assert client.get("/tasks/?who=999999").status_code == 404
    assert client.get("/calendar/?day=2026-99-01").status_code == 404
    assert client.get("/calendar/?day=0001-01-01").status_code == 404


def test_days_are_those_of_the_reader(house, time_machine):
    time_machine.move_to(NOW, tick=False)
    rep = house["rep"]
    rep.time_zone = "Pacific/Auckland"
    rep.save()
    at = dt.datetime(2026, 3, 4, 23, tzinfo=dt.UTC)  # the 5th, at noon, where Rep is
    task = create_task(actor=rep, fields={"title": "Noon", "due_at": at})
    assert task.due_on == dt.date(2026, 3, 5)
    page = make.signed_in(rep).get("/calendar/?view=week&day=2026-03-05").content.decode()
    assert ">12:00</span> Noon" in page


def test_home_shows_today_and_one_click_is_enough(house, time_machine):
    time_machine.move_to(NOW, tick=False)
    rep = house["rep"]
    task = create_task(actor=rep, fields={"title": "Call Okafor", "due_on": NOW.date()})
    client = make.signed_in(rep)
    assert "Call Okafor" in client.get("/").content.decode()
    complete_task(actor=rep, task=task)
    assert "Call Okafor" not in client.get("/").content.decode()
