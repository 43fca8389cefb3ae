"""A mail that came in, as pages show it: its bytes, and its HTML in a frame without rights."""

from __future__ import annotations

import base64
from io import BytesIO

from django.http import Http404
from django.utils.safestring import SafeString

from crm.foreign.contents import content_of
from crm.foreign.html import foreign_frame
from crm.incoming.reading import ReadMail, Unreadable, read_mail
from crm.models import IncomingContent, IncomingMail

MOST_PICTURES, LARGEST_PICTURE = 20, 300_000


def frame_of(mail: IncomingMail) -> SafeString | str:
    """A mail with its formatting; empty where it cannot be read."""
    read = read_of(mail)
    return foreign_frame(read.html, f"Mail: {mail.subject}", _pictures(read)) if read is not None else ""


def raw_of(mail: IncomingMail) -> bytes:
    content = IncomingContent.objects.filter(pk=mail.pk).first()
    if content is None:
        raise Http404("Its bytes are not kept any more.")
    return bytes(content.raw)


def read_of(mail: IncomingMail) -> ReadMail | None:
    try:
        return read_mail(raw_of(mail))
    except Unreadable:
        return None


def _pictures(read: ReadMail) -> dict[str, str]:
    """The pictures that the HTML shows, as they stand in a page; what is in them decides whether they are any."""
    found: dict[str, str] = {}
    for file in read.files:
        kind = content_of(BytesIO(file.content)).content_type if len(file.content) <= LARGEST_PICTURE else ""
        if file.content_id and kind.startswith("image/") and len(found) < MOST_PICTURES:
            found[file.content_id] = f"data:{kind};base64,{base64.b64encode(file.content).decode()}"
    return found
