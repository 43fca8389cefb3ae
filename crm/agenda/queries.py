"""Reads of tasks: what is to be done, in groups; what stands in a calendar; what was done."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from django.db.models import Model, Q
from django.utils import timezone

from crm.access import scope_of
from crm.choices import Scope, Verb
from crm.database.kept import ANY_KEY, KeptRows
from crm.hanging import with_records
from crm.models import Task, User
from crm.models.agenda import TaskQuerySet
from crm.reach import reach_of

if TYPE_CHECKING:
    pass

CONTACT = "contacts.contact"
MOST_OPEN = 300
MOST_DONE = 50
MOST_NEXT = 5
NEXT_DAYS = 7
DUE_GROUPS = ("overdue", "today")


@dataclass(frozen=True)
class TaskGroup:
    """Open tasks of one part of time, by day and time."""

    name: str
    label: str
    tasks: list[Task] = field(default_factory=list)


def groups_of(user: User, owner: User, today: dt.date) -> list[TaskGroup]:
    """Open tasks of `owner` that `user` may see: overdue, today, the next seven days, later, without a day."""
    rows = Task.objects.visible_to(user).open().of(owner)
    tasks = with_records(user, rows.select_related("owner", "maker").in_order()[:MOST_OPEN])
    groups = [
        TaskGroup("overdue", "Overdue"),
        TaskGroup("today", "Today"),
        TaskGroup("next", f"Next {NEXT_DAYS} days"),
        TaskGroup("later", "Later"),
        TaskGroup("someday", "Without a day"),
    ]
    by_name = {group.name: group.tasks for group in groups}
    for task in tasks:
        by_name[_group_of(task, today)].append(task)
    return groups


def done_of(user: User, owner: User) -> list[Task]:
    """The last fifty that are done, newest first."""
    rows = Task.objects.visible_to(user).of(owner).filter(done_at__isnull=False)
    return with_records(user, rows.select_related("owner", "maker", "done_by").order_by("-done_at", "-id")[:MOST_DONE])


def due_by(user: User, day: dt.date, most: int) -> list[Task]:
    """The person's own open tasks of this day and before, the most pressing first."""
    rows = Task.objects.of(user).open().filter(due_on__lte=day)
    return with_records(user, rows.select_related("owner").in_order()[:most])


def tasks_between(owner: User, begin: dt.date, end: dt.date) -> TaskQuerySet:
    """Tasks of a person that fall into the days from `begin` to before `end`; of those that repeat, all that began."""
    inside = Q(due_on__gte=begin) | (~Q(rule="") & Q(done_at=None))
    return Task.objects.of(owner).filter(inside, due_on__lt=end)


def next_steps_at(record: Model) -> list[Task]:
    """What is to be done next for a contact, or at a record of another kind; for pages that have asked whether it may
    be seen."""
    return _next_steps(record._meta.label_lower).read(record.pk)


@cache
def _next_steps(label: str) -> KeptRows[Task]:
    rows = Task.objects.open().select_related("owner")
    rows = rows.filter(contact_id=ANY_KEY) if label == CONTACT else rows.filter(record_model=label, record_id=ANY_KEY)
    return KeptRows(rows.in_order()[:MOST_NEXT])


def colleagues_with_tasks(user: User) -> list[User]:
    """Whose tasks a person may look through: those of their team, by name; nobody where they see only their own."""
    scope = scope_of(user, Task, Verb.VIEW)
    people = User.objects.visible_to(user).filter(is_active=True)
    if scope == Scope.TEAM:
        return list(people.filter(team__in=reach_of(user).teams).exclude(pk=user.pk).order_by("name", "id")[:200])
    return list(people.exclude(pk=user.pk).order_by("name", "id")[:200]) if scope == Scope.ALL else []


def _group_of(task: Task, today: dt.date) -> str:
    if task.due_on is None:
        return "someday"
    day = timezone.localtime(task.due_at).date() if task.due_at else task.due_on
    if day < today or task.is_overdue:
        return "overdue"
    if day == today:
        return "today"
    return "next" if day <= today + dt.timedelta(days=NEXT_DAYS) else "later"
