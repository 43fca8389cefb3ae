"""What campaigns do on news of the ground floor."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DatabaseError
from django.dispatch import receiver

from campaigns.choices import CampaignState, PlayState
from campaigns.models import Campaign, Play
from campaigns.sending.coming_back import settle_came_back
from crm.models import IncomingMail
from crm.signals import mail_was_answered, sending_was_held

logger = logging.getLogger(__name__)


@receiver(mail_was_answered, dispatch_uid="campaigns.settle_came_back")
def note_what_came_back(sender: Any, *, incoming: IncomingMail, **kwargs: Any) -> None:
    """In the transaction that works on the mail: what fails is worked on again with it."""
    if incoming.answers is not None and incoming.answers.object_model == Campaign._meta.label_lower:
        settle_came_back(incoming.answers.pk)


@receiver(sending_was_held, dispatch_uid="campaigns.pause_all")
def pause_all(sender: Any, *, reason: str, **kwargs: Any) -> None:
    """Pause what runs: after a restore it would let in, and write to, whom it has had already. A person lets each go
    on."""
    from campaigns.plays.actions import pause_play  # noqa: PLC0415 - every process starts with this file
    from campaigns.sending.actions import pause_campaign  # noqa: PLC0415

    for play in Play.objects.filter(state=PlayState.RUNNING).order_by("pk"):
        _pause(pause_play, reason, play=play)
    for campaign in Campaign.objects.filter(state=CampaignState.SENDING).order_by("pk"):
        _pause(pause_campaign, reason, campaign=campaign)


def _pause(pause: Callable[..., None], reason: str, **what: Any) -> None:
    try:
        pause(actor=None, reason=reason, **what)
    except (DatabaseError, ValidationError):  # nothing leaves all the same
        logger.exception("%s could not be paused", what)
