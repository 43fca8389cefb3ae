"""Writes of leads: make, change, touch, move on, put away. Each is one transaction and one log row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from contacts.choices import Channel, Direction
from contacts.models import Interaction
from contacts.normalising import normalise_email, normalise_phone
from crm.customfields.saving import set_custom
from crm.log import log
from crm.models import User
from crm.saving import assign, locked, refuse_lost_sight
from leads.choices import LeadStatus
from leads.keeping import place_leads, refresh_search
from leads.matching import link_known
from leads.models import Lead, LeadTouch
from leads.nurturing.stopping import stop_leads
from leads.scoring.engine import score_leads

UNTOUCHED = (LeadStatus.NEW,)


@transaction.atomic
def create_lead(*, actor: User | None, fields: Mapping[str, Any], custom: Mapping[str, Any] | None = None) -> Lead:
    """Make a lead of the given model fields. Who is known already becomes a lead of that contact."""
    lead = Lead(**fields)
    if lead.owner_id and not lead.team_id and lead.owner:
        lead.team_id = lead.owner.team_id
    if lead.owner_id:
        lead.assigned_at = timezone.now()
    set_custom(lead, custom or {})
    _settle(lead)
    lead.save()
    refresh_search([lead.pk])
    place_leads([lead.pk])
    link_known([lead.pk])
    score_leads([lead.pk])
    lead.refresh_from_db()
    refuse_lost_sight(actor, lead)
    log(actor=actor, verb="create", object=lead, contact_id=lead.contact_id, summary=f"New lead: {lead.name}")
    return lead


@transaction.atomic
def change_lead(
    *,
    actor: User | None,
    lead: Lead,
    version: int,
    fields: Mapping[str, Any],
    custom: Mapping[str, Any] | None = None,
) -> Lead:
    """Change what is given; nothing is written or logged where nothing changed.

    Raises `StaleRecord` when somebody saved the lead after `version` was read.
    """
    current: Lead = locked(lead, version)
    before = current.owner_id
    changed = assign(current, fields)
    changed += set_custom(current, custom or {})
    if not changed:
        return current
    if current.owner_id != before:
        current.assigned_at, current.waits_since = timezone.now() if current.owner_id else None, None
    _settle(current)
    current.version += 1
    current.save()
    refresh_search([current.pk])
    place_leads([current.pk])
    score_leads([current.pk])
    refuse_lost_sight(actor, current)
    summary = f"Changed {', '.join(changed)}"
    log(actor=actor, verb="change", object=current, contact_id=current.contact_id, summary=summary)
    return current


@transaction.atomic
def log_touch(
    *,
    actor: User | None,
    lead: Lead,
    channel: str,
    subject: str,
    direction: str = Direction.OUTBOUND,
    body: str = "",
    outcome: str = "",
    duration_seconds: int | None = None,
    occurred_at: dt.datetime | None = None,
    details: Mapping[str, Any] | None = None,
) -> LeadTouch:
    """Add one touch with the lead; it stops the clock of the response where it is ours, and a new lead is being worked
    on from then. Of a lead with a contact it stands in the contact's history, too."""
    moment = occurred_at or timezone.now()
    if moment > timezone.now():
        raise ValidationError({"occurred_at": "This lies in the future: a touch has already happened."})
    touch = LeadTouch.objects.create(
        lead=lead,
        channel=channel,
        direction=direction,
        subject=subject[:200],
        body=body,
        outcome=outcome[:80],
        duration_seconds=duration_seconds,
        occurred_at=moment,
        user=actor,
        details=dict(details or {}),
    )
    current = Lead.objects.select_for_update(of=("self",)).get(pk=lead.pk)
    if current.contact_id:
        carry_touches([current.pk])
    current.last_touch_at = max(moment, current.last_touch_at or moment)
    if direction == Direction.OUTBOUND:
        current.first_touch_at = min(moment, current.first_touch_at or moment)
        if current.status in UNTOUCHED:
            _move(current, LeadStatus.WORKING)
    current.save(update_fields=["last_touch_at", "first_touch_at", "status", "status_at", "updated_at"])
    score_leads([current.pk])
    label = Channel(channel).label.lower()
    log(actor=actor, verb="log", object=lead, contact_id=current.contact_id, summary=f"Logged {label}: {subject}")
    stop_leads([current.pk])
    return touch


