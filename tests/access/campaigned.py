"""Campaigns for the access tests, written past the actions: a world has many."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from campaigns.models import (
    Campaign,
    MailPicture,
    Offer,
    Piece,
    PieceFile,
    Recipient,
    RetentionAction,
    Segment,
    Variant,
)
from contacts.models import Contact
from crm.foreign.tokens import Purpose, make_token
from crm.models import StoredFile, User


def make_campaign(owner: User, name: str) -> Campaign:
    return Campaign.objects.create(name=f"CANARY campaign {name} {owner.pk}", owner=owner)


def make_letters(owner: User, name: str) -> Campaign:
    """A campaign by post, under way."""
    campaign = make_campaign(owner, f"by post {name}")
    Campaign.objects.filter(pk=campaign.pk).update(channel="post", state="sending", launched_at=timezone.now())
    contact = Contact.objects.create(name=f"CANARY letter {name}", owner=owner, team=owner.team, sort_name=name)
    variant = campaign.variants.create(name="A", subject="Frames", blocks=[{"kind": "text", "text": "Hello"}])
    row = Recipient.objects.create(campaign=campaign, variant=variant, contact=contact, state="handed")
    Piece.objects.create(
        recipient=row, campaign=campaign, code=f"{row.pk:012d}", name=contact.name, place=f"CANARY street {row.pk}",
        subject="Frames", words=f"CANARY words {row.pk}",
    )  # fmt: skip
    return campaign


def make_file(owner: User, name: str) -> PieceFile:
    """A file of letters that have not gone out."""
    campaign = make_letters(owner, f"in a file {name}")
    file = PieceFile.objects.create(campaign=campaign, number=1, count=1, taken_by=owner)
    Piece.objects.filter(campaign=campaign).update(file=file)
    return file


def make_segment(owner: User, name: str) -> Segment:
    return Segment.objects.create(name=f"CANARY segment {name} {owner.pk}", owner=owner)


def make_offer(owner: User, name: str) -> Offer:
    return Offer.objects.create(
        name=f"CANARY offer {name} {owner.pk}", owner=owner, benefit_value="20", margin_amount="5"
    )


def make_retention_action(owner: User, name: str) -> RetentionAction:
    return RetentionAction.objects.create(
        name=f"CANARY retention action {name} {owner.pk}", owner=owner, kind="positive", way="delight",
        segment=make_segment(owner, f"to keep {name}"),
    )  # fmt: skip


def make_variant(owner: User, name: str) -> Variant:
    blocks = [{"kind": "text", "text": "Hello"}]
    return make_campaign(owner, f"with {name}").variants.create(name="A", subject="Frames", blocks=blocks)


def make_picture(owner: User, name: str, *, is_used: bool = False) -> SimpleNamespace:
    """A picture of a mail, by its key."""
    stored = StoredFile(name="frame.png", content_type="image/png", owner=owner, size=3)
    stored.file.save("any", ContentFile(b"png"), save=True)
    picture = MailPicture.objects.create(file=stored, width=1, height=1)
    if is_used:
        picture.uses.create(variant=make_variant(owner, f"with a picture {name}"))
    return SimpleNamespace(pk=picture.key)


def make_recipient(owner: User, name: str) -> Recipient:
    contact = Contact.objects.create(name=f"CANARY reader {name}", owner=owner, team=owner.team, sort_name=name)
    variant = make_variant(owner, f"read by {name}")
    return Recipient.objects.create(campaign=variant.campaign, variant=variant, contact=contact)


def make_click(owner: User, name: str) -> SimpleNamespace:
    """The secret of a link in a mail."""
    row = make_recipient(owner, f"who clicks {name}")
    return SimpleNamespace(
        pk=make_token(Purpose.CLICK, {"r": row.pk, "c": row.campaign_id, "u": "https://example.com/"}, None)
    )


def make_look(owner: User, name: str) -> SimpleNamespace:
    """The secret of the picture of one point."""
    row = make_recipient(owner, f"who looks {name}")
    return SimpleNamespace(pk=make_token(Purpose.OPENING, {"r": row.pk, "c": row.campaign_id}, None))


def make_message(owner: User, name: str) -> SimpleNamespace:
    """The secret of the address to which a provider reports what became of a message."""
    row = make_recipient(owner, f"who got a message {name}")
    return SimpleNamespace(pk=make_token(Purpose.MESSAGE, {"key": f"campaign:{row.campaign_id}:{row.pk}"}, None))


def make_preferences(owner: User, name: str) -> SimpleNamespace:
    """The secret of the page on which a person says what they want."""
    row = make_recipient(owner, f"who leaves {name}")
    return SimpleNamespace(pk=make_token(Purpose.PREFERENCES, {"contact": row.contact_id, "recipient": row.pk}, None))


CAMPAIGN_MAKERS: dict[str, Callable[..., Any]] = {
    "campaign": make_campaign,
    "campaign by post": make_letters,
    "file of letters": make_file,
    "segment": make_segment,
    "offer": make_offer,
    "retention action": make_retention_action,
    "variant": make_variant,
    "picture of a mail": make_picture,
    "key of a picture": lambda owner, name: make_picture(owner, name, is_used=True),
    "secret of a click": make_click,
    "secret of a look": make_look,
    "secret of preferences": make_preferences,
    "secret of a message": make_message,
}
