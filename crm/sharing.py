"""A record shared with one person: to look at or to change, until a day or until it is taken back."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from crm.access import can, scope_of
from crm.choices import Scope, ShareRight, Verb
from crm.languages.refusing import refused
from crm.log import log
from crm.models import Share, User
from crm.reach import reach_of
from crm.templatetags.figures import full_day


def may_share(user: User, record: models.Model) -> bool:
    """Whoever may change a record by their own right may share it; not those with whom it was shared."""
    if record.pk not in reach_of(user).shared(record._meta.label_lower, Verb.CHANGE):
        return can(user, Verb.CHANGE, record)
    rows: Any = type(record)._default_manager.all()
    return bool(rows.in_charge_of(user, Verb.CHANGE).filter(pk=record.pk).exists())


def shares_of(record: models.Model) -> QuerySet[Share]:
    """With whom a record is shared now, by name."""
    running = Q(ends_at=None) | Q(ends_at__gt=timezone.now())
    rows = Share.objects.filter(running, model=record._meta.label_lower, object_id=record.pk)
    return rows.select_related("user", "created_by")


@transaction.atomic
def share_record(
    *,
    actor: User,
    record: models.Model,
    person: User,
    right: ShareRight | str = ShareRight.VIEW,
    ends_at: dt.datetime | None = None,
) -> Share:
    """Share a record, or change how it is shared with this person. Raises a `ValidationError` for who cannot use it."""
    if not may_share(actor, record):
        raise ValidationError("Only who may change this record by their own right can share it.")
    if person == actor or not person.is_active:
        raise ValidationError("Share it with somebody else who may sign in.")
    if scope_of(person, type(record), Verb.VIEW) == Scope.NONE:
        raise refused("%(name)s does not work with records of this kind, so a share would not help.", name=person.name)
    if ends_at is not None and ends_at <= timezone.now():
        raise ValidationError("The end lies in the past.")
    share, _ = Share.objects.update_or_create(
        user=person,
        model=record._meta.label_lower,
        object_id=record.pk,
        defaults={"right": right, "ends_at": ends_at, "created_by": actor},
    )
    until = f" until {full_day(timezone.localtime(ends_at).date())}" if ends_at else ""
    _log(actor, "share", record, f"Shared with {person.name}, who {ShareRight(right).label}{until}")
    return share


@transaction.atomic
def end_share(*, actor: User, record: models.Model, share: Share) -> None:
    """Take a share back; it is gone at the person's next request."""
    if not may_share(actor, record):
        raise ValidationError("Only who may change this record by their own right can end a share.")
    share.delete()
    _log(actor, "unshare", record, f"No longer shared with {share.user.name}")


def _log(actor: User, verb: str, record: models.Model, summary: str) -> None:
    is_contact = record._meta.label_lower == "contacts.contact"
    contact_id = record.pk if is_contact else getattr(record, "contact_id", None)
    log(actor=actor, verb=verb, object=record, contact_id=contact_id, summary=summary)
