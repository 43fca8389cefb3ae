"""SMTP, spoken step by step, so that it is known at which step a line broke."""

from __future__ import annotations

import smtplib
import socket
import ssl
from dataclasses import replace
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail.utils import DNS_NAME

from crm.failpoints import failpoint
from crm.mail.addresses import ascii_address, ascii_domain, read_mailbox
from crm.mail.composing import AttachmentReader, compose
from crm.mail.replies import SENT, ChannelTrouble, Outcome, Verdict, read_reply

if TYPE_CHECKING:
    from crm.mail.servers import MailServer
    from crm.models import OutgoingMail

MAILS_PER_CONNECTION = 100
OK, WILL_FORWARD, GO_AHEAD = 250, 251, 354
WANTED = {"MAIL": (OK,), "RCPT": (OK, WILL_FORWARD), "DATA": (GO_AHEAD,)}
LONGEST_WORDS = 300
WORDS: dict[type[Exception], str] = {
    ConnectionRefusedError: "nobody answers at its port",
    TimeoutError: "it does not answer in time",
    socket.gaierror: "its name is not known",
    ssl.SSLCertVerificationError: "its certificate is not valid",
    smtplib.SMTPServerDisconnected: "the line was closed",
}
BROKEN = (smtplib.SMTPException, OSError)


class SmtpTransport:
    """One kept connection to the server of a channel."""

    def __init__(self, server: MailServer) -> None:
        self.server = server
        self.files = AttachmentReader()
        self.smtp: smtplib.SMTP | None = None
        self.mails = 0

    @property
    def is_open(self) -> bool:
        """Whether there is a connection that may carry another mail."""
        return self.smtp is not None and self.mails < MAILS_PER_CONNECTION

    def open(self) -> None:
        """Connect and sign in. Raises ChannelTrouble."""
        self.close()
        try:
            self.smtp = self._connect()
            self._sign_in(self.smtp)
        except BROKEN as error:
            self._drop()
            raise ChannelTrouble(f"The mail server does not let us in: {_said(error)}.") from error

    def close(self) -> None:
        """Say good-bye where there is somebody to say it to."""
        if self.smtp is not None:
            try:
                self.smtp.quit()
            except BROKEN:
                self.smtp.close()
        self.smtp, self.mails = None, 0

    def make(self, mail: OutgoingMail) -> bytes:
        """The content of a row."""
        return compose(mail, self.files.read(mail) if mail.has_attachments else ())

    def deliver(self, mail: OutgoingMail, message: bytes) -> Outcome:
        """One mail over the kept connection; over a fresh one where the server had closed the kept one."""
        was_used = self.mails > 0
        outcome = self._converse(mail, message)
        if not (was_used and outcome.is_stale):
            return outcome
        try:
            self.open()
        except ChannelTrouble as error:
            return Outcome(Verdict.UNTOUCHED, str(error), is_trouble=True)
        return self._converse(mail, message)

    def _connect(self) -> smtplib.SMTP:
        server, host = self.server, str(DNS_NAME)
        if server.security == "tls":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(server.host, server.port, host, timeout=settings.CRM_MAIL_TIMEOUT, context=context)
        smtp = smtplib.SMTP(server.host, server.port, host, timeout=settings.CRM_MAIL_TIMEOUT)
        if server.security == "starttls":
            smtp.starttls(context=ssl.create_default_context())
        return smtp

    def _sign_in(self, smtp: smtplib.SMTP) -> None:
        smtp.ehlo_or_helo_if_needed()
        if self.server.user:
            smtp.login(self.server.user, self.server.password)

    def _converse(self, mail: OutgoingMail, message: bytes) -> Outcome:
        if self.smtp is None:
            raise ChannelTrouble("The channel is not open.")
        failpoint("mail.before_smtp")
        self.mails += 1
        conversation = _Conversation(self.smtp)
        try:
            outcome = conversation.run(read_mailbox(mail.sender)[1], mail.recipient, message)
        except BROKEN as error:
            outcome = conversation.broken(error)
        if outcome.is_closed:
            self._drop()
        return outcome

    def _drop(self) -> None:
        if self.smtp is not None:
            self.smtp.close()
        self.smtp, self.mails = None, 0


