"""Adapters: who takes messages from here to a provider of text messages or to a network.

An adapter is a function `deliver(messages) -> outcomes`, named in `CRM_ADAPTERS` by the channel it is for, such as
`sms=acme.crm.deliver`. It gets `Message`s, at most a hundred at a time, and answers with one `Outcome` for each, in
the same order; an exception means that nobody knows what became of them. They are claimed, and that is committed,
before it is called: what it was given once is never given to it again, and a death in between leaves them *uncertain*,
as with mails. Quiet hours hold, on the clock where each person is. Without an adapter the messages wait in a file,
which somebody takes to the provider (`ways.files`).
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from campaigns.choices import CampaignState, RecipientState
from campaigns.models import Campaign, Piece, Recipient
from campaigns.sending.waiting import plan_of

logger = logging.getLogger(__name__)
AT_ONCE = 100
SILENT_AFTER = dt.timedelta(minutes=10)


@dataclass(frozen=True)
class Message:
    """`key` is its own for ever: a provider that knows keys takes it once. `to`: a number (E.164) or a handle."""

    key: str
    to: str
    text: str


@dataclass(frozen=True)
class Outcome:
    """Whether the provider took it; if not, why, in a sentence."""

    is_taken: bool
    why: str = ""


Adapter = Callable[[Sequence[Message]], Sequence[Outcome]]


def adapter_for(channel: str) -> Adapter | None:
    """The adapter of a channel; None: a person takes the file."""
    name = settings.CRM_ADAPTERS.get(channel)
    return import_string(name) if name else None


def deliver_waiting(key: int) -> int:
    """Give the adapter what waits for it, a hundred at a time; how many it took. What was claimed long ago and never
    answered for is uncertain."""
    _give_up(key)
    campaign, taken = Campaign.everything.get(pk=key), 0
    try:
        adapter = adapter_for(campaign.channel)
    except ImportError:
        logger.exception("CRM_ADAPTERS names no adapter for %s that can be loaded", campaign.channel)
        return 0
    while adapter and (pieces := _claimed(key)):
        messages = [Message(f"campaign:{key}:{piece.pk}", piece.place, piece.words) for piece in pieces]
        try:
            outcomes = adapter(messages)
        except Exception:
            logger.exception("The adapter of %s failed on %s messages of campaign %s", adapter, len(pieces), key)
            _settle(pieces, RecipientState.UNCERTAIN, "the adapter failed")
            continue
        if len(outcomes) != len(pieces):
            logger.error("The adapter answered for %s of %s messages of campaign %s", len(outcomes), len(pieces), key)
            _settle(pieces, RecipientState.UNCERTAIN, "the adapter answered for others")
            continue
        good = [piece for piece, outcome in zip(pieces, outcomes, strict=True) if outcome.is_taken]
        _settle(good, RecipientState.SENT, "")
        for piece, outcome in zip(pieces, outcomes, strict=True):
            if not outcome.is_taken:
                _settle([piece], RecipientState.FAILED, outcome.why)
        taken += len(good)
    return taken


@transaction.atomic
def _claimed(key: int) -> list[Piece]:
    campaign = Campaign.everything.select_for_update(no_key=True).filter(pk=key, state=CampaignState.SENDING).first()
    if campaign is None:
        return []
    waiting = Piece.objects.filter(campaign=key, claimed_at=None, recipient__state=RecipientState.HANDED)
    waiting = waiting.filter(recipient__time_zone__in=_awake(campaign, waiting))
    pieces = list(waiting.order_by("pk").select_for_update(of=("self",), skip_locked=True)[:AT_ONCE])
    Piece.objects.filter(pk__in=[piece.pk for piece in pieces]).update(claimed_at=timezone.now())
    return pieces


def _awake(campaign: Campaign, waiting: Any) -> list[str]:
    """The zones of those who wait in which no quiet hours are now."""
    plan, now = plan_of(campaign), timezone.now()
    zones = waiting.order_by().values_list("recipient__time_zone", flat=True).distinct()
    return [zone for zone in zones if plan.opening(zone, now).opens_at <= now]


def _give_up(key: int) -> None:
    late = Piece.objects.filter(campaign=key, claimed_at__lt=timezone.now() - SILENT_AFTER)
    _settle(late.filter(recipient__state=RecipientState.HANDED), RecipientState.UNCERTAIN, "the adapter never answered")


def _settle(pieces: Any, state: str, why: str) -> None:
    rows = Recipient.objects.filter(pk__in=[piece.pk for piece in pieces], state=RecipientState.HANDED)
    sent_at = timezone.now() if state in (RecipientState.SENT, RecipientState.UNCERTAIN) else None
    rows.update(state=state, reason=why[:60], sent_at=sent_at)
