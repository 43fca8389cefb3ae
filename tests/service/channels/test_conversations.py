"""Chats and social networks: brought by the API, once, into the same queue and history."""

from __future__ import annotations

from functools import partial

import pytest
from django.core.exceptions import ValidationError

from contacts.choices import PointKind
from contacts.models import ContactPoint
from contacts.normalising import normalise_point
from crm.choices import Role
from service import actions
from service.channels.actions import take_word
from service.models import Conversation, Message, Ticket
from service.timeline import tickets_before
from tests.concurrency.racing import at_once
from tests.factories import make_contact, make_ticket, make_token, make_user

pytestmark = pytest.mark.django_db


def word(number: int = 1, conversation: str = "thread-1", **more):
    said = {"name": "Ada", "handle": "@ada"}
    values = {"text": f"Word {number}", "channel": "social", "sender": said, **more}
    return take_word(actor=None, source="instagram", conversation=conversation, external_id=f"m{number}", **values)


def test_first_word_opens_a_ticket_the_next_goes_on_and_a_repeated_one_is_none():
    first, is_new = word()
    assert is_new
    second, _ = word(2)
    again, is_new = word(2, text="Another text under the same id")
    assert (again, is_new) == (second, False)
    ticket = Ticket.objects.get()
    assert (ticket.channel, ticket.source, ticket.subject, ticket.requester_name) == (
        "social", "instagram", "Word 1", "Ada",
    )  # fmt: skip
    assert list(ticket.messages.order_by("pk").values_list("text", "channel")) == [
        ("Word 1", "social"), ("Word 2", "social"),
    ]  # fmt: skip
    assert first.ticket == ticket


def test_contact_is_found_by_the_handle_and_has_it_in_the_history():
    ada = make_contact(name="Ada Okafor")
    normal = normalise_point(PointKind.HANDLE, "@ada")
    ContactPoint.objects.create(contact=ada, kind=PointKind.HANDLE, value="@ada", normalised=normal)
    message, _ = word()
    assert message.ticket.contact == ada
    told = tickets_before(make_user(Role.AGENT), ada.pk, None, 10)
    assert "Word 1" in [entry.text for entry in told]


def test_closed_ticket_is_followed_by_another_and_a_merged_one_goes_on_where_it_went():
    first, _ = word()
    actions.close_ticket(actor=None, ticket=first.ticket)
    second, _ = word(2)
    assert (second.ticket.follows, Conversation.objects.get().ticket) == (first.ticket, second.ticket)
    into = make_ticket()
    actions.merge_ticket(actor=None, ticket=second.ticket, into=into)
    third, _ = word(3)
    assert third.ticket == into


def test_nothing_is_refused_with_a_sentence():
    with pytest.raises(ValidationError, match="nothing in it"):
        word(text=" ")


@pytest.mark.django_db(transaction=True)
def test_the_same_word_brought_twice_at_once_is_one():
    for number in range(1, 4):
        found = at_once([partial(word, number, f"thread-{number}")] * 3)
        assert len({message.pk for message, _ in found}) == 1
        assert [is_new for _, is_new in found].count(True) == 1
    assert (Ticket.objects.count(), Message.objects.count()) == (3, 3)


def test_programs_bring_words_by_the_api(client):
    agent = make_user(Role.AGENT)
    secret = make_token(agent, "tickets:write")
    body = {"source": "livechat", "conversation": "7", "external_id": "7-1", "text": "Hello?", "sender_name": "Ada"}

    def bring(**more):
        return client.post(
            "/api/v1/tickets/incoming", {**body, **more}, content_type="application/json",
            headers={"Authorization": f"Bearer {secret}"},
        )  # fmt: skip

    first = bring()
    assert (first.status_code, first.json()["channel"], first.json()["text"]) == (201, "chat", "Hello?")
    assert (bring().status_code, bring().json()["id"]) == (200, first.json()["id"])
    assert bring(external_id="7-2", text="Anybody?").json()["ticket_id"] == first.json()["ticket_id"]
    assert bring(source="Live Chat!").status_code == 422
    assert bring(external_id="7-3", contact_id=999).status_code == 422
    assert Message.objects.count() == 2


def test_who_may_open_only_tickets_of_their_own_has_what_their_program_brings():
    rep, agent = make_user(Role.REP), make_user(Role.AGENT)
    mine, _ = take_word(actor=rep, source="chat", conversation="1", external_id="1", text="Hello")
    anybodys, _ = take_word(actor=agent, source="chat", conversation="2", external_id="2", text="Hello")
    assert (mine.ticket.owner, anybodys.ticket.owner) == (rep, None)
