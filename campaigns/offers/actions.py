"""Writes of offers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from campaigns import approval
from campaigns.models import GivenOffer, Offer
from crm.log import log
from crm.models import User
from crm.saving import assign, locked


@transaction.atomic
def create_offer(*, actor: User | None, fields: Mapping[str, Any]) -> Offer:
    """Write an offer down; campaigns choose it then."""
    offer: Offer = Offer.objects.create(**fields)
    log(actor=actor, verb="create", object=offer, summary=f"New offer: {offer}")
    return offer


@transaction.atomic
def change_offer(*, actor: User | None, offer: Offer, version: int, fields: Mapping[str, Any]) -> Offer:
    """Change what is given. What customers were promised stands fast: raises ValidationError for that, and
    `StaleRecord` as every change does. Who approved a campaign or play that may make it has not seen it as it is then:
    the approval is void."""
    plays, campaigns = approval.hold_for_offer(offer)
    current: Offer = locked(offer, version)
    promised = (current.in_words, current.benefit_words)
    until = current.valid_until
    if changed := assign(current, fields):
        _keep_promises(current, promised, until)
        current.version += 1
        current.save()
        log(actor=actor, verb="change", object=current, summary=f"Changed {', '.join(changed)} of {current}")
        approval.void_plays(actor, plays, current)
        approval.void_campaigns(actor, campaigns, current)
    return current


def _keep_promises(offer: Offer, promised: tuple[str, str], until: Any) -> None:
    is_other = (offer.in_words, offer.benefit_words) != promised
    is_shorter = offer.valid_until is not None and (until is None or offer.valid_until < until)
    if (is_other or is_shorter) and GivenOffer.objects.filter(offer=offer).exists():
        raise ValidationError(
            "Customers have it already: what it promises stands. Archive it and write a new one."
            if is_other
            else "Customers have it already: its last day stands. Archive it and write a new one."
        )


@transaction.atomic
def archive_offer(*, actor: User | None, offer: Offer) -> None:
    """Take an offer out of what campaigns can choose; the codes that customers have go on."""
    if Offer.objects.filter(pk=offer.pk, archived_at=None).update(archived_at=timezone.now(), version=F("version") + 1):
        log(actor=actor, verb="archive", object=offer, summary=f"Archived the offer {offer}")


@transaction.atomic
def restore_offer(*, actor: User | None, offer: Offer) -> None:
    """Bring an archived offer back."""
    rows = Offer.objects.filter(pk=offer.pk, archived_at__isnull=False)
    if rows.update(archived_at=None, version=F("version") + 1):
        log(actor=actor, verb="restore", object=offer, summary=f"Restored the offer {offer}")
