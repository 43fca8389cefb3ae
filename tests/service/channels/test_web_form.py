"""The web form of tickets: strangers fill it in, guarded without third parties, and learn nothing (S19)."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from crm.foreign.strangers import MOST_AN_HOUR
from crm.foreign.tokens import Purpose, make_token
from crm.models import OutgoingMail
from service.models import Queue, Ticket, WebForm
from tests.factories import make_contact

pytestmark = pytest.mark.django_db
TYPED = {"name": "Mia", "email": "mia@example.com", "kind": "complaint", "subject": "Broken pane",
         "message": "One of twelve.", "reference": "N00123"}  # fmt: skip


@pytest.fixture
def form():
    Queue.objects.create(name="Support")
    return WebForm.objects.create(name="Contact page", queue=Queue.objects.create(name="Claims", position=2))


def stamp(form: WebForm, seconds: int = 10) -> str:
    at = timezone.now().timestamp() - seconds
    return make_token(Purpose.FORM, {"form": f"ticket {form.pk}", "at": at}, None)


def send(form: WebForm, **more):
    return Client().post(form.public_path, {**TYPED, "stamp": stamp(form), **more})


def test_what_a_stranger_sends_is_a_ticket_of_the_queue(form):
    page = Client().get(form.public_path)
    assert page.status_code == 200
    assert "Your message" in page.content.decode()
    assert send(form, owner="1", priority="urgent", state="closed").status_code == 200
    ticket = Ticket.objects.get()
    assert (ticket.queue, ticket.channel, ticket.kind, ticket.subject, ticket.source) == (
        form.queue, "web", "complaint", "Broken pane", "Contact page",
    )  # fmt: skip
    assert (ticket.requester_email, ticket.contact, ticket.priority, ticket.state) == (
        "mia@example.com", None, "normal", "new",
    )  # fmt: skip
    assert ticket.messages.get().text == "One of twelve.\n\nOrder or serial number: N00123"


def test_a_stranger_learns_nothing_of_whom_we_know(form):
    mia = make_contact(name="CANARY Mia", emails=("mia@example.com",), city="Oslo")
    answers = [send(form).content, send(form, email="nobody@example.com").content]
    assert answers[0] == answers[1]
    assert b"CANARY" not in answers[0]
    assert {ticket.contact for ticket in Ticket.objects.all()} == {mia, None}
    assert not OutgoingMail.objects.exists()
    mia.refresh_from_db()
    assert mia.name == "CANARY Mia"


@pytest.mark.parametrize("bad", ["", "forged"])
def test_too_fast_or_without_our_stamp_it_comes_back_with_what_was_typed(form, bad):
    for given in (bad, stamp(form, seconds=1), make_token(Purpose.FORM, {"form": form.pk, "at": 0}, None)):
        answer = send(form, stamp=given)
        assert "One of twelve." in answer.content.decode()
    assert not Ticket.objects.exists()


def test_a_machine_that_fills_in_everything_is_thanked_and_forgotten(form):
    assert "Thank you" in send(form, website_address="https://spam.example").content.decode()
    assert not Ticket.objects.exists()


def test_bad_input_is_said_and_kept(form):
    answer = send(form, email="mia@", subject="")
    assert answer.status_code == 422
    assert "One of twelve." in answer.content.decode()
    assert not Ticket.objects.exists()


def test_line_ends_are_no_heads_of_mails(form):
    send(form, name="Mia\r\nBcc: eve@example.net", subject="One\r\nX: 2")
    ticket = Ticket.objects.get()
    assert (ticket.requester_name, ticket.subject) == ("Mia Bcc: eve@example.net", "One X: 2")


def test_of_a_flood_from_one_place_thirty_are_taken(form):
    answers = [send(form).status_code for _ in range(MOST_AN_HOUR + 2)]
    assert answers.count(429) == 2
    assert Ticket.objects.count() == MOST_AN_HOUR


def test_a_form_out_of_use_and_a_wrong_address_are_not_there(form):
    WebForm.objects.update(is_active=False)
    assert send(form).status_code == 404
    assert Client().get("/f/ticket/nothing/").status_code == 404
