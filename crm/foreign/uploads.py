"""The one door for files that people bring: looked into, measured, named anew, stored where nobody guesses.

A file is served by a permission view alone, as a download, under a type that no browser runs (OWASP ASVS 5.2, 5.4).
What it may be is decided by what is in it, never by its name or by what the browser said.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import IO, TYPE_CHECKING, Any, cast

from django.core.exceptions import RequestDataTooBig
from django.core.files.base import ContentFile, File
from django.core.files.uploadhandler import FileUploadHandler
from django.db import transaction

from crm.foreign.archives import is_gzip_bomb, is_zip_bomb
from crm.foreign.contents import GZIP, Content, Group, content_of
from crm.foreign.names import clean_name
from crm.foreign.pictures import MAX_POINTS_UNSEEN, MAX_SIDE, BadPicture, drawn_anew, points_of
from crm.log import log
from crm.models import StoredFile

if TYPE_CHECKING:
    from crm.models import User

MEGABYTE = 1 << 20


class UploadRefused(Exception):
    """The file is not taken; the message is a sentence that says why and what to do."""


@dataclass(frozen=True, slots=True)
class _Rule:
    limit: int  # bytes
    groups: frozenset[Group]
    wanted: str
    is_drawn_anew: bool = False
    side: int = MAX_SIDE  # points that a picture is made to fit in
    for_mails: bool = False


class UploadPurpose(Enum):
    """What a file is brought for; it decides how large it may be and what may be in it."""

    IMPORT = _Rule(300 * MEGABYTE, frozenset(Group) - {Group.PROGRAM}, "a table")  # the import engine says the rest
    ATTACHMENT = _Rule(
        25 * MEGABYTE,
        frozenset(Group) - {Group.PROGRAM, Group.OTHER},
        "a text, picture, document, archive, sound or film",
    )
    PICTURE = _Rule(10 * MEGABYTE, frozenset({Group.PICTURE}), "a PNG, JPEG, GIF or WebP picture", is_drawn_anew=True)
    # twice the 600 points of a mail, for fine screens
    MAIL_PICTURE = _Rule(
        5 * MEGABYTE,
        frozenset({Group.PICTURE}),
        "a PNG, JPEG, GIF or WebP picture",
        is_drawn_anew=True,
        side=1_200,
        for_mails=True,
    )


LARGEST = max(purpose.value.limit for purpose in UploadPurpose)


class LimitedUpload(FileUploadHandler):
    """Refuses a request that is larger than any file may be, before it fills the disk."""

    def handle_raw_input(
        self,
        input_data: object,
        META: Mapping[str, Any],  # noqa: N803 - Django's name for it
        content_length: int,
        boundary: str | bytes,
        encoding: str | None = None,
    ) -> None:
        if content_length > LARGEST + MEGABYTE:
            raise RequestDataTooBig("The request is larger than any file that may be brought.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


@transaction.atomic
def store_upload(*, actor: User | None, upload: File, purpose: UploadPurpose) -> StoredFile:
    """Store the file for its owner under a random name; its own name, cleaned, is kept beside it.

    Raises UploadRefused with a sentence; then nothing is stored.
    """
    stream, rule = _stream(upload), purpose.value
    size = _checked_size(stream, rule)
    content = _checked_content(stream, size, rule)
    kept: File = File(stream)
    if rule.is_drawn_anew:
        kept = ContentFile(_drawn(stream, rule))
        content = content_of(_stream(kept))
    stored = StoredFile(
        name=clean_name(upload.name or ""),
        content_type=content.content_type,
        size=kept.size,
        sha256=_sha256(kept),
        owner=actor,
    )
    stored.file.save("any", kept, save=False)
    try:
        stored.save()
        log(actor=actor, verb="upload", object=stored, summary=f"Uploaded {stored.name}")
    except BaseException:
        stored.file.delete(save=False)
        raise
    return stored


def _stream(upload: File) -> IO[bytes]:
    return cast("IO[bytes]", upload.file)


def _checked_size(stream: IO[bytes], rule: _Rule) -> int:
    """Bytes, counted."""
    size = stream.seek(0, 2)
    stream.seek(0)
    if not size:
        raise UploadRefused("The file is empty.")
    if size > rule.limit:
        raise UploadRefused(f"The file has {size / MEGABYTE:,.0f} MB; at most {rule.limit // MEGABYTE} MB are taken.")
    return size


def _checked_content(stream: IO[bytes], size: int, rule: _Rule) -> Content:
    content = content_of(stream)
    if content.group not in rule.groups or (rule.is_drawn_anew and not content.content_type.startswith("image/")):
        raise UploadRefused(f"This is {content.words}; please bring {rule.wanted}.")
    if _is_bomb(stream, size, content):
        raise UploadRefused("Unpacked, this file is far larger than it says. Please bring what is in it instead.")
    return content


def _is_bomb(stream: IO[bytes], size: int, content: Content) -> bool:
    try:
        if content is GZIP:
            return is_gzip_bomb(stream)
        if content.group is Group.PICTURE:
            return points_of(stream) > MAX_POINTS_UNSEEN
        return is_zip_bomb(stream, size)  # whatever it begins with: a zip is read from its end
    finally:
        stream.seek(0)


def _drawn(stream: IO[bytes], rule: _Rule) -> bytes:
    try:
        return drawn_anew(stream, side=rule.side, for_mails=rule.for_mails)
    except BadPicture as error:
        raise UploadRefused(str(error)) from error


def _sha256(content: File) -> str:
    digest = hashlib.sha256()
    for block in content.chunks():
        digest.update(block)
    content.seek(0)
    return digest.hexdigest()
