"""A mail to a contact from its page: through the ledger of outgoing mail, and into the contact history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from email.utils import parseaddr

from django.conf import settings
from django.db import transaction
from django.db.models import Model

from contacts.actions import log_interaction
from contacts.choices import Answer, Channel, ConsentChannel, Direction
from contacts.models import Contact, Interaction
from contacts.permission.rule import SERVICE, may_write
from crm.languages.refusing import refused
from crm.languages.words import translated
from crm.mail.actions import send_mail
from crm.mail.addresses import named_mailbox
from crm.mail.choices import MailKind
from crm.models import User
from crm.notes.actions import drop_draft

# an address that the contact does not have may be typed, so being without one is no refusal
REFUSALS = (Answer.WITHDRAWN, Answer.SUPPRESSED, Answer.ARCHIVED)


@transaction.atomic
def send_to_contact(
    *,
    actor: User,
    contact: Contact,
    to: str,
    subject: str,
    text: str,
    quoted: str = "",
    headers: Mapping[str, str] | None = None,
    mentioned: Sequence[int] = (),
    about: Model | None = None,
) -> Interaction:
    """Send one mail in the person's name and log it, at the record that it is `about`, too; replies go to the person.
    The draft is gone then. `quoted` goes with it below the text, and stands in no history a second time; `headers` say
    what it answers.

    Raises ValidationError where it cannot be sent, or the contact has said no.
    """
    answer = may_write(contact, channel=ConsentChannel.EMAIL, purpose=SERVICE)
    if answer.answer in REFUSALS:
        raise refused("This mail may not be sent. %(sentence)s.", sentence=lambda: translated(answer.sentence))
    touch = log_interaction(
        actor=actor,
        contact=contact,
        channel=Channel.EMAIL,
        direction=Direction.OUTBOUND,
        subject=subject,
        body=text,
        mentioned=mentioned,
        about=about,
    )
    house = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    send_mail(
        actor=actor,
        kind=MailKind.AT_LEAST_ONCE,
        to=named_mailbox(contact.name, to),
        subject=subject,
        text=f"{text.rstrip()}\n\n{quoted}" if quoted.strip() else text,
        headers=headers or {},
        sender=named_mailbox(actor.name, house),
        reply_to=named_mailbox(actor.name, actor.email) if actor.email else "",
        contact_id=contact.pk,
        about=touch,
        takes_answers=True,
    )
    drop_draft(actor=actor, record=about or contact)
    return touch
