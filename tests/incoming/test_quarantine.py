"""What is worked on again out of the quarantine, what is not, and how a stranger's bytes are shown."""

from __future__ import annotations

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.urls import reverse

from crm.choices import Role
from crm.incoming.actions import discard_mail, replay_mail, replay_quarantine
from crm.incoming.choices import Door
from crm.incoming.intake import take_in_without_content
from crm.incoming.showing import BEGIN_BYTES, as_it_came
from crm.models import IncomingContent, IncomingMail
from tests.factories import make_company, make_user, signed_in
from tests.incoming.conftest import letter, make_mailbox, receive

pytestmark = pytest.mark.django_db


def only_the_head() -> IncomingMail:
    return take_in_without_content(
        b"From: Mia <mia@example.com>\r\nSubject: A large one\r\n",
        door=Door.IMAP,
        mailbox=make_mailbox(),
        sentence="It has 90 MB, which is more than is taken in. It lies in the mailbox.",
    )


def test_a_mail_of_which_the_head_alone_is_kept_is_not_worked_on_again():
    make_company()
    mail, manager = only_the_head(), make_user(Role.MANAGER)
    assert replay_quarantine(actor=manager) == 0
    with pytest.raises(ValidationError, match="Only its head was kept; the letter lies in the mailbox"):
        replay_mail(actor=manager, mail=mail)
    page = signed_in(manager).get(mail.get_absolute_url()).content.decode()
    assert "Only its head was kept; the letter lies in the mailbox" in page
    assert "Work on it again</button>" not in page
    assert "Discard" in page
    discard_mail(actor=manager, mail=mail)
    with pytest.raises(ValidationError, match="Only its head was kept"):
        replay_mail(actor=manager, mail=mail)
    mail.refresh_from_db()
    assert mail.reason.endswith("It lies in the mailbox.")


def test_what_ended_its_process_is_tried_again_by_itself_alone():
    deadly, other = receive(b""), receive(b" ")
    IncomingMail.objects.filter(pk=deadly.pk).update(reason="It ended its process 3 times.", attempts=3)
    assert replay_quarantine(actor=None) == 1
    for mail, state in ((deadly, "quarantined"), (other, "taken")):
        mail.refresh_from_db()
        assert mail.state == state
    replay_mail(actor=None, mail=deadly)
    deadly.refresh_from_db()
    assert (deadly.state, deadly.attempts) == ("taken", 0)


@pytest.mark.django_db(transaction=True)
def test_a_mail_that_somebody_else_had_worked_on_meanwhile_stays_as_it_is():
    first, second = receive(b""), receive(b" ")
    counts: list[int] = []

    def press() -> None:
        counts.append(replay_quarantine(actor=None))
        connection.close()

    with transaction.atomic():
        IncomingMail.objects.filter(pk=second.pk).update(state="done", outcome="kept")
        other = threading.Thread(target=press)
        other.start()
        other.join(1)
        assert other.is_alive()
    other.join(20)
    assert counts == [1]
    assert dict(IncomingMail.objects.values_list("pk", "state")) == {first.pk: "taken", second.pk: "done"}


def test_a_letter_that_is_cut_through_does_not_change_the_others():
    mail = receive(letter())
    head = b"Subject: Long\r\n\r\n"
    text = "x" + "ü" * BEGIN_BYTES
    IncomingContent.objects.filter(pk=mail.pk).update(raw=head + text.encode())
    came = as_it_came(mail)
    assert came is not None
    assert (came.is_cut, came.begin) == (True, text[: BEGIN_BYTES // 2])


def test_bytes_of_a_mail_that_was_read_are_shown_when_asked_for():
    make_company()
    client, mail = signed_in(make_user(Role.MANAGER)), receive(letter("new@example.net"))
    plain = client.get(mail.get_absolute_url())
    assert plain.context["came"] is None
    assert "?as=came" in plain.content.decode()
    assert "Message-ID" in client.get(mail.get_absolute_url(), {"as": "came"}).content.decode()


def test_signs_that_turn_the_direction_stand_as_a_dot():
    make_company()
    client, turned = signed_in(make_user(Role.MANAGER)), "invoice\u202efdp.exe"
    mail = receive(letter("new@example.net"))
    IncomingMail.objects.filter(pk=mail.pk).update(subject=turned, from_name=turned)
    for address in (mail.get_absolute_url(), reverse("incoming:mail_list")):
        page = client.get(address).content.decode()
        assert "\u202e" not in page
        assert "invoice·fdp.exe" in page
