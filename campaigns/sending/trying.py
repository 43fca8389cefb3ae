"""How a variant will look to one person, and a test of it to oneself, before anybody else gets it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction

from campaigns.mail.composing import mailbox_of, written
from campaigns.mail.drawing import Written
from campaigns.mail.merging import Unknown, fill, values_of
from campaigns.models import Campaign, Variant
from campaigns.offers.looking import best_says, offers_for
from campaigns.sending.audience import people_of
from contacts.models import Contact
from crm.company import current_company
from crm.log import log
from crm.mail.actions import send_mail
from crm.mail.addresses import named_mailbox
from crm.mail.choices import MailKind
from crm.models import OutgoingMail, User

MOST_OFFERED = 20


@dataclass(frozen=True)
class Block:
    """A block as the page draws it."""

    kind: str
    text: str
    url: str = ""
    picture: str = ""
    width: str = ""


@dataclass(frozen=True)
class Look:
    """A variant as one person would get it; `why` says why they would not."""

    variant: Variant
    mail: Written | None = None
    blocks: Sequence[Block] = ()
    why: str = ""


def people_to_look_at(campaign: Campaign, user: User) -> list[Contact]:
    """Through whose eyes it can be seen: the newest of its people that the person may see, else the newest contacts."""
    seen = Contact.objects.visible_to(user).filter(archived_at=None)
    try:
        inside = list(people_of(campaign, user).order_by("-pk")[:MOST_OFFERED])
    except ValidationError:  # a segment that cannot be asked any more: the check says so
        inside = []
    return inside or list(seen.order_by("-pk")[:MOST_OFFERED])


def look_at(variant: Variant, contact: Contact, offer: Mapping[str, str]) -> Look:
    """The mail of a variant for a contact; `offer` are the merge fields of what they would be offered."""
    city = contact.addresses.values_list("city", flat=True).first() or ""
    values = values_of(contact, city, current_company().name) | dict(offer)
    try:
        mail = written(variant, values)
        blocks = [_block(one, values) for one in variant.blocks]
    except Unknown as error:
        return Look(variant, why=f"{str(error)[:1].upper()}{str(error)[1:]}: this person would get no mail.")
    return Look(variant, mail, blocks)


def _block(given: Mapping[str, str], values: Mapping[str, str]) -> Block:
    further = (given.get(name, "") for name in ("url", "picture", "width"))
    return Block(given["kind"], fill(given.get("text", ""), values), *further)


@transaction.atomic
def send_test(*, actor: User, variant: Variant, contact: Contact) -> OutgoingMail:
    """Send a variant of a campaign or the mail of a play's step, as this contact would get it, to the person who asks.
    Nothing of it stands with the contact, and its links are not tracked. Raises ValidationError."""
    if not actor.email:
        raise ValidationError("You have no e-mail address to send it to.")
    whole = variant.campaign.play or variant.campaign
    look = look_at(variant, contact, best_says(offers_for(variant.campaign, contact, actor)))
    if look.mail is None:
        raise ValidationError(look.why)
    mail = send_mail(
        actor=actor,
        kind=MailKind.AT_LEAST_ONCE,
        to=named_mailbox(actor.name, actor.email),
        subject=f"[Test] {look.mail.subject}",
        text=look.mail.text,
        html=look.mail.html,
        sender=mailbox_of(whole, current_company().name),
    )
    what = variant.subject if variant.campaign.play else variant
    log(actor=actor, verb="try", object=whole, summary=f"Sent a test of “{what}” to themselves")
    return mail
