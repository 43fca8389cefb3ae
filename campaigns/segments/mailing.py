"""A mail that is prepared, for the people of a segment: the campaign that carries it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Case, Exists, OuterRef, QuerySet, When

from campaigns.actions import plan_campaign
from campaigns.choices import CampaignChannel, CampaignState
from campaigns.models import Campaign, Offer, Segment, Variant
from campaigns.sending.actions import set_audience, set_variant
from crm.access import can
from crm.choices import Verb
from crm.models import User

COPIED = (
    "type", "channel", "goal", "contact_cost_amount", "margin", "currency", "purpose", "control_share", "sender_name",
    "language",
    "window_days",
)  # fmt: skip
LONGEST = 200


def prepared_mails(user: User | None) -> QuerySet[Campaign]:
    """The campaigns by e-mail whose mail is written, those that have not started first, then the newest."""
    written = Variant.objects.filter(campaign=OuterRef("pk"), is_control=False).exclude(blocks=[])
    found: QuerySet[Campaign] = Campaign.objects.visible_to(user).filter(Exists(written), channel=CampaignChannel.EMAIL)
    return found.order_by(Case(When(state=CampaignState.PLANNED, then=0), default=1), "-created_at")


@transaction.atomic
def mail_segment(*, actor: User | None, segment: Segment, mail: Campaign) -> Campaign:
    """The campaign that takes this mail to the people of the segment: the one that carries it where that has not
    started, is for nobody yet and nobody else's, else a copy with its mail and its open offers. It has not started.

    Raises ValidationError where the mail says nothing any more.
    """
    current = Campaign.objects.select_for_update().get(pk=mail.pk)
    written = [variant for variant in current.variants.filter(is_control=False) if variant.blocks]
    variants = [one for one in written if one.pk == current.winner_id] or written
    if not variants:
        raise ValidationError("That mail says nothing any more: choose another.")
    audience = list(current.audience.all())
    is_ours = actor is None or (current.owner_id in (None, actor.pk) and can(actor, Verb.CHANGE, current))
    if (
        is_ours
        and current.is_planned
        and [(one.segment_id, one.is_excluded) for one in audience] == [(segment.pk, False)]
    ):
        return current
    if not is_ours or not current.is_planned or audience:
        current = _copy(current, segment, variants, actor)
    return set_audience(
        actor=actor, campaign=current, version=current.version, fields={}, segments=[segment], without=[],
        offers=Offer.objects.filter(campaigns__campaign=mail, archived_at=None),
    )  # fmt: skip


def _copy(mail: Campaign, segment: Segment, variants: list[Variant], actor: User | None) -> Campaign:
    """A new campaign that says the same; of variants that were tested, what the better one says."""
    given: dict[str, Any] = {name: getattr(mail, name) for name in COPIED}
    copy = plan_campaign(actor=actor, fields={**given, "name": _free_name(mail, segment), "owner": actor})
    for variant in variants:
        said = {name: getattr(variant, name) for name in ("name", "share", "subject", "preheader", "blocks")}
        set_variant(actor=actor, campaign=copy, variant=None, fields=said)
    copy.refresh_from_db()
    return copy


def _free_name(mail: Campaign, segment: Segment) -> str:
    """The name of a copy: of the mail and of whom it is for, numbered from the second on."""
    base = f"{mail.name}: {segment.name}"[: LONGEST - 6]
    taken = {name.lower() for name in Campaign.objects.filter(name__istartswith=base).values_list("name", flat=True)}
    numbered = (base if number == 1 else f"{base} ({number})" for number in range(1, len(taken) + 2))
    return next(name for name in numbered if name.lower() not in taken)
