"""A mail that came in, as pages show it: its bytes, and its HTML in a frame without rights."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from io import BytesIO

from django.http import Http404
from django.utils.safestring import SafeString

from crm.foreign.contents import content_of
from crm.foreign.html import foreign_frame
from crm.incoming.reading import LONGEST_LINE, ReadMail, Unreadable, decoded, head_of, read_mail, text_of
from crm.models import IncomingContent, IncomingMail

MOST_HEADERS, LONGEST_HEADER, BEGIN_BYTES = 60, 600, 6_000
HEAD_ENDS = re.compile(rb"\r?\n\r?\n")
MOST_PICTURES, LARGEST_PICTURE = 20, 300_000


def frame_of(mail: IncomingMail) -> SafeString | str:
    """A mail with its formatting; empty where it cannot be read."""
    read = read_of(mail)
    return foreign_frame(read.html, f"Mail: {mail.subject}", _pictures(read)) if read is not None else ""


@dataclass(frozen=True)
class AsItCame:
    """The bytes of a mail as they can be looked at, whatever they are: headers, and the begin of what stands below."""

    headers: list[tuple[str, str]]
    more_headers: int
    begin: str
    is_cut: bool


def as_it_came(mail: IncomingMail) -> AsItCame | None:
    """Read without its structure: nothing in it is decoded or run. None where the bytes are not kept any more."""
    content = IncomingContent.objects.filter(pk=mail.pk).first()
    if content is None:
        return None
    raw = bytes(content.raw)
    found = [(_shown(name), _shown(decoded(str(value)[:LONGEST_LINE]))) for name, value in head_of(raw).raw_items()]
    end = HEAD_ENDS.search(raw)
    body = raw[end.end() :] if end and found else raw
    headers = [(name[:LONGEST_HEADER], value[:LONGEST_HEADER]) for name, value in found[:MOST_HEADERS]]
    return AsItCame(
        headers, len(found) - len(headers), _shown(text_of(body[:BEGIN_BYTES], "utf-8")), len(body) > BEGIN_BYTES
    )


def _shown(text: str) -> str:
    """What a page can show of a text: signs that are none stand as a dot."""
    return "".join(sign if sign.isprintable() or sign in "\n\t" else "·" for sign in text.replace("\r\n", "\n"))


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
