"""What a mail answers: by the signed address that it was sent to or the ids that it names, never by its subject.

An id is known to everybody who ever got the mail, so it attaches nothing by itself: who writes must be somebody whom
that mail was for.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings

from crm.incoming.reading import ReadMail
from crm.mail.addresses import normal_address, read_mailbox, read_mailboxes
from crm.mail.answers import answered_guid
from crm.models import IncomingMail, Mailbox, OutgoingMail, User


def answered_by_address(recipients: Iterable[str]) -> OutgoingMail | None:
    """The mail whose signed address is among those."""
    guids = [guid for guid in map(answered_guid, recipients) if guid is not None]
    return OutgoingMail.objects.filter(guid__in=guids).first() if guids else None


def answered_by_ids(references: Iterable[str]) -> OutgoingMail | None:
    """The nearest of the mails with these Message-IDs that is ours."""
    ids = list(references)
    found = {mail.message_id: mail for mail in OutgoingMail.objects.filter(message_id__in=ids)} if ids else {}
    return next((found[one] for one in ids if one in found), None)


def answered_mail(read: ReadMail) -> OutgoingMail | None:
    """The mail of ours that it names. Whether its writer has a part in it, `is_recipient` and the apps say."""
    return answered_by_address(read.recipients) or answered_by_ids(read.references)


def is_recipient(mail: OutgoingMail, address: str) -> bool:
    """Whether a mail of ours went, for all to see, to this address (in its normal form)."""
    shown = [*read_mailboxes(mail.shown_to), *read_mailboxes(mail.shown_cc)]
    return bool(address) and address in {
        normal_address(one) for one in (mail.recipient, *(found for _, found in shown))
    }


def thread_of(mail: IncomingMail, answered: OutgoingMail | None) -> str:
    """One key for the conversation, whoever of the two writes: of the first mail in it."""
    if answered is not None and answered.object_model == IncomingMail._meta.label_lower:
        first = IncomingMail.objects.filter(pk=answered.object_id or 0).values_list("thread", flat=True).first()
        if first:
            return first
    if answered is not None:
        return f"out:{answered.pk}"
    earlier = IncomingMail.objects.filter(message_id__in=mail.references, from_address=mail.from_address)
    found = earlier.exclude(thread="").values_list("thread", flat=True).first() if mail.references else None
    return found or f"in:{mail.pk}"


def house_addresses() -> set[str]:
    """Addresses from which the product itself writes, or to which it is written: what comes from them is a loop."""
    own = normal_address(read_mailbox(settings.DEFAULT_FROM_EMAIL)[1])
    return {own, *Mailbox.objects.values_list("address", flat=True)}


def is_colleague(address: str) -> bool:
    """Whether a mail says that somebody of the house wrote it, which proves nothing."""
    return bool(address) and User.objects.filter(email__iexact=address).exists()
