"""A mail that came in, as pages show it: its bytes, and its HTML in a frame without rights."""

from __future__ import annotations

import base64
import codecs
import re
from dataclasses import dataclass
from io import BytesIO

from django.http import Http404
from django.utils.safestring import SafeString

from crm.foreign.contents import content_of
from crm.foreign.html import foreign_frame
from crm.foreign.names import shown_signs
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
    found = list(head_of(raw).raw_items())
    headers = [
        (shown_signs(name)[:LONGEST_HEADER], shown_signs(decoded(str(value)[:LONGEST_LINE]))[:LONGEST_HEADER])
        for name, value in found[:MOST_HEADERS]
    ]
    end = HEAD_ENDS.search(raw) if found else None
    start = end.end() if end else 0
    begin, is_cut = raw[start : start + BEGIN_BYTES], len(raw) - start > BEGIN_BYTES
    return AsItCame(headers, len(found) - len(headers), shown_signs(_begin_in_words(begin, is_cut)), is_cut)


def _begin_in_words(begin: bytes, is_cut: bool) -> str:
    """A letter that the cut goes through is left out: it would make all of the text another charset's."""
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(begin, final=not is_cut)
    except UnicodeDecodeError:
        return text_of(begin, "utf-8")


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
