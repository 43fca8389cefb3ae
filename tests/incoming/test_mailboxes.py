"""Mailboxes over a real line: what is new comes in once, whatever the server does."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from crm.failpoints import _armed
from crm.incoming import mailboxes
from crm.incoming.actions import change_mailbox, create_mailbox, seal_passwords_anew, try_mailbox
from crm.incoming.mailboxes import account_of, fetch_mailbox
from crm.locks import side_connection, take_lock
from crm.models import IncomingMail, Mailbox
from tests.incoming.conftest import count, letter
from tests.incoming.imap_server import PASSWORD, ImapServer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server(settings) -> Iterator[ImapServer]:
    settings.CRM_MAIL_HOSTS = ["127.0.0.1"]
    with ImapServer() as running:
        yield running


def mailbox_at(server: ImapServer, *, password: str = PASSWORD, **fields: object) -> Mailbox:
    place = {"host": "127.0.0.1", "port": server.port, "security": "none", "user_name": "help", "fetches_old": True}
    named = {"name": "Help", "address": f"help{next(count)}@crm.example"}
    return create_mailbox(actor=None, fields={**named, **place, **fields}, password=password)


def subjects() -> list[str]:
    """Of what came in, read from the bytes: nobody has worked on it yet."""
    rows = IncomingMail.objects.order_by("pk").values_list("content__raw", flat=True)
    return [found[1].decode() for raw in rows if (found := re.search(rb"Subject: (.*?)\r?\n", bytes(raw)))]


def test_new_mails_come_in_once_and_nothing_is_changed_on_the_server(server):
    box = mailbox_at(server)
    for number in range(3):
        server.add(letter(subject=f"Mail {number}"))
    assert fetch_mailbox(box.pk) == 3
    assert fetch_mailbox(box.pk) == 0
    server.add(letter(subject="Mail 3"))
    assert fetch_mailbox(box.pk) == 1
    assert subjects() == ["Mail 0", "Mail 1", "Mail 2", "Mail 3"]
    box.refresh_from_db()
    assert (box.last_uid, box.uid_validity, box.last_error, box.consecutive_errors) == (4, 1, "", 0)
    assert set(server.commands) == {"CAPABILITY", "LOGIN", "EXAMINE", "UID", "LOGOUT"}


def test_folder_that_was_made_anew_is_read_again_and_known_mails_are_none(server):
    box = mailbox_at(server)
    first = letter(subject="Mail 0")
    server.add(first)
    fetch_mailbox(box.pk)
    server.box.validity, server.box.next_uid, server.box.mails = 2, 1, {}
    server.add(letter(subject="Mail 1"))
    server.add(first)
    assert fetch_mailbox(box.pk) == 1
    assert subjects() == ["Mail 0", "Mail 1"]


def test_what_lay_there_before_is_left_alone_unless_it_is_wanted(server):
    server.add(letter(subject="Old"), dt.date(2020, 1, 1))
    box = mailbox_at(server, fetches_old=False)
    assert fetch_mailbox(box.pk) == 0
    server.add(letter(subject="New"))
    assert fetch_mailbox(box.pk) == 1
    server.box.validity = 2
    fetch_mailbox(box.pk)
    assert subjects() == ["New"]


def test_mail_that_its_server_does_not_give_out_is_quarantined_after_three_times_and_the_next_comes(server):
    box = mailbox_at(server)
    bad = server.add(letter(subject="Bad"))
    server.add(letter(subject="Good"))
    server.broken.add(bad)
    for _ in range(2):
        assert fetch_mailbox(box.pk) == 0
    fetch_mailbox(box.pk)
    assert fetch_mailbox(box.pk) == 1
    parked = IncomingMail.objects.get(state="quarantined")
    assert parked.reason == "Its server does not give out mail number 1. It lies in the mailbox."
    assert subjects()[-1] == "Good"


def test_mail_that_is_too_large_leaves_its_head_in_quarantine(server, settings):
    settings.CRM_MAIL_LARGEST = 2_000
    server.add(letter(subject="Small"))
    server.add(letter(subject="Huge", text="x\n" * 3_000))
    box = mailbox_at(server)
    assert fetch_mailbox(box.pk) == 2
    parked = IncomingMail.objects.get(state="quarantined")
    assert "more than is taken in" in parked.reason
    assert b"Subject: Huge" in bytes(parked.content.raw)


def test_server_that_announces_more_than_it_may_is_not_read(server, settings):
    settings.CRM_MAIL_LARGEST = 2_000
    uid = server.add(letter(text="x\n" * 800_000))
    server.sizes[uid] = 100
    box = mailbox_at(server)
    for _ in range(3):
        fetch_mailbox(box.pk)
    assert IncomingMail.objects.get().state == "quarantined"


def test_wrong_password_is_said_without_it_and_the_pause_grows(server):
    box = mailbox_at(server, password="not the one")
    server.add(letter())
    for errors, minutes in ((1, 1), (2, 2), (3, 4)):
        fetch_mailbox(box.pk)
        box.refresh_from_db()
        assert box.consecutive_errors == errors
        assert box.last_error == "The mailbox does not let us in: wrong password."
        assert round((box.next_at - timezone.now()).total_seconds() / 60) == minutes
    with pytest.raises(ValidationError, match="does not let us in"):
        try_mailbox(box)


def test_mailbox_lets_us_in_and_a_missing_folder_is_named(server):
    assert try_mailbox(mailbox_at(server)) == "It lets us in. The next mail will be number 1."
    with pytest.raises(ValidationError, match="There is no folder “Nowhere” in it"):
        try_mailbox(mailbox_at(server, folder="Nowhere"))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "[::1]", "169.254.169.254", "10.0.0.1"])
def test_mailbox_inside_our_network_is_not_called_unless_the_environment_names_it(server, settings, host):
    settings.CRM_MAIL_HOSTS = []
    box = mailbox_at(server, host=host, security="tls", port=993)
    with pytest.raises(ValidationError, match=r"not out in the internet|not a name|no address"):
        try_mailbox(box)
    assert server.commands == []


def test_password_does_not_travel_in_the_clear(server, settings):
    settings.CRM_MAIL_HOSTS = []
    with pytest.raises(ValidationError, match="does not travel in the clear"):
        try_mailbox(mailbox_at(server, host="mail.example.com"))


def test_only_one_process_is_at_a_mailbox(server):
    box = mailbox_at(server)
    server.add(letter())
    with side_connection() as side:
        assert take_lock(side, mailboxes.FETCH_LOCK, box.pk)
        assert fetch_mailbox(box.pk) == 0
    assert fetch_mailbox(box.pk) == 1


def test_death_between_storing_and_moving_on_leaves_neither(server, settings):
    box = mailbox_at(server)
    server.add(letter(subject="Mail 0"))
    settings.CRM_FAILPOINTS = ["incoming.before_taken=raise"]
    _armed.cache_clear()
    try:
        with pytest.raises(RuntimeError):
            fetch_mailbox(box.pk)
    finally:
        settings.CRM_FAILPOINTS = []
        _armed.cache_clear()
    box.refresh_from_db()
    assert (IncomingMail.objects.count(), box.last_uid) == (0, 0)
    assert fetch_mailbox(box.pk) == 1


def test_password_is_sealed_and_stays_where_none_is_given(server, settings):
    box = mailbox_at(server)
    assert PASSWORD not in box.sealed_password
    changed = change_mailbox(actor=None, mailbox=box, version=1, fields={"name": "Support"})
    assert account_of(changed).password == PASSWORD
    assert PASSWORD not in repr(account_of(changed))
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "a new key that is long enough for all"
    assert seal_passwords_anew() == (1, 0)
    settings.SECRET_KEY_FALLBACKS = []
    box.refresh_from_db()
    assert account_of(box).password == PASSWORD


def test_password_of_before_is_not_sent_to_another_server(server):
    box = mailbox_at(server)
    with pytest.raises(ValidationError, match="Give the password again"):
        change_mailbox(actor=None, mailbox=box, version=1, fields={"host": "mail.example.net"})
