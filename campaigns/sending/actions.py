"""Writes of a campaign that goes out: whom it is for, what it says, approval, start, pause, the end."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from campaigns import approval
from campaigns.choices import CampaignState, RecipientState
from campaigns.mail.blocks import checked_blocks
from campaigns.mail.pictures import keep_uses
from campaigns.models import Campaign, CampaignOffer, CampaignSegment, Offer, Play, Recipient, Segment, Variant
from campaigns.offers.codes import tell_codes
from campaigns.plays.approving import void_for_change
from campaigns.sending.audience import freeze
from campaigns.sending.engine import settle
from campaigns.sending.preflight import NOBODY, look_over
from campaigns.tallies import count_again
from campaigns.ways.calls import call_pieces_back
from crm import bells
from crm.choices import JobQueue
from crm.log import log
from crm.mail.choices import MailState
from crm.models import OutgoingMail, User
from crm.saving import assign, locked
from crm.templatetags.figures import plural

FIXED = "It has started: whom it is for and what it says stand fast."
ABOUT = Campaign._meta.label_lower


@transaction.atomic
def set_audience(
    *,
    actor: User | None,
    campaign: Campaign,
    version: int,
    fields: Mapping[str, Any],
    segments: Iterable[Segment],
    without: Iterable[Segment],
    offers: Iterable[Offer] | None = None,
) -> Campaign:
    """Say whose people it is for, whose it leaves out, which offers it may make (None: as before) and how it goes out.
    An approval is void then. Raises `StaleRecord`, and ValidationError once it has started."""
    current = _still_planned(locked(campaign, version))
    is_other = bool(assign(current, fields))
    wanted = {segment.pk: False for segment in segments} | {segment.pk: True for segment in without}
    there = dict(current.audience.values_list("segment", "is_excluded"))
    if offers is not None and (kept := {offer.pk for offer in offers}) != _offered(current):
        is_other = True
        current.offers.all().delete()
        CampaignOffer.objects.bulk_create(CampaignOffer(campaign=current, offer_id=key) for key in sorted(kept))
    if wanted != there or is_other:
        current.audience.all().delete()
        CampaignSegment.objects.bulk_create(
            CampaignSegment(campaign=current, segment_id=key, is_excluded=is_out) for key, is_out in wanted.items()
        )
        _unapproved(current)
        log(actor=actor, verb="change", object=current, summary=f"Changed whom {current} is for")
    return current


@transaction.atomic
def set_variant(
    *, actor: User | None, campaign: Campaign, variant: Variant | None, fields: Mapping[str, Any]
) -> Variant:
    """Write a variant (None: a new one): name, share, subject, first words, blocks. An approval is void then.

    Raises ValidationError with a sentence for what cannot be sent.
    """
    # the play first, as who starts, pauses or changes it does; which one it is never changes
    play = Play.objects.select_for_update().get(pk=campaign.play_id) if campaign.play_id else None
    current = _still_planned(_locked(campaign))
    given = {**fields, "blocks": checked_blocks(fields.get("blocks", []))}
    if variant is None:
        last = current.variants.order_by("-position").values_list("position", flat=True).first() or 0
        variant = Variant(campaign=current, position=last + 1)
    assign(variant, given)
    variant.full_clean(exclude=["campaign", "blocks"])
    variant.save()
    keep_uses(variant)
    _unapproved(current)
    if play is not None:
        void_for_change(play)
        play.save(update_fields=approval.FIELDS)
    log(actor=actor, verb="change", object=current, summary=f"Wrote the variant “{variant}” of {current}")
    return variant


@transaction.atomic
def remove_variant(*, actor: User | None, campaign: Campaign, variant: Variant) -> None:
    """Take a variant away. Raises ValidationError once it has started."""
    current = _still_planned(_locked(campaign))
    if current.play_id:
        raise ValidationError("It is the mail of a step of a play: take the step away instead.")
    current.variants.filter(pk=variant.pk).delete()
    _unapproved(current)
    log(actor=actor, verb="change", object=current, summary=f"Took the variant “{variant}” of {current} away")


@transaction.atomic
def ask_approval(*, actor: User, campaign: Campaign) -> None:
    """Ask a second person. Raises ValidationError where something is in the way of sending."""
    current = _still_planned(_locked(campaign))
    if faults := look_over(current, actor).faults:
        raise ValidationError(faults)
    approval.ask(actor=actor, record=current)


@transaction.atomic
def approve_campaign(*, actor: User, campaign: Campaign) -> None:
    """Let it start, as a second person. Raises ValidationError for who planned or asked."""
    approval.approve(actor=actor, record=_still_planned(_locked(campaign)))


@transaction.atomic
def launch_campaign(*, actor: User, campaign: Campaign) -> int:
    """Write everybody down, draw control group and variants, and let it leave; how many are in it.

    Raises ValidationError with what is in the way. Starting twice starts once.
    """
    current = _still_planned(_locked(campaign))
    # who starts another campaign with one of its offers waits: nobody is given it twice within its rest time
    chosen = Offer.objects.filter(pk__in=current.offers.values("offer"))
    list(chosen.select_for_update().order_by("pk").values_list("pk"))
    tell_codes()
    found = look_over(current, actor)
    if found.faults:
        raise ValidationError(found.faults)
    approval.refuse_unapproved(current, is_needed=found.needs_approval)
    now = timezone.now()
    current.seed = secrets.randbits(62)
    current.launched_at, current.state = now, CampaignState.SENDING
    current.starts_on = current.starts_on or timezone.localtime(now).date()
    current.version += 1
    current.save()
    count = freeze(current, actor)
    if found.is_estimate:  # now that each was asked
        reached = current.recipients.exclude(state=RecipientState.LEFT_OUT).count()
        if not reached:
            raise ValidationError(NOBODY)
        approval.refuse_unapproved(current, is_needed=approval.is_large(reached))
    count_again([current.pk])
    log(actor=actor, verb="launch", object=current, summary=f"Started {current}: {plural(count, 'person', 'people')}")
    ring_after_commit(current)
    return count


@transaction.atomic
def pause_campaign(*, actor: User | None, campaign: Campaign, reason: str = "") -> None:
    """Let nothing more leave: what waits in the ledger of mails is held; the mails on the line end. `reason` is a
    sentence, of what pauses it by itself."""
    current = _locked(campaign)
    if current.state != CampaignState.SENDING:
        raise ValidationError("It is not sending.")
    _set_state(current, CampaignState.PAUSED)
    _mails(current, MailState.QUEUED).update(state=MailState.HELD, last_error=f"{current} is paused.")
    why = f": {reason}" if reason else ""
    log(actor=actor, verb="hold" if reason else "pause", object=current, summary=f"Paused {current}{why}")


@transaction.atomic
def resume_campaign(*, actor: User | None, campaign: Campaign) -> None:
    """Go on exactly where it was."""
    current = _locked(campaign)
    if current.state != CampaignState.PAUSED:
        raise ValidationError("It is not paused.")
    _set_state(current, CampaignState.SENDING)
    _mails(current, MailState.HELD).update(state=MailState.QUEUED, last_error="", due_at=timezone.now())
    log(actor=actor, verb="resume", object=current, summary=f"Let {current} go on")
    ring_after_commit(current)


@transaction.atomic
def cancel_campaign(*, actor: User | None, campaign: Campaign) -> None:
    """Send nothing more of it, ever: who has not got it will not. What was sent stays."""
    current = _locked(campaign)
    if current.state not in (CampaignState.PLANNED, CampaignState.SENDING, CampaignState.PAUSED):
        raise ValidationError("It is over.")
    _set_state(current, CampaignState.CANCELLED)
    called = "The campaign was called back."
    for state in (MailState.QUEUED, MailState.HELD):
        _mails(current, state).update(state=MailState.CANCELLED, last_error=called)
    open_states = (RecipientState.WAITING, RecipientState.HELD)
    Recipient.objects.filter(campaign=current, state__in=open_states).update(state=RecipientState.CANCELLED)
    call_pieces_back(current)
    settle(current.pk)  # whose mail is in the hands of a sender right now is settled by the sweep
    log(actor=actor, verb="cancel", object=current, summary=f"Called {current} back")


def ring_after_commit(campaign: Campaign) -> None:
    """Tell a worker; where the broker does not answer, the sweeper comes within a minute."""
    transaction.on_commit(partial(_ring, campaign.pk), robust=True)


def _ring(key: int) -> None:
    from campaigns.tasks import send_campaign_task  # noqa: PLC0415 - tasks import what runs them

    bells.ring(send_campaign_task, key, queue=JobQueue.BATCH)


def _mails(campaign: Campaign, state: str) -> Any:
    return OutgoingMail.objects.filter(object_model=ABOUT, object_id=campaign.pk, state=state)


def _set_state(campaign: Campaign, state: str) -> None:
    campaign.state = state
    campaign.version += 1
    campaign.save(update_fields=["state", "version", "updated_at"])


def _offered(campaign: Campaign) -> set[int]:
    return set(campaign.offers.values_list("offer", flat=True))


def _unapproved(campaign: Campaign) -> None:
    approval.make_void(campaign)
    campaign.version += 1
    campaign.save()


def _still_planned(campaign: Campaign) -> Campaign:
    if campaign.state != CampaignState.PLANNED and campaign.play_id is None:
        raise ValidationError(FIXED)
    return campaign


def _locked(campaign: Campaign) -> Campaign:
    found: Campaign = Campaign.everything.select_for_update().get(pk=campaign.pk)
    return found
