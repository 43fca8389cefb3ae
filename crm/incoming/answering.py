"""What a machine of ours answers to a mail: at most once a day in a conversation, and never to another machine."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from crm.incoming.nature import may_be_answered
from crm.incoming.takers import Letter
from crm.incoming.threads import house_addresses
from crm.locks import wait_for_word
from crm.mail.actions import send_mail
from crm.mail.choices import MailKind
from crm.mail.suppression import closing
from crm.models import IncomingMail, OutgoingMail

ANSWER_LOCK = 7341
ONCE_WITHIN = dt.timedelta(hours=24)
MOST_AN_HOUR = 20  # to one address, over all its conversations: two machines that meet end here


def answer_by_machine(letter: Letter, *, subject: str, text: str) -> OutgoingMail | None:
    """Answer a mail in the name of the house; None where that must not be.

    Nothing that the mail says may stand in `subject` or `text`: who it says it is from may be anybody.
    """
    mail = letter.mail
    if not may_be_answered(letter.read) or letter.is_flood or letter.is_from_colleague:
        return None
    if mail.from_address in house_addresses() or closing(mail.from_address).exists():
        return None
    with transaction.atomic():
        if not _is_first(mail):
            return None
        mail.answered_at = timezone.now()
        mail.save(update_fields=["answered_at"])
        return send_mail(
            actor=None,
            kind=MailKind.AT_LEAST_ONCE,
            to=mail.from_address,
            subject=subject,
            text=text,
            headers=_headers(mail),
            about=mail,
            contact_id=mail.contact_id,
            takes_answers=True,
            key=f"incoming-answer-{mail.pk}",
        )


def _is_first(mail: IncomingMail) -> bool:
    """Whether this conversation had no such answer for a day, and its sender few within the hour."""
    wait_for_word(ANSWER_LOCK, mail.from_address)
    now = timezone.now()
    answered = IncomingMail.objects.filter(from_address=mail.from_address).exclude(pk=mail.pk)
    if answered.filter(thread=mail.thread, answered_at__gte=now - ONCE_WITHIN).exists():
        return False
    return answered.filter(answered_at__gte=now - dt.timedelta(hours=1))[:MOST_AN_HOUR].count() < MOST_AN_HOUR


def _headers(mail: IncomingMail) -> dict[str, str]:
    """Says that a machine writes, so that no other machine answers (RFC 3834)."""
    found = {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"}
    if mail.message_id.isascii() and mail.message_id.isprintable() and mail.message_id:
        found |= {"In-Reply-To": mail.message_id, "References": mail.message_id}
    return found
