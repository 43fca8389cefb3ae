"""Writes of the ledger of consent."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from contacts.choices import ConsentChannel, ConsentLevel, LegalBasis
from contacts.models import Consent, Contact
from crm.log import log
from crm.models import User


@transaction.atomic
def record_consent(
    *,
    actor: User | None,
    contact: Contact,
    channel: str,
    purpose: str,
    level: int,
    basis: str = LegalBasis.CONSENT,
    recorded_at: dt.datetime | None = None,
    source: str = "",
    wording: str = "",
    proof: str = "",
) -> Consent:
    """Add what somebody allowed or took back (`ConsentLevel.NONE`). Raises where the moment lies in the future."""
    if recorded_at is not None and recorded_at > timezone.now():
        raise ValidationError({"recorded_at": "This lies in the future: write down what has been said already."})
    moment = recorded_at or _now_for(contact, channel)
    consent = Consent(
        contact=contact,
        channel=channel,
        purpose=purpose,
        level=level,
        basis=basis,
        recorded_at=moment,
        source=source,
        wording=wording,
        proof=proof,
        recorded_by=actor,
    )
    consent.full_clean()
    consent.save()
    said = "Withdrawn" if level == ConsentLevel.NONE else ConsentLevel(level).label
    summary = f"{ConsentChannel(channel).label}, {purpose}: {said}"
    log(actor=actor, verb="consent", object=consent, contact_id=contact.pk, summary=summary)
    return consent


def _now_for(contact: Contact, channel: str) -> dt.datetime:
    """Now; where the clock has been set back, behind what was said before: the last word is the last."""
    now = timezone.now()
    words = Consent.objects.filter(contact=contact, channel=channel, recorded_at__gt=now)
    last = words.aggregate(last=Max("recorded_at"))["last"]
    return last + dt.timedelta(microseconds=1) if last else now
