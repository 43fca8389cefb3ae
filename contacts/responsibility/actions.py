"""Writes of segments of responsibility, and of reviews."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from contacts.models import Contact, Responsibility
from contacts.responsibility.keeping import KIND
from contacts.responsibility.segments import contacts_of, label_of
from crm.choices import JobState
from crm.company import company_today
from crm.jobs import start_job
from crm.log import log
from crm.models import JobRun, User
from crm.saving import assign, locked


@transaction.atomic
def create_responsibility(*, actor: User | None, fields: Mapping[str, Any]) -> Responsibility:
    """Give a segment to somebody; a worker tells its contacts."""
    one = Responsibility.objects.create(**fields)
    log(actor=actor, verb="create", object=one, summary=f"Gave {label_of(one)} to {one.owner}"[:300])
    start_keeping(actor=actor)
    return one


@transaction.atomic
def change_responsibility(
    *, actor: User | None, responsibility: Responsibility, version: int, fields: Mapping[str, Any]
) -> Responsibility:
    """Change what is given. Raises `StaleRecord` as every change does."""
    current: Responsibility = locked(responsibility, version)
    plain = {name: value for name, value in fields.items() if not name.endswith("_id")}
    changed = assign(current, plain)
    for name in ("territory_id", "view_id"):
        if name in fields and getattr(current, name) != fields[name]:
            setattr(current, name, fields[name])
            changed.append("segment")
    if changed:
        current.version += 1
        current.save()
        log(
            actor=actor,
            verb="change",
            object=current,
            summary=f"Changed {', '.join(changed)} of {label_of(current)}"[:300],
        )
        start_keeping(actor=actor)
    return current


@transaction.atomic
def remove_responsibility(*, actor: User | None, responsibility: Responsibility) -> None:
    """Nobody is responsible for the segment any more."""
    log(actor=actor, verb="delete", object=responsibility, summary=f"Took {label_of(responsibility)} back"[:300])
    responsibility.delete()
    start_keeping(actor=actor)


@transaction.atomic
def start_keeping(*, actor: User | None) -> JobRun:
    """A worker brings all contacts up to date; a job for it that has not begun yet will do."""
    waiting = JobRun.objects.filter(kind=KIND, state=JobState.WAITING).first()
    return waiting or start_job(actor=actor, kind=KIND, title="Bring segments of responsibility up to date")


@transaction.atomic
def review_contact(*, actor: User | None, contact: Contact) -> Contact:
    """The account was looked at today; the next review follows from its own interval or that of its segment."""
    current: Contact = Contact.objects.select_for_update().get(pk=contact.pk)
    today, days = company_today(), current.review_days or _days_of_segment(current)
    current.reviewed_on = today
    current.review_on = today + dt.timedelta(days=days) if days else None
    current.version += 1
    current.save(update_fields=["reviewed_on", "review_on", "version", "updated_at"])
    log(actor=actor, verb="review", object=current, contact_id=current.pk, summary=f"Reviewed {current.name}"[:300])
    return current


def _days_of_segment(contact: Contact) -> int | None:
    for one in Responsibility.objects.select_related("territory", "view", "owner"):
        if one.owner.is_active and contacts_of(one).filter(pk=contact.pk).exists():
            return one.review_days
    return None
