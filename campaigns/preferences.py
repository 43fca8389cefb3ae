"""What a person says by the link of a mail, into the ledger of consent; what waits for them is called back at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from campaigns.choices import TOO_SOON, CampaignChannel, Pace, RecipientState
from campaigns.models import Campaign, MailPace, Recipient
from contacts.choices import ConsentChannel, ConsentLevel
from contacts.models import Contact, Purpose
from contacts.models.permission import EVERY_PURPOSE
from contacts.permission.actions import record_consent
from contacts.permission.rule import MARKETING, SERVICE, in_force, newest_words
from crm.log import log
from crm.mail.choices import WAITING_STATES, MailState
from crm.mail.slots import call_back as take_out_of_hand
from crm.models import OutgoingMail

SOURCE = "Link of a mail"
SAID_NO = "They have said no meanwhile."
NOT_GONE = (*WAITING_STATES, MailState.IN_FLIGHT)
WORDING = "Ticked on the page of preferences that the mail led to."


@dataclass(frozen=True)
class Way:
    """A channel by which the person may be told of a purpose, and whether they are."""

    channel: str
    label: str
    is_on: bool


@dataclass(frozen=True)
class Wish:
    """A purpose, and by which channels the person is told of it."""

    key: str
    label: str
    description: str
    ways: Sequence[Way]


Wanted = Collection[tuple[str, str]]
"""Channels with the key of a purpose: what a person ticks."""


def standing_of(contact: Contact) -> list[Wish]:
    """The purposes of the house, and what holds of each on every channel. Which of them reach the person is not told:
    the page shows nothing of who they are."""
    rows = list(Purpose.objects.exclude(key=SERVICE)) or [Purpose(key=MARKETING, label="Offers and news")]
    words = {channel: newest_words(contact, channel) for channel in ConsentChannel.values}

    def way(channel: ConsentChannel, purpose: Purpose) -> Way:
        said = [one for key in (purpose.key, EVERY_PURPOSE) if (one := words[channel].get(key))]
        newest = max(said, key=lambda one: (one.recorded_at, one.pk), default=None)
        # what needs no level is sent until they say no
        is_on = newest.level > ConsentLevel.NONE if newest else purpose.least_level == ConsentLevel.NONE
        return Way(channel, channel.label, is_on)

    return [Wish(one.key, one.label, one.description, [way(by, one) for by in ConsentChannel]) for one in rows]


@transaction.atomic
def say_no(*, contact: Contact, recipient: Recipient | None) -> None:
    """No more mails of the kind that the campaign was of; without one, of any kind. Twice is once."""
    purpose = recipient.campaign.purpose if recipient else EVERY_PURPOSE
    said = in_force(contact.pk, ConsentChannel.EMAIL, purpose, timezone.now()).first()
    if said is None or said.level > ConsentLevel.NONE:
        _withdraw(contact, purpose, recipient)
    else:
        _call_back(contact)


@transaction.atomic
def choose_purposes(*, contact: Contact, wanted: Wanted, recipient: Recipient | None) -> None:
    """These purposes by these channels, and no others. Only what changes is written."""
    for wish in standing_of(contact):
        for way in wish.ways:
            is_wanted = (way.channel, wish.key) in wanted
            if way.is_on and not is_wanted:
                _withdraw(contact, wish.key, recipient, way.channel)
            elif is_wanted and not way.is_on:
                record_consent(
                    actor=None, contact=contact, channel=way.channel, purpose=wish.key, level=ConsentLevel.OPT_IN,
                    source=SOURCE, wording=WORDING, proof=_proof(recipient),
                )  # fmt: skip


def pace_of(contact: Contact) -> MailPace | None:
    """How often at most they want mails of campaigns, as they said; of merged contacts the strictest."""
    rows: Collection[MailPace] = MailPace.objects.filter(contact=contact.merged_into_id or contact.pk)
    return max(rows, key=lambda one: (one.days, one.said_at), default=None)


@transaction.atomic
def choose_pace(*, contact: Contact, days: int, recipient: Recipient | None) -> None:
    """Mails of campaigns at most so often (a `Pace`) from now on; what was said of merged contacts follows, and what
    waits for them and would come sooner is called back. Only what changes is written."""
    said, pace = pace_of(contact), Pace(days)
    if pace == (said.days if said else Pace.ANY):
        return
    owner, facts = contact.merged_into_id or contact.pk, {"said_at": timezone.now(), "source": _proof(recipient)}
    if not MailPace.objects.filter(contact=owner).update(days=pace, **facts):
        said = MailPace.objects.create(contact_id=owner, days=pace, **facts)
    log(actor=None, verb="consent", object=said, contact_id=owner, summary=f"Mails of campaigns: {pace.label}")
    call_back_too_soon(contact, pace)


def _withdraw(contact: Contact, purpose: str, recipient: Recipient | None, channel: str = ConsentChannel.EMAIL) -> None:
    record_consent(
        actor=None, contact=contact, channel=channel, purpose=purpose, level=ConsentLevel.NONE, source=SOURCE,
        proof=_proof(recipient),
    )  # fmt: skip
    if channel == ConsentChannel.EMAIL:
        _call_back(contact)


def call_back_too_soon(contact: Contact, days: int) -> None:
    """Of the mails that wait for a person who wants one in so many days: none leaves where they had one within them,
    else the first."""
    if days not in TOO_SOON:
        return
    since, who = timezone.now() - dt.timedelta(days=days), (contact.pk, contact.merged_into_id or contact.pk)
    waiting = list(_mails_of(contact).filter(state__in=NOT_GONE).order_by("pk").values_list("pk", flat=True))
    if not waiting:
        return
    rows = Recipient.objects.filter(contact__in=who, campaign__channel=CampaignChannel.EMAIL)
    gone = Q(state__in=(RecipientState.SENT, RecipientState.UNCERTAIN)) & (
        Q(recorded_at__gte=since) | Q(sent_at__gte=since)
    )
    # handed over and gone, which the run of its campaign has not told its recipient yet
    untold = _mails_of(contact).filter(Q(sent_at__gte=since) | Q(state=MailState.UNCERTAIN, claimed_at__gte=since))
    had_one = rows.filter(gone).exists() or untold.exists()
    _call_back(contact, TOO_SOON[days], waiting if had_one else waiting[1:])


def _call_back(contact: Contact, why: str = SAID_NO, keys: Sequence[int] | None = None) -> None:
    """What waits (of these mails), and what a sender has in its hands and has not begun."""
    rows = _mails_of(contact) if keys is None else _mails_of(contact).filter(pk__in=keys)
    cancelled = {"state": MailState.CANCELLED, "last_error": why}
    for mail in rows.filter(state=MailState.IN_FLIGHT):
        if take_out_of_hand(mail):
            rows.filter(pk=mail.pk, state=MailState.IN_FLIGHT).update(**cancelled)
    rows.filter(state__in=WAITING_STATES).update(**cancelled)


def _mails_of(contact: Contact) -> Any:
    """Of a merged contact, whose link an older mail has, those of the one that they went into, too."""
    who = {contact.pk, contact.merged_into_id or contact.pk}
    return OutgoingMail.objects.filter(contact_id__in=who, object_model=Campaign._meta.label_lower)


def _proof(recipient: Recipient | None) -> str:
    return f"campaign {recipient.campaign_id}, recipient {recipient.pk}" if recipient else ""
