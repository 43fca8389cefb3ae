"""Reminders: the clock asks every half minute; each is told once, whichever worker comes first."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from crm.agenda.timing import zone_of
from crm.log import log
from crm.models import Task
from crm.notes.choices import NoticeKind
from crm.notes.notices import News, tell

MOST_AT_ONCE = 200


def remind_due() -> int:
    """Tell the owners of the tasks whose reminder is due; how many were told. Called again, it goes on.

    Who dies in between has told nobody: the mark on the task, the line of the bell and the mail are one transaction.
    """
    count = 0
    while told := _remind_some():
        count += told
    return count


@transaction.atomic
def _remind_some() -> int:
    now = timezone.now()
    due = Task.objects.open().filter(remind_at__lte=now, reminded_at=None)
    rows = due.select_for_update(skip_locked=True, of=("self",)).select_related("owner").order_by("remind_at", "id")
    tasks = list(rows[:MOST_AT_ONCE])
    if not tasks:
        return 0
    tell([_news(task) for task in tasks if task.owner is not None])
    Task.objects.filter(pk__in=[task.pk for task in tasks]).update(reminded_at=now)
    log(actor=None, verb="remind", kind=Task, summary=f"Reminded of {len(tasks)} tasks")
    return len(tasks)


def _news(task: Task) -> News:
    owner = task.owner
    assert owner is not None  # noqa: S101 - the caller left the others out
    assert task.remind_at is not None  # noqa: S101 - it is due
    key = f"reminder:{task.pk}:{task.remind_at.isoformat()}"
    return News(owner, NoticeKind.REMINDER, f"{task.title} – {_when(task)}", task.get_absolute_url(), key, task.place)


def _when(task: Task) -> str:
    """`28 Nov, 14:30`, on the owner's clock."""
    if task.due_at is not None:
        local = task.due_at.astimezone(zone_of(task.owner))
        return f"{local.day} {local:%b, %H:%M}"
    return f"{task.due_on.day} {task.due_on:%b}" if task.due_on else ""