@transaction.atomic
def move_lead(
    *,
    actor: User | None,
    lead: Lead,
    status: str,
    reason: str = "",
    lost_reason: str = "",
    recycle_on: dt.date | None = None,
) -> Lead:
    """Bring an open lead, or a lost one that comes back, to a status. `not yet` needs the day on which it is worked on
    again, `disqualified` a reason. Raises ValidationError for a converted one: that is reversed, not moved."""
    current = Lead.objects.select_for_update(of=("self",)).get(pk=lead.pk)
    if current.status == LeadStatus.CONVERTED:
        raise ValidationError("It is converted: reverse the conversion first.")
    if status == LeadStatus.CONVERTED:
        raise ValidationError("A lead is converted on its own page, where contact and organization are chosen.")
    if status == LeadStatus.NURTURING and recycle_on is None:
        raise ValidationError({"recycle_on": "On which day is it worked on again?"})
    if status == LeadStatus.DISQUALIFIED and not lost_reason:
        raise ValidationError({"lost_reason": "Why is it not pursued?"})
    if current.status == status and (current.recycle_on, current.lost_reason) == (recycle_on, lost_reason):
        if reason:
            log(actor=actor, verb="move", object=current, contact_id=current.contact_id, summary=reason)
        return current
    current.recycle_on = recycle_on if status == LeadStatus.NURTURING else None
    current.lost_reason = lost_reason if status == LeadStatus.DISQUALIFIED else ""
    _move(current, status)
    current.version += 1
    current.save()
    words = LeadStatus(status).label.lower()
    why = reason or (current.get_lost_reason_display().lower() if current.lost_reason else "")
    until = f" until {recycle_on:%d %b %Y}" if current.recycle_on and recycle_on else ""
    summary = f"{words.capitalize()}{until}{f': {why}' if why else ''}"
    log(actor=actor, verb="move", object=current, contact_id=current.contact_id, summary=summary)
    stop_leads([current.pk])
    return current


@transaction.atomic
def archive_lead(*, actor: User | None, lead: Lead) -> None:
    """Take a lead out of the lists; everything that hangs on it stays."""
    if Lead.objects.filter(pk=lead.pk, archived_at=None).update(archived_at=timezone.now(), version=F("version") + 1):
        log(actor=actor, verb="archive", object=lead, contact_id=lead.contact_id, summary=f"Archived {lead.name}")
        stop_leads([lead.pk])


@transaction.atomic
def restore_lead(*, actor: User | None, lead: Lead) -> None:
    """Bring an archived lead back."""
    if Lead.objects.filter(pk=lead.pk, archived_at__isnull=False).update(archived_at=None, version=F("version") + 1):
        log(actor=actor, verb="restore", object=lead, contact_id=lead.contact_id, summary=f"Restored {lead.name}")


@transaction.atomic
def override_score(*, actor: User | None, lead: Lead, score: int | None) -> None:
    """Say by hand how good a lead is (0 to 100), whatever the rules and the model say; None lets them speak again."""
    if Lead.objects.filter(pk=lead.pk).exclude(hand_score=score).update(hand_score=score, version=F("version") + 1) or (
        score is not None
        and Lead.objects.filter(pk=lead.pk, hand_score=None).update(hand_score=score, version=F("version") + 1)
    ):
        said = "The score is computed again" if score is None else f"Set the score by hand: {score}"
        log(actor=actor, verb="score", object=lead, contact_id=lead.contact_id, summary=said)


def carry_touches(lead_ids: Sequence[int]) -> None:
    """Write the touches of leads that have a contact into its history; those that are there already stay."""
    touches = LeadTouch.objects.filter(lead__in=lead_ids, lead__contact__isnull=False).select_related("lead__contact")
    Interaction.objects.bulk_create(
        [
            Interaction(
                contact=touch.lead.contact,
                occurred_at=touch.occurred_at,
                channel=touch.channel,
                direction=touch.direction,
                subject=touch.subject or touch.get_channel_display(),
                body=touch.body,
                outcome=touch.outcome,
                duration_seconds=touch.duration_seconds,
                user_id=touch.user_id,
                external_id=f"lead-touch:{touch.pk}",
            )
            for touch in touches
        ],
        ignore_conflicts=True,
    )


def _move(lead: Lead, status: str) -> None:
    """Set the status with the moments that go with it; an outcome is known from a loss on, and open again after."""
    if lead.status == status:
        return
    now = timezone.now()
    lead.status, lead.status_at = status, now
    if status == LeadStatus.QUALIFIED:
        lead.qualified_at = lead.qualified_at or now
    is_lost = status == LeadStatus.DISQUALIFIED
    lead.lost_at, lead.converted = (now, False) if is_lost else (None, None)


def _settle(lead: Lead) -> None:
    """What follows from what was typed: the name where none is given, and the forms in which leads are compared."""
    parts = " ".join(part for part in (lead.first_name, lead.last_name) if part)
    lead.name = lead.name or parts or lead.organization or lead.email or lead.phone
    if not lead.name:
        raise ValidationError({"name": "Who is it? A name, an organization, an e-mail address or a number is needed."})
    lead.name = lead.name[:300]
    lead.email_key = normalise_email(lead.email)
    lead.phone_key = normalise_phone(lead.phone, lead.country)[:60] if lead.phone else ""
