"""Where channels lead to: the addresses of servers, files, and any mail backend of Django; failpoints stay in tests."""

from __future__ import annotations

import email
import email.policy

import pytest
from django.core import mail as django_mail
from django.core.exceptions import ImproperlyConfigured
from django.core.mail.backends.base import BaseEmailBackend
from environ import Env

from crm.environment import failpoints
from crm.mail import sending
from crm.mail.choices import MailState
from crm.mail.servers import MailServer, read_server
from crm.models import MailChannel
from tests.mail.conftest import write


class RefusingBackend(BaseEmailBackend):
    """A provider's backend that answers with the status in the subject."""

    def send_messages(self, email_messages):
        error = RuntimeError("refused")
        error.status_code = int(email_messages[0].subject) or None
        raise error


@pytest.mark.parametrize(
    ("address", "server"),
    [
        ("smtp://mail.example", MailServer("smtp", "mail.example", 25)),
        ("smtp+tls://u%40x:p%2Fw@mail.example", MailServer("smtp", "mail.example", 587, "u@x", "p/w", "starttls")),
        ("smtps://mail.example:4650", MailServer("smtp", "mail.example", 4650, security="tls")),
        ("filemail:///var/my%20mail", MailServer("file", folder="/var/my mail")),
        ("django:anymail.backends.x.EmailBackend", MailServer("django", backend="anymail.backends.x.EmailBackend")),
    ],
)
def test_the_address_of_a_server_is_read(address, server) -> None:
    assert read_server(address) == server


@pytest.mark.parametrize("address", ["", "http://x", "smtp://", "filemail:", "django:nothing", "mail.example:25"])
def test_an_address_that_names_no_server_stops_the_start_and_names_the_setting(address) -> None:
    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL_BULK must"):
        read_server(address, "EMAIL_URL_BULK")


def test_a_server_does_not_tell_its_password() -> None:
    assert "secret" not in repr(read_server("smtp://crm:secret@mail.example"))


def test_a_file_for_each_mail(settings, transactional_db, tmp_path) -> None:
    settings.CRM_MAIL_SERVERS = {"default": MailServer("file", folder=str(tmp_path / "mails"))}
    mails = [write("mia@example.com", subject="Grüße"), write("tom@example.com")]
    assert sending.send_due(mails[0].channel_id) == 2
    files = sorted((tmp_path / "mails").iterdir())
    found = [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]
    assert [(message["To"], message["Subject"]) for message in found] == [
        ("mia@example.com", "Grüße"),
        ("tom@example.com", "Hello"),
    ]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


def test_a_backend_of_django_sends_the_same_message(settings, transactional_db) -> None:
    settings.CRM_MAIL_SERVERS = {
        "default": MailServer("django", backend="django.core.mail.backends.locmem.EmailBackend")
    }
    mail = write("mia@example.com", html="<p>Good day.</p>", reply_to="us@example.com", headers={"X-Kind": "test"})
    assert sending.send_due(mail.channel_id) == 1
    message = django_mail.outbox[0].message()
    assert (message["Message-ID"], message["X-Kind"], message["Reply-To"]) == (
        mail.message_id,
        "test",
        "us@example.com",
    )
    assert [part.get_content_type() for part in message.walk()] == ["multipart/alternative", "text/plain", "text/html"]


def test_the_status_of_a_backend_is_read(settings, transactional_db) -> None:
    settings.CRM_MAIL_SERVERS = {"default": MailServer("django", backend=f"{__name__}.RefusingBackend")}
    states = {"400": MailState.FAILED, "429": MailState.QUEUED, "401": MailState.QUEUED, "0": MailState.UNCERTAIN}
    mails = [write("mia@example.com", "at_most_once", subject=status) for status in states]
    sending.send_due(mails[0].channel_id)
    for mail in mails:
        mail.refresh_from_db()
    assert {mail.subject: mail.state for mail in mails} == states
    assert MailChannel.objects.get().consecutive_errors == 3


def test_failpoints_stop_the_start_outside_tests(monkeypatch) -> None:
    monkeypatch.setenv("CRM_FAILPOINTS", "mail.after_smtp=kill")
    assert failpoints(Env()) == ["mail.after_smtp=kill"]
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "crm.settings")
    with pytest.raises(ImproperlyConfigured, match="CRM_FAILPOINTS is for tests only"):
        failpoints(Env())
