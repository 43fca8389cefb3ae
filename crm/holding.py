"""A restored instance sends nothing until an administrator says so: what waits in it may have left long ago."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from crm.log import log
from crm.models import Company, User
from crm.signals import sending_was_held


def hold_sending(*, actor: User | None, reason: str) -> dt.datetime:
    """From now on nothing leaves; since when."""
    now = timezone.now()
    with transaction.atomic():
        company, _ = Company.objects.select_for_update().get_or_create(pk=1, defaults={"name": "CRM"})
        company.sending_held_at = now
        company.save(update_fields=["sending_held_at"])
        log(actor=actor, verb="hold sending", object=company, summary=reason)
        sending_was_held.send(Company, reason=reason)
    return now


def release_sending(*, actor: User | None) -> None:
    """Let everything that waits leave. Raises ValidationError where nothing is held."""
    with transaction.atomic():
        company = Company.objects.select_for_update().filter(pk=1, sending_held_at__isnull=False).first()
        if company is None:
            raise ValidationError("Nothing is held back: mail leaves as usual.")
        since = company.sending_held_at
        company.sending_held_at = None
        company.save(update_fields=["sending_held_at"])
        log(
            actor=actor, verb="release sending", object=company, summary=f"Mail leaves again; it was held since {since}"
        )


def is_sending_held() -> bool:
    """Whether nothing may leave now, of whatever kind."""
    return Company.objects.filter(pk=1, sending_held_at__isnull=False).exists()
