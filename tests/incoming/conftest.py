"""Letters as strangers write them, and short ways to take them in."""

from __future__ import annotations

import datetime as dt
import itertools
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

import pytest
from django.utils import timezone

from crm.incoming.choices import Door
from crm.incoming.intake import take_and_work
from crm.mail.actions import send_mail
from crm.mail.choices import MailKind
from crm.models import IncomingMail, Mailbox, OutgoingMail

count = itertools.count(1)
LONG_AGO = dt.timedelta(minutes=5)


def letter(sender: str = "Mia Keller <mia@example.com>", **fields: Any) -> bytes:
    """The bytes of a mail; keywords are headers (`in_reply_to`), `text`, `html`, `files` (name and content)."""
    message = EmailMessage()
    number = next(count)
    message["From"] = sender
    message["To"] = fields.pop("to", "help@crm.example")
    message["Subject"] = fields.pop("subject", f"A question {number}")
    message["Date"] = fields.pop("date", format_datetime(timezone.now() - LONG_AGO))
    message["Message-ID"] = fields.pop("message_id", f"<{number}.letter@example.com>")
    text, html, files = fields.pop("text", "Do you have blue ones?"), fields.pop("html", ""), fields.pop("files", ())
    for name, value in fields.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    for name, content in files:
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def receive(raw: bytes, mailbox: Mailbox | None = None) -> IncomingMail:
    """Take a mail in and work on it, as by the hook; without a mailbox, as from one for letters of customers."""
    return take_and_work(raw, door=Door.HOOK, mailbox=mailbox)[0]


def write(to: str = "mia@example.com", **more: Any) -> OutgoingMail:
    """A mail of ours in the ledger."""
    fields = {"subject": "Your order", "text": "It is on its way.", **more}
    return send_mail(actor=None, kind=MailKind.AT_LEAST_ONCE, to=to, **fields)


def make_mailbox(**fields: Any) -> Mailbox:
    """A mailbox that is not fetched, unless a host is given."""
    number = next(count)
    return Mailbox.objects.create(**{"name": f"Box {number}", "address": f"box{number}@crm.example", **fields})


def bounce_of(mail: OutgoingMail, *, status: str = "5.1.1", action: str = "failed", recipient: str = "") -> bytes:
    """What a mail server writes about a mail of ours that it could not deliver (RFC 3464)."""
    address = recipient or mail.recipient
    return "\r\n".join(
        [
            "Return-Path: <>",
            "From: Mail Delivery System <MAILER-DAEMON@mx.example.net>",
            "To: crm@crm.example",
            "Subject: Undelivered Mail Returned to Sender",
            f"Message-ID: <bounce.{next(count)}@mx.example.net>",
            "MIME-Version: 1.0",
            'Content-Type: multipart/report; report-type=delivery-status; boundary="B"',
            "",
            "--B",
            "Content-Type: text/plain",
            "",
            f"I could not deliver your mail to {address}.",
            "--B",
            "Content-Type: message/delivery-status",
            "",
            "Reporting-MTA: dns; mx.example.net",
            "",
            f"Final-Recipient: rfc822; {address}",
            f"Action: {action}",
            f"Status: {status}",
            f"Diagnostic-Code: smtp; 550 {status} what the other server said",
            "",
            "--B",
            "Content-Type: message/rfc822",
            "",
            f"Message-ID: {mail.message_id}",
            f"To: {mail.recipient}",
            f"Subject: {mail.subject}",
            "",
            "It is on its way.",
            "--B--",
            "",
        ]
    ).encode()


def complaint_about(mail: OutgoingMail) -> bytes:
    """What a provider writes when a reader called a mail of ours spam (RFC 5965)."""
    return "\r\n".join(
        [
            "From: staff@provider.example",
            "To: crm@crm.example",
            "Subject: complaint",
            f"Message-ID: <complaint.{next(count)}@provider.example>",
            "MIME-Version: 1.0",
            'Content-Type: multipart/report; report-type=feedback-report; boundary="B"',
            "",
            "--B",
            "Content-Type: text/plain",
            "",
            "This is an abuse report.",
            "--B",
            "Content-Type: message/feedback-report",
            "",
            "Feedback-Type: abuse",
            "User-Agent: Provider/1.0",
            "Version: 1",
            f"Original-Rcpt-To: {mail.recipient}",
            "",
            "--B",
            "Content-Type: message/rfc822",
            "",
            f"Message-ID: {mail.message_id}",
            f"To: {mail.recipient}",
            "",
            "It is on its way.",
            "--B--",
            "",
        ]
    ).encode()


@pytest.fixture
def mailbox(db) -> Mailbox:
    return make_mailbox(name="Help", address="help@crm.example")
