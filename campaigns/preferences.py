"""What a person says by the link of a mail, into the ledger of consent; what waits for them is called back at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from campaigns.models import Campaign, Recipient
from contacts.choices import ConsentChannel, ConsentLevel
from contacts.models import Contact, Purpose
from contacts.models.permission import EVERY_PURPOSE
from contacts.permission.actions import record_consent
from contacts.permission.rule import MARKETING, SERVICE, in_force
from crm.mail.choices import WAITING_STATES, MailState
from crm.models import OutgoingMail

SOURCE = "Link of a mail"
WORDING = "Ticked on the page of preferences that the mail led to."


@dataclass(frozen=True)
class Wish:
    """A purpose, and whether the person gets mails for it."""

    key: str
    label: str
    description: str
    is_on: bool


def standing_of(contact: Contact) -> list[Wish]:
    """The purposes of the house, and what was said last of each by e-mail."""
    rows = list(Purpose.objects.exclude(key=SERVICE)) or [Purpose(key=MARKETING, label="Offers and news")]
    return [Wish(one.key, one.label, one.description, _is_on(contact, one.key)) for one in rows]


@transaction.atomic
def say_no(*, contact: Contact, recipient: Recipient | None) -> None:
    """No more mails of the kind that the campaign was of; without one, of any kind. Twice is once."""
    _withdraw(contact, recipient.campaign.purpose if recipient else EVERY_PURPOSE, recipient)


@transaction.atomic
def choose_purposes(*, contact: Contact, wanted: Iterable[str], recipient: Recipient | None) -> None:
    """These purposes and no others. Only what changes is written."""
    chosen = set(wanted)
    for wish in standing_of(contact):
        if wish.is_on and wish.key not in chosen:
            _withdraw(contact, wish.key, recipient)
        elif not wish.is_on and wish.key in chosen:
            record_consent(
                actor=None, contact=contact, channel=ConsentChannel.EMAIL, purpose=wish.key, level=ConsentLevel.OPT_IN,
                source=SOURCE, wording=WORDING, proof=_proof(recipient),
            )  # fmt: skip


def _is_on(contact: Contact, purpose: str) -> bool:
    said = in_force(contact.pk, ConsentChannel.EMAIL, purpose, timezone.now()).first()
    return said is not None and said.level > ConsentLevel.NONE


def _withdraw(contact: Contact, purpose: str, recipient: Recipient | None) -> None:
    said = in_force(contact.pk, ConsentChannel.EMAIL, purpose, timezone.now()).first()
    if said is None or said.level > ConsentLevel.NONE:
        record_consent(
            actor=None, contact=contact, channel=ConsentChannel.EMAIL, purpose=purpose, level=ConsentLevel.NONE,
            source=SOURCE, proof=_proof(recipient),
        )  # fmt: skip
    OutgoingMail.objects.filter(
        contact_id=contact.pk, object_model=Campaign._meta.label_lower, state__in=WAITING_STATES
    ).update(state=MailState.CANCELLED, last_error="They have said no meanwhile.")


def _proof(recipient: Recipient | None) -> str:
    return f"campaign {recipient.campaign_id}, recipient {recipient.pk}" if recipient else ""
