"""Somebody wants to be asked no more."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from contacts.choices import ConsentChannel, ConsentLevel
from contacts.permission.actions import record_consent
from feedback.asking.audience import PURPOSE
from feedback.models import Invitation


@transaction.atomic
def ask_no_more(*, invitation: Invitation) -> None:
    """Write the no into the ledger of the contact's permissions: no survey asks them again. Twice does no harm."""
    record_consent(
        actor=None,
        contact=invitation.contact,
        channel=ConsentChannel.EMAIL,
        purpose=PURPOSE,
        level=ConsentLevel.NONE,
        recorded_at=timezone.now(),
        source="link in the mail of a survey",
        wording="",
        proof=f"invitation {invitation.pk}",
    )
