"""Writes of tasks: make, change, do, undo, put off, take away. Each is one transaction and one row of the log."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from crm.agenda.timing import next_due, remind_moment, zone_of
from crm.hanging import key_of
from crm.log import log
from crm.models import Task
from crm.notes.choices import NoticeKind
from crm.notes.mentions import mention
from crm.notes.notices import News, tell
from crm.saving import assign, locked, refuse_lost_sight

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import Model

    from crm.models import User

# what the next of a series takes over
KEPT = (
    "kind", "title", "text", "place", "owner", "maker", "minutes", "zone", "remind_before",
    "record_model", "record_id", "contact_id",
)  # fmt: skip


@transaction.atomic
def create_task(
    *,
    actor: User | None,
    fields: Mapping[str, Any],
    record: Model | None = None,
    mentioned: Sequence[int] = (),
) -> Task:
    """Make a task of the given model fields, about a record or none; its owner is the actor unless another is given.

    Whoever is given a task by somebody else is told.
    """
    task = Task(**{"owner": actor, **fields}, maker=actor, **key_of(record))
    _settle(task, actor)
    task.save()
    refuse_lost_sight(actor, task)
    log(actor=actor, verb="create", object=task, contact_id=task.contact_id, summary=f"New task: {task.title}")
    mention(actor=actor, source=task, record=record, text=task.text, mentioned=mentioned)
    _tell_owner(actor, task)
    return task


@transaction.atomic
def change_task(*, actor: User | None, task: Task, version: int, fields: Mapping[str, Any]) -> Task:
    """Change what is given; nothing is written or logged where nothing changed.

    Raises `StaleRecord` when somebody saved the task after `version` was read.
    """
    current: Task = locked(task, version)
    before = current.owner_id
    changed = assign(current, fields)
    if not changed:
        return current
    if {"due_on", "due_at", "remind_before", "owner"} & set(fields):
        _settle(current, actor)
    current.version += 1
    current.save()
    refuse_lost_sight(actor, current)
    _log(actor, "change", current, f"Changed {', '.join(changed)} of “{current.title}”")
    if current.owner_id != before:
        _tell_owner(actor, current)
    return current


@transaction.atomic
def complete_task(*, actor: User | None, task: Task) -> Task | None:
    """Tick a task off; the one that follows it, where it repeats. Doing it twice is doing it once."""
    current = Task.objects.select_for_update().get(pk=task.pk)
    if current.is_done:
        return None
    current.done_at, current.done_by, current.version = timezone.now(), actor, current.version + 1
    current.save(update_fields=["done_at", "done_by", "version", "updated_at"])
    _log(actor, "complete", current, f"Done: {current.title}")
    return _make_following(current)


@transaction.atomic
def reopen_task(*, actor: User | None, task: Task) -> None:
    """Undo the tick. The task that followed goes away again, unless somebody has touched it."""
    current = Task.objects.select_for_update().get(pk=task.pk)
    if not current.is_done:
        return
    if current.rule:
        following = Task.objects.filter(uid=_uid_of_following(current), version=1, done_at=None)
        following.delete()
    current.done_at, current.done_by, current.version = None, None, current.version + 1
    current.save(update_fields=["done_at", "done_by", "version", "updated_at"])
    _log(actor, "reopen", current, f"Not done after all: {current.title}")


@transaction.atomic
def snooze_task(*, actor: User | None, task: Task, until: dt.date) -> None:
    """Put a task off to a day; its time of day stays. Raises ValidationError for a day in the past."""
    current = Task.objects.select_for_update().get(pk=task.pk)
    zone = zone_of(current.owner or actor)
    if until < timezone.now().astimezone(zone).date():
        raise ValidationError("That day has passed: a task is put off to today or later.")
    if current.is_done:
        raise ValidationError("It is done already.")
    if current.due_at is not None:
        time = current.due_at.astimezone(zone).time()
        current.due_at = dt.datetime.combine(until, time, tzinfo=zone)
    current.due_on, current.version = until, current.version + 1
    _settle(current, actor)
    current.save()
    _log(actor, "snooze", current, f"Put off to {until.day} {until:%b %Y}: {current.title}")


@transaction.atomic
def delete_task(*, actor: User | None, task: Task) -> None:
    """Take a task away; the row history keeps what it was."""
    _log(actor, "delete", task, f"Took away the task “{task.title}”")
    task.delete()


def _settle(task: Task, actor: User | None) -> None:
    """Its zone is its owner's, its day the one there; another day, another reminder."""
    zone = zone_of(task.owner or actor)
    task.zone = zone.key
    if task.due_at is not None:
        task.due_on = task.due_at.astimezone(zone).date()
    moment = remind_moment(task)
    if moment != task.remind_at:
        task.remind_at, task.reminded_at = moment, None


def _make_following(task: Task) -> Task | None:
    due = next_due(task, timezone.now())
    if due is None:
        return None
    following = Task(**{name: getattr(task, name) for name in KEPT}, uid=_uid_of_following(task))
    following.due_on, following.due_at, following.rule = due
    following.remind_at = remind_moment(following)
    following.save()
    return following


def _uid_of_following(task: Task) -> uuid.UUID:
    """Made of the task's own, so that it is found again when the tick is undone."""
    return uuid.uuid5(task.uid, "following")


def _tell_owner(actor: User | None, task: Task) -> None:
    owner = task.owner
    if owner is None or (actor is not None and owner.pk == actor.pk) or actor is None:
        return
    title = f"{actor.name} gave you a task: {task.title}"
    key = f"task:{task.pk}:{task.version}:{owner.pk}"
    tell([News(owner, NoticeKind.TASK, title, task.get_absolute_url(), key, task.text)])


def _log(actor: User | None, verb: str, task: Task, summary: str) -> None:
    log(actor=actor, verb=verb, object=task, contact_id=task.contact_id, summary=summary)
