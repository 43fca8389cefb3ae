"""Writes of plays: their plan and steps, start, pause, going on, the end, and people who are taken out."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from campaigns import approval
from campaigns.choices import UNDER_WAY, CampaignState, EntryState, PlayState, PlayStepKind, RecipientState
from campaigns.mail.blocks import checked_blocks
from campaigns.models import Campaign, CampaignOffer, Offer, Play, PlayEntry, PlayStep, Recipient, Segment
from campaigns.plays.approving import needs_approval, void_for_change
from campaigns.plays.checking import faults_of
from campaigns.sending.actions import cancel_campaign, pause_campaign, resume_campaign
from crm.company import current_company
from crm.log import log
from crm.models import User
from crm.saving import assign, locked

OVER = "It has ended: a play that has ended stays as it was. Make a new one from it."
BY_HAND = "taken out by hand"
# as people call them: a change of these alone leaves an approval as it was
MERE_WORDS = {"name", "what it is for", "owner", "type"}


@dataclass(frozen=True)
class StepInput:
    """A step as it is typed; `pk` of one that stands in the play already. `text` None: the mail stays as it is."""

    kind: str
    wait_days: int
    title: str
    text: str | None = ""
    only_for: str = ""
    segment: Segment | None = None
    into: Segment | None = None
    offer: Offer | None = None
    pk: int | None = None


@transaction.atomic
def create_play(*, actor: User | None, fields: Mapping[str, Any], steps: Sequence[StepInput]) -> Play:
    """Write a play down, with its steps in this order; nothing happens until it is started."""
    play: Play = Play.objects.create(**{"currency": current_company().currency, **fields})
    _set_steps(play, steps)
    log(actor=actor, verb="create", object=play, summary=f"New play: {play}")
    return play


@transaction.atomic
def change_play(
    *, actor: User | None, play: Play, version: int, fields: Mapping[str, Any], steps: Sequence[StepInput] | None
) -> Play:
    """Change what is given (None: the steps stay). Who is inside goes on by the new steps: none that they had comes
    again. The control group of who comes in from now on follows a new share. Raises `StaleRecord`, and ValidationError
    once it has ended, or where a running one could not go on so."""
    current: Play = locked(play, version)
    _refuse_over(current)
    changed = assign(current, fields)
    current.save()
    if steps is not None and _set_steps(current, steps):
        changed.append("steps")
    if current.state != PlayState.DRAFT and (faults := faults_of(current, actor)):
        raise ValidationError(faults)
    if set(changed) - MERE_WORDS:
        void_for_change(current)
    if changed:
        current.version += 1
        current.save(update_fields=["version", "updated_at", *approval.FIELDS])
        _carry(current)
        log(actor=actor, verb="change", object=current, summary=f"Changed {', '.join(changed)} of the play {current}")
    return current


@transaction.atomic
def ask_play_approval(*, actor: User, play: Play) -> None:
    """Ask a second person. Raises ValidationError where something is in its way, or where it runs or has ended."""
    current = _standing(play)
    if faults := faults_of(current, actor):
        raise ValidationError(faults)
    approval.ask(actor=actor, record=current)


@transaction.atomic
def approve_play(*, actor: User, play: Play) -> None:
    """Let it start, or go on, as a second person. Raises ValidationError for who asked."""
    approval.approve(actor=actor, record=_standing(play))


@transaction.atomic
def start_play(*, actor: User, play: Play) -> None:
    """Let it begin: events from today on let people in. Raises ValidationError with what is in the way."""
    current = _locked(play)
    if current.state != PlayState.DRAFT:
        raise ValidationError("It has started already.")
    if faults := faults_of(current, actor):
        raise ValidationError(faults)
    approval.refuse_unapproved(current, is_needed=needs_approval(current))
    current.seed, current.started_at = secrets.randbits(62), timezone.now()
    _set_state(current, PlayState.RUNNING)
    _carry(current)
    log(actor=actor, verb="start", object=current, summary=f"Started the play {current}")


@transaction.atomic
def pause_play(*, actor: User | None, play: Play, reason: str = "") -> None:
    """Let nobody in and do nothing, until it goes on; mails that have not left are held. `reason` is a sentence, of
    what pauses it by itself."""
    current = _locked(play)
    if current.state != PlayState.RUNNING:
        raise ValidationError("It is not running.")
    _set_state(current, PlayState.PAUSED)
    for carrier in _carriers(current, CampaignState.SENDING):
        pause_campaign(actor=actor, campaign=carrier)
    why = f": {reason}" if reason else ""
    log(actor=actor, verb="hold" if reason else "pause", object=current, summary=f"Paused the play {current}{why}")


@transaction.atomic
def resume_play(*, actor: User | None, play: Play) -> None:
    """Go on: what fell due meanwhile is done now, once each."""
    current = _locked(play)
    if current.state != PlayState.PAUSED:
        raise ValidationError("It is not paused.")
    approval.refuse_unapproved(current, is_needed=needs_approval(current))
    _set_state(current, PlayState.RUNNING)
    for carrier in _carriers(current, CampaignState.PAUSED):
        resume_campaign(actor=actor, campaign=carrier)
    _carry(current)
    log(actor=actor, verb="resume", object=current, summary=f"Let the play {current} go on")


@transaction.atomic
def end_play(*, actor: User | None, play: Play) -> None:
    """End it for good: everybody comes out, and mails that have not left never do. What was measured stays."""
    current = _locked(play)
    _refuse_over(current)
    current.ended_at = timezone.now()
    _set_state(current, PlayState.ENDED)
    for carrier in _carriers(current, CampaignState.SENDING, CampaignState.PAUSED):
        cancel_campaign(actor=actor, campaign=carrier)
    inside = PlayEntry.objects.filter(play=current, state=EntryState.INSIDE)
    inside.update(
        state=EntryState.ENDED, reason="the play was ended", step=None, next_at=None, ended_at=current.ended_at
    )
    log(actor=actor, verb="end", object=current, summary=f"Ended the play {current}")


@transaction.atomic
def take_out(*, actor: User | None, entry: PlayEntry) -> None:
    """Take one person out of a play; a mail that waits for its hour is called back."""
    current: PlayEntry = PlayEntry.objects.select_for_update().get(pk=entry.pk)
    if current.state != EntryState.INSIDE:
        return
    current.state, current.reason, current.ended_at = EntryState.ENDED, BY_HAND, timezone.now()
    current.step, current.next_at = None, None
    current.save(update_fields=["state", "reason", "ended_at", "step", "next_at"])
    carriers = Campaign.everything.filter(play=current.play_id)
    waiting = Recipient.objects.filter(campaign__in=carriers, contact=current.contact_id, state=RecipientState.WAITING)
    waiting.update(state=RecipientState.CANCELLED, reason=BY_HAND)
    summary = f"Taken out of the play {current.play}"
    log(actor=actor, verb="take out", object=current.play, contact_id=current.contact_id, summary=summary)


def _set_steps(play: Play, wanted: Iterable[StepInput]) -> bool:
    """Make these the steps, in this order; whether anything is other than before."""
    there = {step.pk: step for step in play.steps.filter(removed_at=None)}
    now, is_other, kept = timezone.now(), False, set[int]()
    for position, one in enumerate(wanted, start=1):
        step = there.get(one.pk or 0) or PlayStep(play=play, created_at=now)
        if step.pk and step.kind != one.kind:  # another kind is another step: who had the one has not had the other
            step = PlayStep(play=play, created_at=now)
        is_mail = one.kind == PlayStepKind.MAIL
        facts = {"position": position, "kind": one.kind, "wait_days": one.wait_days, "title": one.title,
                 "text": "" if is_mail else one.text or "", "only_for": one.only_for, "segment": one.segment,
                 "into": one.into, "offer": one.offer if is_mail else None}  # fmt: skip
        if assign(step, facts) or step.pk is None:
            step.save()
            is_other = True
        if is_mail:
            is_other |= _set_mail(play, step, one)
        kept.add(step.pk)
    gone = PlayStep.objects.filter(pk__in=set(there) - kept)
    return bool(gone.update(removed_at=now)) or is_other


def _set_mail(play: Play, step: PlayStep, one: StepInput) -> bool:
    """The mail of a step, in its carrier; whether it is other than before."""
    if step.carrier is None:
        step.carrier = Campaign.everything.create(play=play, name=f"{play}, mail", control_share=0)
        step.save(update_fields=["carrier"])
    variant = step.carrier.variants.first() or step.carrier.variants.model(campaign=step.carrier, name="A")
    facts: dict[str, Any] = {"subject": one.title}
    if one.text is not None:
        facts["blocks"] = checked_blocks([{"kind": "text", "text": one.text}] if one.text.strip() else [])
    if {row.offer_id for row in step.carrier.offers.all()} != ({one.offer.pk} if one.offer else set()):
        step.carrier.offers.all().delete()
        if one.offer is not None:
            CampaignOffer.objects.create(campaign=step.carrier, offer=one.offer)
    is_other = bool(assign(variant, facts)) or variant.pk is None
    if is_other:
        variant.save()
    return is_other


def _carry(play: Play) -> None:
    """Let the carriers follow the play: name, purpose, sender, and whether mails leave."""
    steps = play.steps.exclude(carrier=None).select_related("carrier").order_by("position", "pk")
    for place, step in enumerate(steps, start=1):
        assert step.carrier is not None  # noqa: S101 - for the type checker; asked for
        carrier = step.carrier
        facts: dict[str, Any] = {
            "name": f"{play}, mail {place}", "type": play.type, "purpose": play.purpose,
            "sender_name": play.sender_name, "language": play.language, "currency": play.currency, "owner": play.owner,
        }  # fmt: skip
        if play.state == PlayState.RUNNING and carrier.state not in UNDER_WAY:
            facts |= {"state": CampaignState.SENDING, "launched_at": timezone.now()}
        if assign(carrier, facts):
            carrier.save()


def _carriers(play: Play, *states: str) -> list[Campaign]:
    return list(Campaign.everything.filter(play=play, state__in=states).order_by("pk"))


def _set_state(play: Play, state: str) -> None:
    play.state = state
    play.version += 1
    play.save()


def _refuse_over(play: Play) -> None:
    if play.is_over:
        raise ValidationError(OVER)


def _standing(play: Play) -> Play:
    """A play that does not run: one that is written, or paused."""
    current = _locked(play)
    if current.state not in (PlayState.DRAFT, PlayState.PAUSED):
        raise ValidationError("It runs, or has ended: there is nothing to approve.")
    return current


def _locked(play: Play) -> Play:
    found: Play = Play.objects.select_for_update().get(pk=play.pk)
    return found
