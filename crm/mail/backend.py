"""Django's mails (a password to be set anew, a message of a library) go into the ledger like every other."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from email.mime.base import MIMEBase
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from crm.languages.refusing import refused
from crm.mail.actions import send_mails
from crm.mail.choices import MailKind
from crm.mail.drafts import OWN_HEADERS, Draft
from crm.models import StoredFile


class LedgerBackend(BaseEmailBackend):
    """Writes rows instead of sending: at least once, never shown, forgotten once sent.

    One row for each recipient, copies and blind copies too; all show the same lines of recipients.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """How many messages were taken. Raises ValidationError for one that cannot be sent, unless silent."""
        taken = 0
        for message in email_messages:
            if not message.recipients():
                continue
            try:
                with transaction.atomic():
                    send_mails(actor=None, drafts=list(_drafts(message)))
            except ValidationError:
                if not self.fail_silently:
                    raise
            else:
                taken += 1
        return taken


def _drafts(message: EmailMessage) -> Iterator[Draft]:
    given = {name.lower(): str(value) for name, value in message.extra_headers.items()}
    extra = {name: str(value) for name, value in message.extra_headers.items() if name.lower() not in OWN_HEADERS}
    shared: dict[str, Any] = {
        "kind": MailKind.AT_LEAST_ONCE,
        "subject": str(message.subject),
        "sender": given.get("from", message.from_email),
        "reply_to": given.get("reply-to", ", ".join(message.reply_to)),
        "headers": {"Auto-Submitted": "auto-generated", **extra},
        "message_id": given.get("message-id", ""),
        "attachments": [_stored(attachment) for attachment in message.attachments],
        "is_secret": True,
        **_bodies(message),
    }
    recipients = message.recipients()
    if len(recipients) > 1 or message.to != recipients:
        shared |= {"shown_to": ", ".join(message.to), "shown_cc": ", ".join(message.cc)}
    for recipient in recipients:
        yield Draft(to=recipient, **shared)


def _bodies(message: EmailMessage) -> dict[str, str]:
    """Text and HTML. Raises ValidationError for another alternative."""
    if message.content_subtype == "html":
        return {"html": str(message.body)}
    bodies = {"text": str(message.body)}
    for content, content_type in getattr(message, "alternatives", ()):
        if content_type != "text/html":
            raise refused("A mail has a text and an HTML part; %(content_type)s is neither.", content_type=content_type)
        bodies["html"] = str(content)
    return bodies


def _stored(attachment: Any) -> StoredFile:
    """The attachment of a Django message as a stored file that belongs to nobody."""
    if isinstance(attachment, MIMEBase):
        name, content_type = attachment.get_filename() or "attachment", attachment.get_content_type()
        content = attachment.get_payload(decode=True)
    else:
        name, content, content_type = attachment
    data = content.encode("utf-8") if isinstance(content, str) else bytes(content or b"")
    stored = StoredFile(
        name=(name or "attachment")[:255],
        content_type=content_type or "application/octet-stream",
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
    )
    stored.file.save("attachment", ContentFile(data), save=True)
    return stored
