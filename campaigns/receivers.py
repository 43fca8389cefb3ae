"""What campaigns do on news of the ground floor."""

from __future__ import annotations

import logging
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DatabaseError
from django.dispatch import receiver

from campaigns.choices import PlayState
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


@receiver(sending_was_held, dispatch_uid="campaigns.pause_plays")
def pause_plays(sender: Any, *, reason: str, **kwargs: Any) -> None:
    """Pause what runs: after a restore it would let in, and write to, whom it has had already. A person lets each go
    on."""
    from campaigns.plays.actions import pause_play  # noqa: PLC0415 - every process starts with this file

    for play in Play.objects.filter(state=PlayState.RUNNING).order_by("pk"):
        try:
            pause_play(actor=None, play=play, reason=reason)
        except (DatabaseError, ValidationError):  # nothing leaves all the same
            logger.exception("Play %s could not be paused", play.pk)
