"""What the sender does with each answer of a mail server."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from crm.mail.actions import allow_address, suppress_address
from crm.mail.choices import MailKind, MailState, SuppressionReason
from crm.models import SuppressedAddress
from tests.mail.conftest import due_now, write

MINUTE = dt.timedelta(minutes=1)
BOTH_KINDS = pytest.mark.parametrize("kind", MailKind.values)


def state(mail) -> str:
    mail.refresh_from_db()
    return mail.state


@BOTH_KINDS
def test_a_mail_is_sent_once_and_its_row_says_so(sink, send, kind) -> None:
    mail = write("mia@example.com", kind)
    assert (send(), send()) == (1, 0)
    assert state(mail) == MailState.SENT
    assert (mail.smtp_code, mail.attempts, mail.last_error) == (250, 1, "")
    assert mail.sent_at is not None
    assert [taken.message_id for taken in sink.to("mia@example.com")] == [mail.message_id]


def test_many_mails_go_over_one_kept_connection(sink, send) -> None:
    for number in range(20):
        write(f"p{number}@example.com")
    assert send() == 20
    assert sink.connections == 1
    assert len(set(sink.recipients())) == 20
