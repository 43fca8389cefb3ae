"""The approval of a second person, for what writes to many: campaigns and plays alike. In the caller's transaction."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from campaigns.choices import CampaignState, PlayState
from campaigns.models import Campaign, Offer, Play, PlayStep
from campaigns.sending.audience import rules
from crm.languages.refusing import refused
from crm.log import log
from crm.models import User
from crm.templatetags.figures import number

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
        raise refused(
            "Above %(most)s people a second person approves it first.", most=lambda: number(rules().approval_above)
        )


def make_void(record: Campaign | Play) -> None:
    """Something has changed: who approved it has not seen this. Saved by the caller."""
    record.asked_by = record.approved_by = record.approved_at = None


def void_campaigns(actor: User | None, rows: Any, what: object) -> None:
    """Of these campaigns, those that have not started have no approval any more, as `what` was changed."""
    _void(actor, rows.filter(state=CampaignState.PLANNED), what)


def void_plays(actor: User | None, rows: Any, what: object) -> None:
    """Of these plays, those that have not ended have no approval any more. One that runs and is large is paused by its
    next run."""
    _void(actor, rows.exclude(state=PlayState.ENDED), what)


def hold_for_offer(offer: Offer) -> tuple[Any, Any]:
    """Lock the plays and the campaigns that may make an offer and have an approval: before the offer itself, as who
    starts one of them does."""
    steps = PlayStep.objects.filter(offer=offer, removed_at=None).order_by()
    plays = Play.objects.filter(pk__in=list(_asked(Play.objects.filter(pk__in=steps.values("play")))))
    named = Campaign.objects.filter(pk__in=offer.campaigns.order_by().values("campaign"))
    return plays, Campaign.objects.filter(pk__in=list(_asked(named)))


def _asked(rows: Any) -> Any:
    """Ids of those of which an approval was asked or given, locked."""
    return rows.select_for_update().exclude(asked_by=None, approved_at=None).order_by("pk").values_list("pk", flat=True)


def _void(actor: User | None, rows: Any, what: object) -> None:
    for record in rows.filter(pk__in=list(_asked(rows))).order_by("pk"):
        make_void(record)
        record.save(update_fields=FIELDS)
        log(
            actor=actor, verb="change", object=record, summary=f"Not approved any more: {record}, as {what} was changed"
        )
