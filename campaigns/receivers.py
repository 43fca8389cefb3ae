"""What campaigns do on news of the ground floor."""

from __future__ import annotations

import logging
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DatabaseError
from django.dispatch import receiver

from campaigns.choices import PlayState
from campaigns.models import Play
from crm.signals import sending_was_held

logger = logging.getLogger(__name__)


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
