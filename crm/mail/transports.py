"""The ways out of the house, all with the same three methods."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.utils import timezone

from crm.failpoints import failpoint
from crm.mail.composing import AttachmentReader, compose
from crm.mail.replies import SENT, ChannelTrouble, Outcome, Verdict
from crm.mail.smtp import SmtpTransport

if TYPE_CHECKING:
    from crm.mail.servers import MailServer
    from crm.models import MailChannel, OutgoingMail

TOO_MANY, SERVER_ERROR = 429, 500
REFUSED_FROM = 400
KEY_CODES = {401, 402, 403}


class Transport(Protocol):
    """A way out, kept open while a batch is sent."""

    @property
    def is_open(self) -> bool:
        """Whether the next mail can go at once."""
        ...

    def open(self) -> None:
        """Get ready. Raises ChannelTrouble."""
        ...

    def make(self, mail: OutgoingMail) -> Any:
        """What `deliver` carries. Raises AttachmentMissing, and ValueError and its like for what cannot be said."""
        ...

    def deliver(self, mail: OutgoingMail, message: Any) -> Outcome:
        """Send one row, as made. What is wrong with it or the line is in the outcome; ChannelTrouble when not open."""
        ...

    def close(self) -> None: ...


def transport_of(channel: MailChannel) -> Transport:
    """The way out of a channel. Raises ChannelTrouble where the environment names none."""
    server = settings.CRM_MAIL_SERVERS.get(channel.name)
    if server is None:
        raise ChannelTrouble(f"The environment names no server for this channel: EMAIL_URL_{channel.name.upper()}.")
    kinds: dict[str, type[Transport]] = {"smtp": SmtpTransport, "file": FileTransport, "django": BackendTransport}
    return kinds[server.kind](server)  # type: ignore[call-arg]


class FileTransport:
    """One file a mail, for development: whole or not there."""

    def __init__(self, server: MailServer) -> None:
        self.folder = Path(server.folder)
        self.files = AttachmentReader()
        self.is_open = False

    def open(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ChannelTrouble(f"Mails cannot be written to {self.folder}: {error.strerror}.") from error
        self.is_open = True

    def close(self) -> None:
        return None

    def make(self, mail: OutgoingMail) -> bytes:
        return compose(mail, self.files.read(mail))

    def deliver(self, mail: OutgoingMail, message: bytes) -> Outcome:
        failpoint("mail.before_smtp")
        target = self.folder / f"{timezone.now():%Y%m%d-%H%M%S-%f}-{mail.guid.hex[:8]}.eml"
        unfinished = target.with_suffix(".part")
        try:
            unfinished.touch(mode=0o600)
            unfinished.write_bytes(message)
            unfinished.replace(target)
        except OSError as error:
            return Outcome(Verdict.UNTOUCHED, f"The file cannot be written: {error.strerror}.", is_trouble=True)
        return SENT


class BackendTransport:
    """Any mail backend of Django, such as those of django-anymail; its errors are read by their HTTP status."""

    def __init__(self, server: MailServer) -> None:
        self.backend = server.backend
        self.files = AttachmentReader()
        self.connection = get_connection(self.backend)
        self.is_open = False

    def open(self) -> None:
        try:
            self.connection.open()
        except Exception as error:
            raise ChannelTrouble(f"{self.backend} does not open: {type(error).__name__}.") from error
        self.is_open = True

    def close(self) -> None:
        self.connection.close()
        self.is_open = False

    def deliver(self, mail: OutgoingMail, message: EmailMultiAlternatives) -> Outcome:
        failpoint("mail.before_smtp")
        try:
            self.connection.send_messages([message])
        except Exception as error:  # each backend raises its own
            return _read_error(error)
        return SENT

    def make(self, mail: OutgoingMail) -> EmailMultiAlternatives:
        message = EmailMultiAlternatives(
            mail.subject,
            mail.text,
            mail.sender,
            [mail.recipient],
            reply_to=[mail.reply_to] if mail.reply_to else None,
            headers={**mail.headers, "Message-ID": mail.message_id, "X-Delivery-Id": str(mail.guid)},
        )
        if mail.html:
            message.attach_alternative(mail.html, "text/html")
        for file in self.files.read(mail):
            message.attach(file.name, file.content, file.content_type)
        return message


def _read_error(error: Exception) -> Outcome:
    """An answer with a status is a refusal that is known; without one the mail may have left."""
    status = getattr(error, "status_code", None)
    sentence = f"{type(error).__name__}: {error}"[:500]
    if not isinstance(status, int) or status < REFUSED_FROM:
        return Outcome(Verdict.UNKNOWN, sentence, is_trouble=True)
    if status in KEY_CODES:
        return Outcome(Verdict.UNTOUCHED, sentence, status, is_trouble=True)
    if status == TOO_MANY or status >= SERVER_ERROR:
        return Outcome(Verdict.LATER, sentence, status, is_trouble=True)
    return Outcome(Verdict.REFUSED, sentence, status)
