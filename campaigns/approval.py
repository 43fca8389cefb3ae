"""The approval of a second person, for what writes to many: campaigns and plays alike. In the caller's transaction."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils import timezone

from campaigns.models import Campaign, Play
from campaigns.sending.audience import rules
from crm.log import log
from crm.models import User

FIELDS = ["asked_by", "approved_by", "approved_at"]


def is_large(people: int) -> bool:
    """Whether so many people need it."""
    return people > rules().approval_above


def ask(*, actor: User, record: Campaign | Play) -> None:
    """Ask a second person."""
    record.asked_by = actor
    record.save(update_fields=["asked_by"])
    log(actor=actor, verb="ask", object=record, summary=f"Asked for the approval of {record}")


def approve(*, actor: User, record: Campaign | Play) -> None:
    """Approve it. Raises ValidationError for who asked, and where nobody has."""
    if record.asked_by_id is None:
        raise ValidationError("Nobody has asked for it.")
    if actor.pk == record.asked_by_id:
        raise ValidationError("A second person approves it: not the one who asked.")
    record.approved_by, record.approved_at = actor, timezone.now()
    record.save(update_fields=["approved_by", "approved_at"])
    log(actor=actor, verb="approve", object=record, summary=f"Approved {record}")


def refuse_unapproved(record: Campaign | Play, *, is_needed: bool) -> None:
    """Raises ValidationError where it needs an approval and has none."""
    if is_needed and record.approved_at is None:
        raise ValidationError(f"Above {rules().approval_above:,} people a second person approves it first.")


def make_void(record: Campaign | Play) -> None:
    """Something has changed: who approved it has not seen this. Saved by the caller."""
    record.asked_by = record.approved_by = record.approved_at = None
