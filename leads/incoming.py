"""Mails that make a lead, or that belong to one: enquiries, and answers to what was written to a lead."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from contacts.choices import Channel, Direction
from contacts.incoming import LONGEST_BODY, LONGEST_SUBJECT, answered_contact
from contacts.normalising import normalise_email
from crm.incoming.choices import Outcome
from crm.incoming.takers import Letter, TakenAs
from crm.locks import wait_for_word
from crm.models import OutgoingMail
from leads.actions import create_lead, log_touch
from leads.allocation.actions import allocate_new
from leads.models import Lead, LeadTouch

SOURCE = "mail"
ENQUIRY_LOCK = 7344
SAME_ENQUIRY = dt.timedelta(days=30)
MOST_A_DAY = 5  # leads of one address; what it writes besides is kept


def take_mail(letter: Letter) -> TakenAs | None:
    """An answer to a mail to a lead is a touch with it; what strangers, or people we know, write to a mailbox for
    enquiries is a lead, and what they write soon after it a touch with that lead."""
    if letter.is_from_colleague:
        return None
    lead = answered_lead(letter)
    if lead is not None:
        return _taken(Outcome.REPLY, _touch(letter, lead), lead)
    if not (letter.is_enquiry and letter.is_by_person and letter.sender) or answered_contact(letter) is not None:
        return None
    return _take_enquiry(letter)


def answered_lead(letter: Letter) -> Lead | None:
    """The lead to whom the mail went that this one answers."""
    if letter.answers is None:
        return None
    return lead_of(letter.answers)


def lead_of(mail: OutgoingMail) -> Lead | None:
    """The lead that a mail of ours is about, by itself or by a touch with it."""
    if mail.object_model == Lead._meta.label_lower:
        return Lead.objects.filter(pk=mail.object_id or 0).first()
    if mail.object_model == LeadTouch._meta.label_lower:
        return Lead.objects.filter(touches=mail.object_id or 0).first()
    return None


def _take_enquiry(letter: Letter) -> TakenAs | None:
    """Two mails of one sender at once make one lead."""
    key = normalise_email(letter.sender)
    wait_for_word(ENQUIRY_LOCK, key)
    known = Lead.objects.open().filter(email_key=key, created_at__gte=timezone.now() - SAME_ENQUIRY)
    lead = known.order_by("-created_at").first()
    if lead is not None:
        return _taken(Outcome.LEAD, _touch(letter, lead), lead)
    since = timezone.now() - dt.timedelta(days=1)
    if Lead.objects.filter(email_key=key, source=SOURCE, created_at__gte=since).count() >= MOST_A_DAY:
        return None
    fields = {
        "name": letter.mail.from_name[:300] or letter.sender,
        "email": letter.sender[:254],
        "message": letter.mail.visible_text[:LONGEST_BODY],
        "source": SOURCE,
    }
    lead = create_lead(actor=None, fields=fields)
    touch = _touch(letter, lead)
    return _taken(Outcome.LEAD, touch, allocate_new(actor=None, lead=lead))


def _touch(letter: Letter, lead: Lead) -> LeadTouch:
    return log_touch(
        actor=None,
        lead=lead,
        channel=Channel.EMAIL,
        direction=Direction.INBOUND,
        subject=letter.mail.subject[:LONGEST_SUBJECT] or "(no subject)",
        body=letter.mail.visible_text[:LONGEST_BODY],
        occurred_at=letter.moment,
    )


def _taken(outcome: str, touch: LeadTouch, lead: Lead) -> TakenAs:
    """The mail hangs on the lead: who sees that, and not who sees its contact alone, may open it."""
    return TakenAs(outcome=outcome, made=touch, hangs_on=lead, contact_id=lead.contact_id)
