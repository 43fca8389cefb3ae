"""Mails of people whom we know: each becomes an entry of their history, and an answer to a mail of ours says so."""

from __future__ import annotations

from contacts.actions import log_interaction
from contacts.choices import Channel, ContactKind, Direction, PointKind
from contacts.models import Contact, ContactPoint, Interaction
from contacts.normalising import normalise_email
from crm.incoming.choices import Outcome
from crm.incoming.takers import Letter, TakenAs

LONGEST_SUBJECT, LONGEST_BODY = 200, 50_000


def take_mail(letter: Letter) -> TakenAs | None:
    """Write the mail into the history of the contact whom it answers, or who has the address that it is from.

    A colleague's address is nobody's: whoever wrote that may be anybody, and a history is not written in their name.
    """
    if letter.is_from_colleague:
        return None
    answered = answered_contact(letter)
    contact = answered or (contact_with(letter.sender) if letter.is_by_person else None)
    if contact is None:
        return None
    touch = note_mail(letter, contact)
    outcome = Outcome.REPLY if answered is not None else Outcome.INTERACTION
    return TakenAs(outcome=outcome, made=touch, hangs_on=contact, contact_id=contact.pk)


def answered_contact(letter: Letter) -> Contact | None:
    """The contact to whom the mail went that this one answers, where that mail, or they, have the sender's address."""
    if letter.names is None or letter.names.contact_id is None:
        return None
    contact = Contact.objects.filter(pk=letter.names.contact_id).first()
    if contact is None:
        return None
    is_theirs = (
        letter.answers is not None
        or contact.points.filter(kind=PointKind.EMAIL, normalised=normalise_email(letter.sender)).exists()
    )
    return contact if is_theirs else None


def contact_with(address: str) -> Contact | None:
    """Who has this e-mail address: of several a person before an organization, then the oldest."""
    if not address:
        return None
    having = ContactPoint.objects.filter(kind=PointKind.EMAIL, normalised=normalise_email(address)).values("contact")
    found = list(Contact.objects.current().filter(pk__in=having).order_by("pk")[:20])
    return next((one for one in found if one.kind == ContactKind.PERSON), found[0] if found else None)


def note_mail(letter: Letter, contact: Contact) -> Interaction:
    """What the person wrote as an entry of the history; the mail itself stands behind it."""
    return log_interaction(
        actor=None,
        contact=contact,
        channel=Channel.EMAIL,
        direction=Direction.INBOUND,
        subject=letter.mail.subject[:LONGEST_SUBJECT] or "(no subject)",
        body=letter.mail.visible_text[:LONGEST_BODY],
        occurred_at=letter.moment,
        is_foreign=True,
    )
