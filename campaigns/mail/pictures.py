"""Pictures of our own in mails: brought, drawn, kept while a mail uses them.

A mail holds the address of its picture, not the picture: a million mails carry the same 30 characters, and the file is
read from here by who looks. The address is 128 random bits and answers only while a mail uses the picture.
"""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from campaigns.models import MailPicture, PictureUse, Variant
from crm.foreign.pictures import size_of
from crm.foreign.uploads import UploadPurpose, UploadRefused, store_upload
from crm.languages.refusing import refused
from crm.log import log
from crm.models import User
from crm.tidying import empty_file

OWN = "own"
KEY = re.compile(r"[A-Za-z0-9_-]{1,22}")
NARROWEST, WIDEST = 16, 600
INSIDE = 536
"""Points between the margins of a mail; a wider picture stands without them."""
KEPT_UNUSED = dt.timedelta(days=7)
GONE = "is not there any more: bring it again, or take its block out."


@transaction.atomic
def add_picture(*, actor: User | None, upload: Any) -> MailPicture:
    """Take a picture for mails, drawn anew: at most 1,200 points, with nothing but the picture in it, in a format that
    mail programs show. Raises ValidationError with a sentence."""
    try:
        stored = store_upload(actor=actor, upload=upload, purpose=UploadPurpose.MAIL_PICTURE)
    except UploadRefused as refused:
        raise ValidationError(str(refused)) from refused
    with stored.file.open("rb") as content:
        width, height = size_of(content)
    picture: MailPicture = MailPicture.objects.create(file=stored, width=int(width), height=int(height))
    log(actor=actor, verb="add picture", object=picture, summary=f"Brought the picture {stored.name} for mails")
    return picture


def keys_in(blocks: Iterable[Mapping[str, str]]) -> set[str]:
    """The keys of the pictures in a mail."""
    return {block["picture"] for block in blocks if block.get("kind") == OWN and block.get("picture")}


def keep_uses(variant: Variant) -> None:
    """Write down which pictures a variant uses. What the mail of a play once used stays, for mails went out with it.
    In the transaction of the action; raises ValidationError where a picture is gone."""
    keys = keys_in(variant.blocks)
    uses = PictureUse.objects.filter(variant=variant)
    if variant.campaign.play_id is None:
        uses.exclude(picture__key__in=keys).delete()
    if not keys:
        return
    # held, so that nobody tidies it away meanwhile
    found = list(MailPicture.objects.select_for_update().filter(key__in=keys).order_by("pk"))
    if len(found) < len(keys):
        raise ValidationError("A picture of this mail is not there any more: bring it again, or take its block out.")
    PictureUse.objects.bulk_create((PictureUse(picture=one, variant=variant) for one in found), ignore_conflicts=True)


def faults_of_pictures(blocks: Sequence[Mapping[str, str]]) -> list[str]:
    """The pictures that a mail would show and that are gone, a sentence each."""
    keys = keys_in(blocks)
    there = MailPicture.objects.filter(key__in=keys, file__removed_at=None).select_related("file") if keys else ()
    known = {one.key for one in there if one.file.file.storage.exists(str(one.file.file.name))}
    return [
        f"Block {place}, own picture: it {GONE}"
        for place, block in enumerate(blocks, start=1)
        if block.get("kind") == OWN and block.get("picture") not in known
    ]


def forget_unused() -> int:
    """Take away pictures that no mail uses a week after they were brought; how many. Safe to run twice at once."""
    old = MailPicture.objects.filter(uses=None, created_at__lt=timezone.now() - KEPT_UNUSED)
    return sum(_forget(key) for key in list(old.order_by("pk").values_list("pk", flat=True)))


@transaction.atomic
def _forget(key: int) -> bool:
    picture = MailPicture.objects.select_for_update(skip_locked=True).filter(pk=key).first()
    if picture is None or picture.uses.exists():
        return False
    stored, name = picture.file, str(picture)
    picture.delete()
    log(actor=None, verb="tidy", object=stored, summary=f"Took the picture {name} away: no mail uses it")
    transaction.on_commit(lambda: empty_file(stored))
    return True


def checked_own(given: Mapping[str, Any], text: str, url: str) -> dict[str, str]:
    """What a block says of its picture, beside text and link. Raises ValidationError."""
    key, width = str(given.get("picture") or "").strip(), str(given.get("width") or WIDEST).strip()
    if not KEY.fullmatch(key):
        raise ValidationError("Choose a picture from your computer.")
    if not width.isdecimal() or not NARROWEST <= int(width[:9]) <= WIDEST:
        raise refused("It is %(narrowest)s to %(widest)s points wide.", narrowest=NARROWEST, widest=WIDEST)
    is_decorative = str(given.get("decorative") or "").lower() in ("yes", "true", "on", "1")
    if is_decorative and url:
        raise ValidationError("It leads somewhere: write what it shows, for who sees no pictures.")
    if not is_decorative and not text:
        raise ValidationError("Write what it shows, for who sees no pictures, or say that it only decorates.")
    return {"picture": key, "width": width} | ({"decorative": "yes", "text": ""} if is_decorative else {})


def address_of(key: str) -> str:
    """Where a mail program reads the picture."""
    return settings.CRM_BASE_URL.rstrip("/") + reverse("campaigns:mail_picture", args=[key])


def image_of(block: Mapping[str, str], said: str, link: str) -> str:
    """The picture in the HTML of a mail. `said` stands for it where pictures are not loaded, `link` is where it
    leads to (empty: nowhere), both fit for an attribute."""
    width = int(block.get("width") or WIDEST)
    image = (
        f'<img src="{html.escape(address_of(block["picture"]))}" alt="{said}" width="{width}" '
        f'style="display:block;width:100%;max-width:{width}px;height:auto;border:0">'
    )
    return f'<a href="{link}">{image}</a>' if link else image


def room_of(block: Mapping[str, str]) -> str:
    """The padding around it."""
    return "0" if int(block.get("width") or WIDEST) > INSIDE else "12px 32px"


def said_by_picture(block: Mapping[str, str], said: str, link: str) -> str:
    """What stands in the plain text for it; nothing for what only decorates."""
    if block.get("decorative"):
        return ""
    return f"{said}: {link}" if link else f"[{said}]"
