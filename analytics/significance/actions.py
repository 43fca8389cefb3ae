"""Writes of what people say of significant customers. Each is one transaction, one row of the log."""

from __future__ import annotations

from django.db import transaction

from analytics.models import SignificanceMark
from contacts.models import Contact
from crm.log import log
from crm.models import User


@transaction.atomic
def mark_significant(*, actor: User | None, contact: Contact, kind: str, reason: str) -> SignificanceMark:
    """Say that a contact is significant as `kind`, and why. Raises ValidationError where it is said already."""
    mark = SignificanceMark(contact=contact, kind=kind, reason=reason, made_by=actor)
    mark.full_clean()
    mark.save()
    summary = f"{mark}: {reason}"[:300]
    log(actor=actor, verb="mark", object=mark, contact_id=contact.pk, summary=summary)
    return mark


@transaction.atomic
def unmark_significant(*, actor: User | None, mark: SignificanceMark) -> None:
    """Take it back; what was said stays in the history. Twice is once."""
    sentence = f"No longer by hand: {mark}"[:300]
    deleted, _ = SignificanceMark.objects.filter(pk=mark.pk).delete()
    if deleted:
        log(actor=actor, verb="unmark", object=mark, contact_id=mark.contact_id, summary=sentence)
