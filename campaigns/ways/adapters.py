"""Adapters: who takes messages from here to a provider of text messages or to a network.

An adapter is a function `deliver(messages) -> outcomes`, named in `CRM_ADAPTERS` by the channel it is for, such as
`sms=acme.crm.deliver`. It gets `Message`s, at most ten at a time, and answers with one `Outcome` for each, in
the same order: taken, refused, uncertain (nobody knows), or untouched (to be given again). `NothingTaken` says that
nothing of it left; any other exception, that nobody knows what became of all of it.
Messages are claimed, their people asked for permission once more, and that is committed, before it is called: what it
was given once is never given to it again, and a death in between leaves them *uncertain*, as with mails. Quiet hours
hold, on the clock where each person is, and are looked at before each call. A run ends after about a minute, what is
left waits for the next one, and two workers never deliver one campaign at once. Without an adapter the messages wait
for somebody who takes them to the provider in a file (`ways.leaving`). One for the messages API that many providers of
text messages speak is `ways.text_messages`.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from campaigns.choices import CampaignState, RecipientState
from campaigns.models import Campaign, Piece, Recipient
from campaigns.sending.asking import ask
from campaigns.sending.hours import Opening
from campaigns.sending.waiting import plan_of
from crm.locks import side_connection, take_lock

logger = logging.getLogger(__name__)
LOCK_CLASS = 7321
AT_ONCE = 10  # what a worker that dies leaves uncertain at most
MOST_SECONDS = 60.0  # of a run, well below the time that a task may take
SILENT_AFTER = dt.timedelta(minutes=10)


@dataclass(frozen=True)
class Message:
    """`key` is its own for ever: a provider that knows keys takes it once. `to`: a number (E.164) or a handle."""

    key: str
    to: str
    text: str


@dataclass(frozen=True)
class Outcome:
    """Whether the provider took it; if not, why, in a sentence. `is_uncertain`: it may have; it is never given to the
    adapter again. `is_untouched`: it certainly has not, and may take it later. `provider_id`: how it calls it."""

    is_taken: bool
    why: str = ""
    is_uncertain: bool = False
    is_untouched: bool = False
    provider_id: str = ""


Adapter = Callable[[Sequence[Message]], Sequence[Outcome]]


class NothingTaken(Exception):
    """Raised by an adapter that knows that nothing of it reached the provider, such as where the line could not be
    opened: the messages wait, and are given to it again within minutes."""


def has_adapter(channel: str) -> bool:
    """Whether an adapter is named for the channel; else a person takes the file."""
    return bool(settings.CRM_ADAPTERS.get(channel))


def adapter_for(channel: str) -> Adapter:
    """The adapter of a channel that has one. Raises ImportError."""
    adapter: Adapter = import_string(settings.CRM_ADAPTERS[channel])
    return adapter


def deliver_waiting(campaign: Campaign) -> int:
    """Give the adapter what waits for it, a few at a time, for about a minute; how many it took. One that fails ends
    the run: what it had is uncertain, the others wait for the next one."""
    give_up(campaign.pk)
    if not has_adapter(campaign.channel):
        return 0
    try:
        adapter = adapter_for(campaign.channel)
    except ImportError:
        logger.exception("CRM_ADAPTERS names no adapter for %s that can be loaded", campaign.channel)
        return 0
    with side_connection() as side:
        return _deliver(campaign, adapter) if take_lock(side, LOCK_CLASS, campaign.pk) else 0


def _deliver(campaign: Campaign, adapter: Adapter) -> int:
    taken, zones, end = 0, _awake(campaign), time.monotonic() + MOST_SECONDS
    while time.monotonic() < end:
        zones = [one for one in zones if one.closes_at is None or one.closes_at > timezone.now()]
        pieces = _claimed(campaign, [one.zone for one in zones])
        if pieces is None:
            break
        messages = [Message(f"campaign:{campaign.pk}:{piece.pk}", piece.place, piece.words) for piece in pieces]
        try:
            outcomes = adapter(messages) if messages else ()
            if len(outcomes) != len(pieces):
                raise ValueError(f"it answered for {len(outcomes)} of {len(pieces)} messages")
        except NothingTaken:
            logger.warning("The adapter of %s took nothing of campaign %s", campaign.channel, campaign.pk)
            Piece.objects.filter(pk__in=[piece.pk for piece in pieces]).update(claimed_at=None)
            break
        except Exception:
            # whatever an adapter raises, nobody knows what became of these, and the next campaign goes on
            logger.exception("The adapter of %s failed in campaign %s", campaign.channel, campaign.pk)
            _settle(pieces, RecipientState.UNCERTAIN, "the adapter failed")
            break
        taken += _note(pieces, outcomes)
        if any(outcome.is_untouched for outcome in outcomes):
            break
    return taken


def _note(pieces: Sequence[Piece], outcomes: Sequence[Outcome]) -> int:
    """Write what became of each; how many were taken."""
    pairs = list(zip(pieces, outcomes, strict=True))
    good = [piece for piece, outcome in pairs if outcome.is_taken]
    for piece, outcome in pairs:
        if outcome.is_untouched:
            Piece.objects.filter(pk=piece.pk).update(claimed_at=None)
        elif not outcome.is_taken:
            _settle([piece], RecipientState.UNCERTAIN if outcome.is_uncertain else RecipientState.FAILED, outcome.why)
        if outcome.provider_id:
            Piece.objects.filter(pk=piece.pk).update(provider_id=outcome.provider_id[:64])
    _settle(good, RecipientState.SENT, "")
    return len(good)


def give_up(key: int) -> None:
    """What was claimed long ago and never answered for is uncertain."""
    late = Piece.objects.filter(campaign=key, claimed_at__lt=timezone.now() - SILENT_AFTER)
    _settle(late.filter(recipient__state=RecipientState.HANDED), RecipientState.UNCERTAIN, "the adapter never answered")


@transaction.atomic
def _claimed(campaign: Campaign, zones: Sequence[str]) -> list[Piece] | None:
    """The next ones, of whom those who have said no since are left out; None: there are none."""
    rows = Campaign.everything.select_for_update(no_key=True)
    if not rows.filter(pk=campaign.pk, state=CampaignState.SENDING).exists():
        return None
    waiting = waiting_pieces(campaign).filter(recipient__time_zone__in=zones)
    pieces = list(waiting.order_by("pk").select_for_update(of=("self",), skip_locked=True)[:AT_ONCE])
    if not pieces:
        return None
    recipients = Recipient.objects.in_bulk([piece.pk for piece in pieces])
    asked, kept = ask(campaign, list(recipients.values())), []
    for piece in pieces:
        if reason := asked.reason_against(recipients[piece.pk]):
            _settle([piece], RecipientState.LEFT_OUT, reason)
        else:
            kept.append(piece)
    Piece.objects.filter(pk__in=[piece.pk for piece in kept]).update(claimed_at=timezone.now())
    return kept


def waiting_pieces(campaign: Campaign) -> Any:
    """Those that nobody has: no adapter, no file."""
    return Piece.objects.filter(
        campaign=campaign, claimed_at=None, file=None, task_id=None, recipient__state=RecipientState.HANDED
    )


def _awake(campaign: Campaign) -> list[Opening]:
    """The zones of those who wait in which no quiet hours are now, with the moment at which they begin."""
    plan, now = plan_of(campaign), timezone.now()
    zones = waiting_pieces(campaign).order_by().values_list("recipient__time_zone", flat=True).distinct()
    found = [plan.opening(zone, now) for zone in zones]
    return [one for one in found if one.opens_at <= now]


def _settle(pieces: Any, state: str, why: str) -> None:
    rows = Recipient.objects.filter(pk__in=[piece.pk for piece in pieces], state=RecipientState.HANDED)
    sent_at = timezone.now() if state in (RecipientState.SENT, RecipientState.UNCERTAIN) else None
    rows.update(state=state, reason=why[:60], sent_at=sent_at)
