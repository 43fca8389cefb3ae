"""A real IMAP server, over STARTTLS and TLS with a self-made certificate: no password goes to whom nobody knows."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import pytest

from crm.incoming.actions import create_mailbox
from crm.incoming.mailboxes import fetch_mailbox
from crm.models import IncomingMail, Mailbox
from tests.incoming.conftest import count, letter
from tests.incoming.imap_process import PASSWORD, USER, ImapProcess, SelfMade, self_made
from tests.incoming.imap_server import ImapServer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def tls(tmp_path_factory) -> SelfMade:
    return self_made(tmp_path_factory.mktemp("tls"))


def mailbox_at(port: int, security: str, **fields: Any) -> Mailbox:
    place = {"host": "127.0.0.1", "port": port, "security": security, "user_name": USER, "fetches_old": True}
    named = {"name": "Help", "address": f"help{next(count)}@crm.example"}
    return create_mailbox(actor=None, fields={**named, **place, **fields}, password=PASSWORD)


def trust(monkeypatch: pytest.MonkeyPatch, certificate: Path) -> None:
    """As an operator names a certificate of their own house to every program."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


def test_mails_of_a_real_server_come_in_once_over_starttls(settings, tls, monkeypatch):
    settings.CRM_MAIL_HOSTS = ["127.0.0.1"]
    with ImapProcess(tls) as server:
        box = mailbox_at(server.port, "starttls")
        server.add(letter(subject="First"))
        assert fetch_mailbox(box.pk) == 0, "nobody vouches for it"
        box.refresh_from_db()
        assert "certificate" in box.last_error.lower()
        trust(monkeypatch, tls.certificate)
        assert (fetch_mailbox(box.pk), fetch_mailbox(box.pk)) == (1, 0)
        for subject in ("Second", "Third"):
            server.add(letter(subject=subject))
        assert fetch_mailbox(box.pk) == 2
    box.refresh_from_db()
    assert (box.last_error, box.consecutive_errors) == ("", 0)
    assert IncomingMail.objects.count() == 3


def test_no_password_goes_over_tls_to_whom_nobody_vouches_for(settings, tls, monkeypatch):
    settings.CRM_MAIL_HOSTS = ["127.0.0.1"]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls.certificate, tls.key)
    with ImapServer(context) as server:
        box = mailbox_at(server.port, "tls")
        server.add(letter())
        assert fetch_mailbox(box.pk) == 0
        assert server.commands == []
        trust(monkeypatch, tls.certificate)
        assert fetch_mailbox(box.pk) == 1
        assert "LOGIN" in server.commands
