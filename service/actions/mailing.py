"""Mails to who asks in a ticket, in its thread, in the name of the house."""

from __future__ import annotations

from collections.abc import Sequence

from crm.mail.actions import send_mail
from crm.mail.addresses import named_mailbox
from crm.mail.answers import answer_mailbox
from crm.mail.choices import MailKind
from crm.models import OutgoingMail, StoredFile, User
from service.models import Message, Ticket
from service.portal.links import with_link
from service.queries import family_of

MOST_REFERENCES = 12


def send_to_requester(
    *,
    actor: User | None,
    ticket: Ticket,
    text: str,
    files: Sequence[StoredFile] = (),
    kind: str = MailKind.AT_LEAST_ONCE,
    key: str | None = None,
) -> OutgoingMail:
    """Once it is in the ledger it leaves, under one Message-ID. Raises ValidationError where it cannot be sent."""
    mailbox = ticket.queue.mailbox
    return send_mail(
        actor=actor,
        kind=kind,
        to=named_mailbox(_printable(ticket.requester_name), ticket.requester_email),
        subject=_subject(ticket),
        text=with_link(text, ticket),
        reply_to=mailbox.address if mailbox is not None and not answer_mailbox() else "",
        headers=_thread(ticket),
        about=ticket,
        contact_id=ticket.contact_id,
        takes_answers=True,
        is_service=True,
        attachments=tuple(files),
        key=key,
    )


def _subject(ticket: Ticket) -> str:
    subject = _printable(ticket.subject)
    return subject if subject.lower().startswith(("re:", "aw:")) else f"Re: {subject}"


def _printable(text: str) -> str:
    """On one line, without signs that no header may hold: both may be a stranger's."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _thread(ticket: Ticket) -> dict[str, str]:
    """By which the customer's program shows the reply below what they wrote."""
    rows = Message.objects.filter(ticket__in=family_of(ticket)).exclude(incoming=None, outgoing=None)
    pairs = rows.order_by("-sent_at", "-pk").values_list("incoming__message_id", "outgoing__message_id")
    found = [one for pair in pairs[:MOST_REFERENCES] for one in pair if one and one.isascii() and one.isprintable()]
    if not found:
        return {}
    references = ""
    for one in found:  # the newest are kept, in the order in which they were written
        longer = f"{one} {references}".strip()
        if len(longer) > 880:
            break
        references = longer
    return {"In-Reply-To": found[0], "References": references} if references else {}
