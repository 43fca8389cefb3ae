"""Writes at a record: notes, files, drafts of mails and the mails themselves. Each is one row of the log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from crm.foreign.uploads import UploadPurpose, UploadRefused, store_upload
from crm.hanging import key_of
from crm.log import log
from crm.models import Attachment, MailDraft, Note
from crm.notes.mentions import mention

if TYPE_CHECKING:
    from django.core.files.base import File
    from django.db.models import Model

    from crm.models import User


@transaction.atomic
def add_note(*, actor: User | None, record: Model, text: str, mentioned: Sequence[int] = ()) -> Note:
    """Write a note about a record; who is named in it is told."""
    note = Note.objects.create(author=actor, text=text, **key_of(record))
    log(actor=actor, verb="note", object=note, contact_id=note.contact_id, summary=f"Noted: {text[:120]}")
    mention(actor=actor, source=note, record=record, text=text, mentioned=mentioned)
    return note


@transaction.atomic
def delete_note(*, actor: User | None, note: Note) -> None:
    """Take a note away; the row history keeps what it said."""
    log(actor=actor, verb="delete", object=note, contact_id=note.contact_id, summary="Took a note away")
    note.delete()


@transaction.atomic
def attach_file(*, actor: User | None, record: Model, upload: File) -> Attachment:
    """Put a file to a record. Raises ValidationError with a sentence where it is not taken."""
    try:
        stored = store_upload(actor=actor, upload=upload, purpose=UploadPurpose.ATTACHMENT)
    except UploadRefused as refusal:
        raise ValidationError(str(refusal)) from refusal
    attachment = Attachment.objects.create(author=actor, file=stored, **key_of(record))
    log(
        actor=actor,
        verb="attach",
        object=attachment,
        contact_id=attachment.contact_id,
        summary=f"Added the file {stored.name}",
    )
    return attachment


@transaction.atomic
def remove_attachment(*, actor: User | None, attachment: Attachment) -> None:
    """Take a file from its record. Doing it twice is doing it once."""
    if Attachment.objects.filter(pk=attachment.pk, removed_at=None).update(removed_at=timezone.now()):
        log(
            actor=actor,
            verb="remove file",
            object=attachment,
            contact_id=attachment.contact_id,
            summary=f"Took away the file {attachment.file.name}",
        )


def keep_draft(*, actor: User, record: Model, to: str, subject: str, text: str) -> MailDraft | None:
    """Keep what somebody has typed of a mail so far; nothing typed, nothing kept. Not logged: nothing has happened."""
    key = key_of(record)
    if not subject.strip() and not text.strip():
        drop_draft(actor=actor, record=record)
        return None
    found: Any = {"record_model": key["record_model"], "record_id": key["record_id"]}
    values = {"to": to[:600], "subject": subject[:900], "text": text, "contact_id": key["contact_id"]}
    draft, _ = MailDraft.objects.update_or_create(author=actor, **found, defaults=values)
    return draft


def drop_draft(*, actor: User, record: Model) -> None:
    """Forget the draft: it was sent, or is not wanted."""
    key = key_of(record)
    MailDraft.objects.filter(author=actor, record_model=key["record_model"], record_id=key["record_id"]).delete()


def draft_of(user: User, record: Model) -> MailDraft | None:
    """What this person has begun to write about a record."""
    key = key_of(record)
    rows = MailDraft.objects.filter(author=user, record_model=key["record_model"], record_id=key["record_id"])
    return rows.first()
