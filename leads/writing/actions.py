"""Sending the mail."""

from __future__ import annotations

from email.utils import parseaddr

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from contacts.choices import Channel, ConsentChannel
from contacts.composing.mails import REFUSALS
from contacts.permission.rule import SERVICE, may_write
from crm.languages.refusing import refused
from crm.languages.words import translated
from crm.mail.actions import send_mail
from crm.mail.addresses import named_mailbox, normal_address
from crm.mail.choices import MailKind
from crm.mail.suppression import closing
from crm.models import User
from leads.actions import log_touch
from leads.models import Lead, LeadTouch
from leads.writing.queries import Beginning


@transaction.atomic
def write_to_lead(
    *, actor: User, lead: Lead, begun: Beginning, to: str, subject: str, text: str, below: str = ""
) -> LeadTouch:
    """Send one mail in the person's name to a lead, and log it: the clock of the response stops. Replies go to the
    person; `below` goes with it under the text. Raises ValidationError where it may not be sent."""
    if closing(normal_address(to)).exists():
        raise ValidationError({"to": "No mail reaches this address, or its owner wants none."})
    if lead.contact is not None:
        answer = may_write(lead.contact, channel=ConsentChannel.EMAIL, purpose=SERVICE)
        if answer.answer in REFUSALS:
            raise refused("This mail may not be sent. %(sentence)s.", sentence=lambda: translated(answer.sentence))
    touch = log_touch(actor=actor, lead=lead, channel=Channel.EMAIL, subject=subject, body=text)
    house = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    send_mail(
        actor=actor,
        kind=MailKind.AT_LEAST_ONCE,
        to=named_mailbox(lead.name, to) if "@" not in lead.name else to,
        subject=subject,
        text=f"{text.rstrip()}\n\n{below}" if below.strip() else text,
        headers=dict(begun.headers),
        sender=named_mailbox(actor.name, house),
        reply_to=named_mailbox(actor.name, actor.email) if actor.email else "",
        contact_id=lead.contact_id,
        about=touch,
        takes_answers=True,
    )
    return touch
