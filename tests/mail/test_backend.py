"""Django's and allauth's mails go into the ledger, and out of it."""

from __future__ import annotations

import pytest
from django.conf import settings as django_settings
from django.core import mail as django_mail
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.urls import reverse

from crm import settings as product
from crm.accounts.actions import answer_password_requests
from crm.mail.choices import MailKind, MailState
from crm.models import MailChannel, OutgoingMail


@pytest.fixture(autouse=True)
def through_the_ledger(settings) -> None:
    settings.EMAIL_BACKEND = "crm.mail.backend.LedgerBackend"


@pytest.mark.parametrize("rate", [None, 6_000])
def test_a_password_mail_is_a_row_then_a_mail_then_forgotten(
    sink, channel, send, client, django_user_model, rate
) -> None:
    MailChannel.objects.update(rate_per_minute=rate)
    django_user_model.objects.create_user("rep@example.com", "secret", name="Rep")
    client.post(reverse("account_reset_password"), {"email": "rep@example.com"})
    answer_password_requests()
    row = OutgoingMail.objects.get()
    assert (row.kind, row.recipient, row.is_secret) == (MailKind.AT_LEAST_ONCE, "rep@example.com", True)
    assert reverse("account_reset_password_from_key", args=["K", "X"]).split("K")[0] in row.text
    send()
    row.refresh_from_db()
    assert (row.state, row.text, row.html) == (MailState.SENT, "", "")
    message = sink.taken[0].message
    assert message["Auto-Submitted"] == "auto-generated"
    assert "/password/reset/key/" in message.get_content()


def test_each_recipient_has_a_row_and_all_see_the_same_lines(sink, send) -> None:
    message = EmailMultiAlternatives(
        "Hello", "Text", "us@example.com", ["a@example.com", "b@example.com"], bcc=["blind@example.com"],
        cc=["c@example.com"], reply_to=["r@example.com"], headers={"X-Kind": "test"},
    )  # fmt: skip
    message.attach_alternative("<p>Text</p>", "text/html")
    message.attach("a.txt", "content", "text/plain")
    assert message.send() == 1
    assert send() == 4
    assert sorted(sink.recipients()) == ["a@example.com", "b@example.com", "blind@example.com", "c@example.com"]
    for taken in sink.taken:
        shown = taken.message
        assert (shown["To"], shown["Cc"], shown["Bcc"]) == ("a@example.com, b@example.com", "c@example.com", None)
        assert (shown["Reply-To"], shown["X-Kind"]) == ("r@example.com", "test")
        assert [part.get_content() for part in shown.iter_attachments()] == ["content"]


@pytest.mark.django_db
def test_what_cannot_be_sent_is_said_or_silent_as_asked() -> None:
    bad = ("Hello\r\nBcc: x@example.com", "Text", "us@example.com", ["a@example.com"])
    with pytest.raises(ValidationError):
        EmailMessage(*bad).send()
    assert EmailMessage(*bad).send(fail_silently=True) == 0
    assert django_mail.send_mail("Hello", "Text", None, []) == 0
    assert not OutgoingMail.objects.exists()


def test_the_settings_of_the_product_lead_every_mail_into_the_ledger() -> None:
    assert product.EMAIL_BACKEND == "crm.mail.backend.LedgerBackend"
    assert django_settings.CRM_MAIL_SERVERS["default"].kind in {"file", "smtp"}
