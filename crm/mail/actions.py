"""The door of outgoing mail, and what people do with mails and channels.

`send_mail` is the one way by which the product sends: it refuses what cannot be sent with a sentence (ValidationError),
writes the row in the caller's transaction and rings after its commit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from crm.log import log
from crm.mail.addresses import checked_address, normal_address
from crm.mail.answers import answer_mailbox
from crm.mail.channels import channel_named
from crm.mail.choices import ENDED_BADLY, WAITING_STATES, MailState
from crm.mail.drafts import Draft, row_of
from crm.mail.ledger import suppress
from crm.mail.sending import ring
from crm.mail.slots import call_back
from crm.mail.suppression import digest_of
from crm.mail.writing import BATCH, write_rows
from crm.models import MailAttachment, MailChannel, OutgoingMail, SuppressedAddress

if TYPE_CHECKING:
    from crm.models import User

Refuse = Callable[[Draft, ValidationError], None]


def send_mail(*, actor: User | None, kind: str, to: str, subject: str, text: str = "", **more: Any) -> OutgoingMail:
    """Write one mail into the ledger; it leaves after the commit. The keywords of `more` are the fields of `Draft`.

    With a `key` that was used before, the mail of that time is returned and nothing is written. Raises ValidationError.
    """
    draft = Draft(kind=kind, to=to, subject=subject, text=text, **more)
    with transaction.atomic():
        new = _write(actor, [draft])
        return OutgoingMail.objects.get(**{"pk": new[0]} if new else {"key": draft.key})


def send_mails(*, actor: User | None, drafts: Iterable[Draft], refuse: Refuse | None = None) -> int:
    """Write many at once; returns how many are new. A `key` that was used before adds nothing.

    All or none, with a ValidationError; where `refuse` is given, all that can be sent: it is told of each other one.
    """
    with transaction.atomic():
        return len(_write(actor, list(drafts), refuse))


def retry_mail(*, actor: User | None, mail: OutgoingMail) -> None:
    """Send again what ended badly, on a person's word: an uncertain one may then arrive twice.

    Raises ValidationError when it did not end badly, or when what it said is forgotten.
    """
    if not mail.text and not mail.html:
        raise ValidationError("What it said was forgotten when it was sent; ask for a new one.")
    _queue_again(actor, mail, ENDED_BADLY, "retry mail", "Sent again")


def release_mail(*, actor: User | None, mail: OutgoingMail) -> None:
    """Let a held mail leave. Raises ValidationError when it is not held."""
    _queue_again(actor, mail, [MailState.HELD], "release mail", "Released")


def cancel_mail(*, actor: User | None, mail: OutgoingMail) -> None:
    """Never send a waiting mail, nor one that a sender has taken but not begun. Raises ValidationError otherwise."""
    with transaction.atomic():
        states = [*WAITING_STATES, MailState.IN_FLIGHT] if call_back(mail) else WAITING_STATES
        rows = OutgoingMail.objects.filter(pk=mail.pk, state__in=states)
        if not rows.update(state=MailState.CANCELLED, last_error="Cancelled by hand."):
            raise ValidationError("It is not waiting any more, so it cannot be called back.")
        _log(actor, "cancel mail", mail, "Cancelled")


def hold_waiting_mails(*, actor: User | None, reason: str) -> int:
    """Hold everything that waits (after a restore, say) until somebody releases it; returns how many."""
    with transaction.atomic():
        count = OutgoingMail.objects.filter(state=MailState.QUEUED).update(state=MailState.HELD, last_error=reason)
        log(actor=actor, verb="hold mails", summary=f"Held {count} waiting mails: {reason}")
    return count


def pause_channel(*, actor: User | None, channel: MailChannel, reason: str = "") -> None:
    """Let nothing leave by it until somebody resumes it; what is in flight ends."""
    with transaction.atomic():
        MailChannel.objects.filter(pk=channel.pk).update(
            paused_at=timezone.now(), paused_until=None, pause_reason=reason[:300]
        )
        log(actor=actor, verb="pause mail channel", object=channel, summary=f"Paused outgoing mail by {channel.name}")


def resume_channel(*, actor: User | None, channel: MailChannel) -> None:
    """Let mails leave again at once, whoever had paused it."""
    with transaction.atomic():
        MailChannel.objects.filter(pk=channel.pk).update(
            paused_at=None, paused_until=None, pause_reason="", consecutive_errors=0
        )
        log(actor=actor, verb="resume mail channel", object=channel, summary=f"Resumed outgoing mail by {channel.name}")
        transaction.on_commit(partial(ring, channel.pk), robust=True)


def suppress_address(*, actor: User | None, address: str, reason: str, note: str = "") -> bool:
    """Send nothing to this address any more; False when that was so already. Raises ValidationError."""
    with transaction.atomic():
        is_new = suppress(address=normal_address(checked_address(address)), reason=reason, note=note)
        if is_new:
            log(actor=actor, verb="suppress address", summary="An address gets no mail any more")
    return is_new


def allow_address(*, actor: User | None, address: str) -> bool:
    """Send to this address again; False when nothing stood against it."""
    normal, plain = normal_address(address), address.strip().lower()
    with transaction.atomic():
        count, _ = SuppressedAddress.objects.filter(address__in=(normal, digest_of(normal), digest_of(plain))).delete()
        if count:
            log(actor=actor, verb="allow address", summary="An address gets mail again")
    return bool(count)


def _queue_again(actor: User | None, mail: OutgoingMail, states: Sequence[str], verb: str, done: str) -> None:
    with transaction.atomic():
        rows = OutgoingMail.objects.filter(pk=mail.pk, state__in=states)
        if not rows.update(state=MailState.QUEUED, attempts=0, unanswered=0, due_at=timezone.now(), last_error=""):
            raise ValidationError("It is not in that state any more; look at it again.")
        _log(actor, verb, mail, done)
        transaction.on_commit(partial(ring, mail.channel_id), robust=True)


def _write(actor: User | None, drafts: Sequence[Draft], refuse: Refuse | None = None) -> list[int]:
    """Write rows and ring for their channels after the commit; the keys of those that are new."""
    channels = {name: channel_named(name) for name in {draft.channel for draft in drafts}}
    mailbox = answer_mailbox() if any(draft.takes_answers for draft in drafts) else ""
    rows, taken = [], []
    for draft in drafts:
        try:
            rows.append(row_of(draft, actor=actor, channel=channels[draft.channel], answers_to=mailbox))
            taken.append(draft)
        except ValidationError as error:
            if refuse is None:
                raise
            refuse(draft, error)
    new = write_rows(rows)
    _attach([(new[row.guid], draft) for row, draft in zip(rows, taken, strict=True) if row.guid in new])
    for channel in channels.values():
        transaction.on_commit(partial(ring, channel.pk), robust=True)
    return list(new.values())


def _attach(drafts: Sequence[tuple[int, Draft]]) -> None:
    """Write the attachments of new rows: (primary key, draft)."""
    MailAttachment.objects.bulk_create(
        [
            MailAttachment(mail_id=pk, file=file, content_id=content_id, position=position)
            for pk, draft in drafts
            for position, (file, content_id) in enumerate(draft.files())
        ],
        batch_size=BATCH,
    )


def _log(actor: User | None, verb: str, mail: OutgoingMail, done: str) -> None:
    log(actor=actor, verb=verb, object=mail, contact_id=mail.contact_id, summary=f"{done}: {mail.subject}")
