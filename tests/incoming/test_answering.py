"""What a machine of ours answers: once a day in a conversation, and to no machine (R16)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from crm.incoming import answering
from crm.models import IncomingMail, OutgoingMail
from tests.factories import make_contact, make_user
from tests.incoming.conftest import letter, make_mailbox, receive

pytestmark = pytest.mark.django_db
SECRET = "SECRET-WORDS"


@pytest.fixture
def box():
    return make_mailbox(address="help@crm.example", acknowledgement="We have got it, and will write soon.")


def answers() -> list[OutgoingMail]:
    return list(OutgoingMail.objects.order_by("pk"))


def test_letter_is_acknowledged_in_words_of_the_house_alone(box):
    mail = receive(letter(subject=f"Hello {SECRET}", text=SECRET), box)
    [sent] = answers()
    assert (sent.recipient, sent.text) == ("mia@example.com", "We have got it, and will write soon.")
    assert SECRET not in sent.subject + sent.text
    assert sent.headers["Auto-Submitted"] == "auto-replied"
    assert sent.headers["In-Reply-To"] == mail.message_id
    assert (sent.object_model, sent.object_id) == ("crm.incomingmail", mail.pk)


def test_second_letter_of_a_conversation_is_not_answered_within_a_day(box):
    receive(letter(message_id="<a@example.com>"), box)
    receive(letter(in_reply_to="<a@example.com>"), box)
    assert len(answers()) == 1
    IncomingMail.objects.update(answered_at=timezone.now() - dt.timedelta(hours=25))
    receive(letter(in_reply_to="<a@example.com>"), box)
    assert len(answers()) == 2


@pytest.mark.parametrize(
    "headers",
    [
        {"auto_submitted": "auto-generated"},
        {"precedence": "bulk"},
        {"precedence": "junk"},
        {"list_id": "<x.example>"},
        {"return_path": "<>"},
        {"x_auto_response_suppress": "All"},
        {"subject": "Out of office: back on Monday"},
        {"sender": "no-reply@example.com"},
        {"sender": "MAILER-DAEMON@example.com"},
        {"sender": "help@crm.example"},
        {"sender": "nobody"},
    ],
)
def test_machine_is_never_answered(box, headers):
    receive(letter(headers.pop("sender", "mia@example.com"), **headers), box)
    assert answers() == []


def test_colleague_whose_address_may_be_forged_is_not_answered(box):
    receive(letter(make_user().email), box)
    assert answers() == []


def test_two_houses_that_answer_each_other_end_at_once(box):
    for number in range(60):
        receive(letter(subject=f"We have got your message {number}", auto_submitted="auto-replied"), box)
    assert answers() == []


def test_machine_that_hides_what_it_is_gets_twenty_an_hour(box, monkeypatch):
    monkeypatch.setattr(answering, "MOST_AN_HOUR", 3)
    for number in range(6):
        receive(letter(subject=f"New matter {number}"), box)
    assert len(answers()) == 3
    receive(letter("other@example.com"), box)
    assert len(answers()) == 4


def test_answer_to_our_answer_is_the_same_conversation(box):
    mia = make_contact(name="Mia", emails=("mia@example.com",))
    first = receive(letter(), box)
    [sent] = answers()
    second = receive(letter(in_reply_to=sent.message_id), box)
    assert (second.thread, second.outcome, second.contact_id) == (first.thread, "reply", mia.pk)
    assert len(answers()) == 1


def test_mailbox_without_words_answers_nothing():
    receive(letter(), make_mailbox())
    assert answers() == []