class _Conversation:
    """One mail: MAIL, RCPT, DATA, content. `is_past` says that the content has begun to leave."""

    def __init__(self, smtp: smtplib.SMTP) -> None:
        self.smtp = smtp
        self.step = "MAIL"
        self.is_past = False

    def run(self, sender: str, recipient: str, message: bytes) -> Outcome:
        options = self._options(sender, recipient, message)
        if options is None:
            return Outcome(Verdict.REFUSED, "The mail server takes no addresses with letters beyond ASCII.")
        commands = {
            "MAIL": " ".join([f"MAIL FROM:<{_for_wire(sender)}>", *options]),
            "RCPT": f"RCPT TO:<{_for_wire(recipient)}>",
            "DATA": "DATA",
        }
        return self._envelope(commands) or self._content(message)

    def broken(self, error: Exception) -> Outcome:
        """The line broke or nothing came in time."""
        if self.is_past:
            sentence = f"No answer after the content had left: {_said(error)}."
            return Outcome(Verdict.UNKNOWN, sentence, is_trouble=True, is_closed=True)
        sentence = f"No answer at {self.step}: {_said(error)}."
        return Outcome(Verdict.LATER, sentence, is_trouble=True, is_closed=True, is_stale=self.step == "MAIL")

    def _envelope(self, commands: dict[str, str]) -> Outcome | None:
        """Say all at once, where the server reads them so (RFC 2920), else one by one; the outcome of a refusal."""
        is_at_once = self.smtp.has_extn("pipelining")
        if is_at_once:
            self._say(*commands.values())
        for number, (step, command) in enumerate(commands.items(), 1):
            self.step = step
            if not is_at_once:
                self._say(command)
            code, said = self.smtp.getreply()
            if code not in WANTED[step]:
                return self._refused(code, said, unread=len(commands) - number if is_at_once else 0)
        return None

    def _say(self, *commands: str) -> None:
        if any(mark in command for command in commands for mark in "\r\n"):
            raise ValueError("An address has a line break.")
        self.smtp.send("".join(f"{command}\r\n" for command in commands))

    def _content(self, message: bytes) -> Outcome:
        self._wait_at_most(settings.CRM_MAIL_LAST_TIMEOUT)
        self.is_past = True
        self.smtp.send(_dotted(message))
        code, said = self.smtp.getreply()
        if code < 0:
            raise smtplib.SMTPServerDisconnected(f"It answered {said!r}.")
        self.is_past = False
        self._wait_at_most(settings.CRM_MAIL_TIMEOUT)
        return SENT if code // 100 == OK // 100 else self._refused(code, said)

    def _wait_at_most(self, seconds: float) -> None:
        if self.smtp.sock is not None:
            self.smtp.sock.settimeout(seconds)

    def _refused(self, code: int, said: bytes, unread: int = 0) -> Outcome:
        """The outcome of a refusal, before so many answers to come; the line is made ready for the next mail, and given
        up where that fails."""
        outcome = read_reply(self.step, code, said.decode("utf-8", "replace"))
        if outcome.is_closed:
            return replace(outcome, is_stale=self.step == "MAIL")
        try:
            answers = [self.smtp.getreply()[0] for _ in range(unread)]
            if GO_AHEAD not in answers:
                self.smtp.rset()
        except BROKEN:
            return replace(outcome, is_closed=True)
        # a server that waits for a content all the same would take the next command for one
        return replace(outcome, is_closed=GO_AHEAD in answers)

    def _options(self, sender: str, recipient: str, message: bytes) -> list[str] | None:
        """The options of MAIL; None where an address needs what the server cannot."""
        options = [f"SIZE={len(message)}"] if self.smtp.has_extn("size") else []
        if ascii_address(sender) and ascii_address(recipient):
            return options
        if not self.smtp.has_extn("smtputf8"):
            return None
        self.smtp.command_encoding = "utf-8"
        return [*options, "SMTPUTF8", "BODY=8BITMIME"]


def _for_wire(address: str) -> str:
    """An address between angle brackets; the door let none in that holds one (`checked_address`)."""
    return ascii_address(address) or f"{address.rpartition('@')[0]}@{ascii_domain(address)}"


def _dotted(message: bytes) -> bytes:
    """The content as it goes over the line: a dot at the start of a line is doubled, a dot alone ends it."""
    message = message.replace(b"\r\n.", b"\r\n..")
    return message + (b"" if message.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def _said(error: Exception) -> str:
    """An error in words, without what was sent to the server."""
    words = getattr(error, "smtp_error", b"")
    if words:
        text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
        return f"{getattr(error, 'smtp_code', '')} {text}".strip()[:LONGEST_WORDS]
    for kind, sentence in WORDS.items():
        if isinstance(error, kind):
            return sentence
    return f"{type(error).__name__}: {error}"[:LONGEST_WORDS]
