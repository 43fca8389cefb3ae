"""Repetition on the wall clock: rules, their words, what follows what, and the clocks that change."""

import datetime as dt
import zoneinfo

import pytest

from crm.agenda.actions import complete_task, create_task, reopen_task
from crm.agenda.recurrence import Repetition, following, in_words, make_rule, moments, read_rule
from crm.models import Task
from tests.factories import make_company, make_user

DAY = dt.date(2026, 1, 31)  # a Saturday
BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("repetition", "words"),
    [
        (Repetition("daily"), "every day"),
        (Repetition("workdays"), "every working day"),
        (Repetition("weekly", 2), "every 2 weeks"),
        (Repetition("monthly", 1, dt.date(2026, 12, 24)), "every month, until 24 Dec 2026"),
        (Repetition("yearly", 1, None, 3), "every year, 3 more"),
    ],
)
def test_a_rule_says_what_was_chosen(repetition, words):
    rule = make_rule(repetition, DAY)
    assert (read_rule(rule), in_words(rule)) == (repetition, words)


def test_the_31st_means_the_last_day_of_a_shorter_month():
    rule = make_rule(Repetition("monthly"), DAY)
    found = [moment.date() for moment in moments(rule, dt.datetime(2026, 1, 31), dt.datetime(2026, 6, 1))]
    assert found == [DAY, *(dt.date(2026, month, day) for month, day in ((2, 28), (3, 31), (4, 30), (5, 31)))]


def test_a_number_of_times_is_used_up():
    start, rule = dt.datetime(2026, 3, 2, 9), make_rule(Repetition("daily", 1, None, 3), dt.date(2026, 3, 2))
    second = following(rule, start, start)
    assert second is not None
    assert second == (dt.datetime(2026, 3, 3, 9), "FREQ=DAILY;COUNT=2")
    third = following(second[1], second[0], second[0])
    assert third is not None
    assert following(third[1], third[0], third[0]) is None


@pytest.mark.django_db
def test_nine_o_clock_stays_nine_o_clock_when_the_clocks_change(time_machine):
    time_machine.move_to(dt.datetime(2026, 3, 20, 12, tzinfo=dt.UTC))
    make_company()
    mia = make_user(time_zone="Europe/Berlin")
    at = dt.datetime(2026, 3, 23, 9, tzinfo=BERLIN)  # the clocks change on the 29th
    fields = {"title": "Plan the week", "due_on": at.date(), "due_at": at, "rule": "FREQ=WEEKLY;BYDAY=MO"}
    first = create_task(actor=mia, fields={**fields, "remind_before": 10})
    second = complete_task(actor=mia, task=first)
    assert second is not None
    assert second.due_at == dt.datetime(2026, 3, 30, 9, tzinfo=BERLIN)
    assert second.due_at.astimezone(dt.UTC) - at.astimezone(dt.UTC) == dt.timedelta(days=7, hours=-1)
    assert second.remind_at == second.due_at - dt.timedelta(minutes=10)
    assert complete_task(actor=mia, task=first) is None, "done twice is done once"
    reopen_task(actor=mia, task=first)
    assert [task.pk for task in Task.objects.all()] == [first.pk], "the one that followed goes away again"


@pytest.mark.django_db
def test_what_was_missed_is_not_made_up_for(time_machine):
    time_machine.move_to(dt.datetime(2026, 3, 20, 12, tzinfo=dt.UTC))
    make_company()
    mia = make_user()
    task = create_task(actor=mia, fields={"title": "Water", "due_on": dt.date(2026, 3, 2), "rule": "FREQ=DAILY"})
    following_task = complete_task(actor=mia, task=task)
    assert following_task is not None
    assert following_task.due_on == dt.date(2026, 3, 20)
