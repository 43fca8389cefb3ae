"""A mail as it is asked for, and its row: everything that cannot be sent is refused here, with a sentence."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_noop

from crm.foreign.html import text_of_html
from crm.languages.refusing import refused
from crm.languages.words import translated
from crm.mail.addresses import ascii_domain, checked_mailbox, checked_mailboxes, one_line
from crm.mail.answers import signed_address
from crm.mail.choices import BULK_PRIORITY, DEFAULT_CHANNEL, SERVICE_PRIORITY, MailKind, MailState
from crm.models import OutgoingMail
from crm.templatetags.figures import number

if TYPE_CHECKING:
    from django.db.models import Model

    from crm.models import MailChannel, StoredFile, User

LONGEST_SUBJECT = LONGEST_HEADER = 900
LONGEST_BODY = 2_000_000
HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,70}")
# written from the row, or by whoever carries the mail
OWN_HEADERS = {
    "from", "to", "cc", "bcc", "reply-to", "subject", "date", "message-id", "sender", "return-path", "received",
    "mime-version", "x-delivery-id", "dkim-signature",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What is to be sent to one address.

    `to` may carry a name (`Mia <mia@example.com>`); `sender` is the house's where it is not given. Without `text` it is
    made from `html`. `attachments` are stored files, `images` those that the HTML shows by `cid:NAME`. `about` is the
    record that the mail is about. `key` makes asking again harmless. `is_secret`: never shown, forgotten once sent. It
    leaves from `due_at` on and before `closes_at`. `takes_answers`: answers come (also) to the mailbox that the house
    has for them, by an address of this mail alone. `is_service`: it is to one person, who waits for it, though it goes
    at most once.
    """

    kind: str
    to: str
    subject: str
    text: str = ""
    html: str = ""
    sender: str = ""
    reply_to: str = ""
    shown_to: str = ""
    shown_cc: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    attachments: Sequence[StoredFile] = ()
    images: Mapping[str, StoredFile] = field(default_factory=dict)
    contact_id: int | None = None
    about: Model | None = None
    channel: str = DEFAULT_CHANNEL
    due_at: dt.datetime | None = None
    closes_at: dt.datetime | None = None
    key: str | None = None
    message_id: str = ""
    is_secret: bool = False
    is_held: bool = False
    takes_answers: bool = False
    is_service: bool = False

    def files(self) -> Iterator[tuple[StoredFile, str]]:
        """Stored files with their content id; empty for one that is attached."""
        yield from ((file, "") for file in self.attachments)
        yield from ((file, content_id) for content_id, file in self.images.items())


def row_of(draft: Draft, *, actor: User | None, channel: MailChannel, answers_to: str = "") -> OutgoingMail:
    """The unsaved row of a draft; `answers_to` is the mailbox of the house for answers.

    Raises ValidationError with a sentence that names the part that will not do.
    """
    guid = uuid.uuid4()
    name, address = checked_mailbox(draft.to, "The recipient")
    sender = (draft.sender or settings.DEFAULT_FROM_EMAIL).strip()
    domain = _domain_of(sender)
    for file, content_id in draft.files():
        one_line(file.name, "The name of an attachment")
        one_line(content_id, "The name of an image")
    return OutgoingMail(
        guid=guid,
        key=draft.key or None,
        kind=MailKind(draft.kind),
        channel=channel,
        priority=SERVICE_PRIORITY if draft.is_service or draft.kind != MailKind.AT_MOST_ONCE else BULK_PRIORITY,
        actor=actor,
        contact_id=draft.contact_id,
        object_model=draft.about._meta.label_lower if draft.about is not None else "",
        object_id=draft.about.pk if draft.about is not None else None,
        recipient=address,
        recipient_name=name[:200],
        shown_to=checked_mailboxes(draft.shown_to, "The line of recipients"),
        shown_cc=checked_mailboxes(draft.shown_cc, "The line of copies"),
        sender=sender,
        reply_to=_reply_to(draft, guid, answers_to),
        subject=_at_most(one_line(draft.subject, "The subject"), LONGEST_SUBJECT, "The subject"),
        **_bodies(draft),
        headers={name: _header(name, value) for name, value in draft.headers.items()},
        message_id=one_line(draft.message_id, "The message id") or f"<{guid}@{domain}>",
        is_secret=draft.is_secret,
        state=MailState.HELD if draft.is_held else MailState.QUEUED,
        due_at=draft.due_at or timezone.now(),
        closes_at=draft.closes_at,
    )


@lru_cache(maxsize=64)
def _domain_of(sender: str) -> str | None:
    """The domain of a mailbox. Raises ValidationError; few senders write many mails."""
    return ascii_domain(checked_mailbox(sender, gettext_noop("The sender"))[1])


def _reply_to(draft: Draft, guid: uuid.UUID, answers_to: str) -> str:
    line = checked_mailboxes(draft.reply_to, gettext_noop("The address for replies"))
    own = signed_address(answers_to, guid) if answers_to and draft.takes_answers else ""
    return ", ".join(part for part in (line, own) if part)


def _bodies(draft: Draft) -> dict[str, str]:
    text = draft.text or text_of_html(_at_most(draft.html, LONGEST_BODY, gettext_noop("The mail")), with_links=True)
    if not text.strip() and not draft.html.strip():
        raise ValidationError("The mail says nothing: give it a text.")
    return {name: _storable(body) for name, body in (("text", text), ("html", draft.html))}


def _storable(body: str) -> str:
    _at_most(body, LONGEST_BODY, gettext_noop("The mail"))
    if "\x00" in body:
        raise ValidationError("The mail holds a character that cannot be sent (NUL); take it out.")
    return body


def _header(name: str, value: str) -> str:
    if not HEADER_NAME.fullmatch(name):
        raise refused("“%(name)s” is not the name of a mail header.", name=name[:40])
    if name.lower() in OWN_HEADERS or name.lower().startswith("content-"):
        raise refused("The header %(name)s is written by the product; it cannot be given.", name=name)
    return _at_most(one_line(value, f"The header {name}"), LONGEST_HEADER, f"The header {name}")


def _at_most(text: str, longest: int, what: str) -> str:
    if len(text) > longest:
        raise refused(
            "%(what)s is too long: %(text)s characters; %(longest)s at most.",
            what=lambda: translated(what),
            text=lambda: number(len(text)),
            longest=lambda: number(longest),
        )
    return text
