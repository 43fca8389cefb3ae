"""What a mail to a lead begins with: the one that it answers, or nothing but the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from contacts.choices import Channel, Direction
from contacts.composing.answering import headers_of_answer, quoted, subject_of_answer
from crm.field_rights import hides
from crm.models import IncomingMail, User
from leads.models import Lead, LeadTouch


@dataclass(frozen=True)
class Beginning:
    """What a mail to a lead begins with; `touch` is the mail of theirs that it answers, `headers` go with it."""

    touch: LeadTouch | None
    to: str
    subject: str
    quoted: str
    headers: Mapping[str, str]


def new_mail(user: User, lead: Lead) -> Beginning:
    """One that answers nothing."""
    return Beginning(None, "" if hides(user, "leads.lead.email") else lead.email, "", "", {})


def mail_to_answer(user: User, lead: Lead, key: str) -> Beginning | None:
    """The mail of a lead that the person sees, by the number of its touch; None where there is none. The address is
    the one that it came from, where the person may see addresses."""
    pk = int(key) if key.isascii() and key.isdecimal() and len(key) < 18 else 0
    touch = LeadTouch.objects.filter(lead=lead, pk=pk, channel=Channel.EMAIL, direction=Direction.INBOUND).first()
    if touch is None:
        return None
    rows = IncomingMail.objects.visible_to(user)
    came = rows.filter(object_model=LeadTouch._meta.label_lower, object_id=touch.pk).first()
    address = came.from_address if came is not None else lead.email
    return Beginning(
        touch=touch,
        to="" if hides(user, "leads.lead.email") else address,
        subject=subject_of_answer(touch.subject),
        quoted=quoted(came, touch.body, lead.name, touch.occurred_at),
        headers=headers_of_answer(came),
    )
