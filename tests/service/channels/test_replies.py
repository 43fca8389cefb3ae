"""Replies into chats: signed, in order, at least once; what fails is tried again, what is broken pauses."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from crm.choices import Role
from crm.foreign.webhooks import signature
from crm.models import Company, Notice, OutgoingMail
from crm.notes.actions import attach_file
from service import actions
from service.channels import replies
from service.channels.actions import take_word
from service.channels.replies import deliver_replies, secret_of
from service.models import HookDelivery, ReplyHook
from tests.factories import make_company, make_user, signed_in
from tests.foreign.listeners import OK, Listener, hang_up, rules_for, served

pytestmark = pytest.mark.django_db
BROKEN = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
UNKNOWN = b"HTTP/1.1 404 Not Found\r\nContent-Length: 20\r\n\r\nNo such conversation"


@pytest.fixture
def ann():
    make_company()
    return make_user(Role.AGENT, name="Ann Agent")


def hook_at(server) -> ReplyHook:
    return ReplyHook.objects.update_or_create(
        source="instagram", defaults={"url": f"http://chat.example:{server.port}/replies?of=us"}
    )[0]


def asked_in_chat(conversation: str = "thread-1", number: int = 1, **more):
    message, _ = take_word(
        actor=None, source="instagram", conversation=conversation, external_id=f"m{number}", text="Where is it?",
        channel="social", sender={"handle": "@ada", **more},
    )  # fmt: skip
    return message.ticket


def head_and_body(raw: bytes) -> tuple[dict[str, str], bytes]:
    head, _, body = raw.partition(b"\r\n\r\n")
    lines = [line.split(": ", 1) for line in head.decode().split("\r\n")[1:]]
    return {name.lower(): value for name, value in lines}, body


def due_again() -> None:
    HookDelivery.objects.update(due_at=timezone.now() - dt.timedelta(seconds=1))


def test_a_reply_goes_into_the_chat_signed_and_its_state_is_shown(ann):
    asked: list[bytes] = []
    with served(OK, asked=asked) as server:
        hook = hook_at(server)
        ticket = asked_in_chat(email="ada@example.com")
        client = signed_in(ann)
        page = client.get(ticket.get_absolute_url()).content.decode()
        assert "Write to instagram." in page
        client.post(f"{ticket.get_absolute_url()}replies/new/", {"text": "On its way – ☂", "seen": 10**9})
        assert "Waiting" in client.get(ticket.get_absolute_url()).content.decode()
        assert deliver_replies(rules_for(server)) == 1
        assert deliver_replies(rules_for(server)) == 0
    message = ticket.messages.get(kind="out")
    head, body = head_and_body(asked[0])
    assert head["webhook-signature"] == signature(
        secret_of(hook), f"reply-{message.pk}", int(head["webhook-timestamp"]), body
    )
    assert json.loads(body) == {
        "type": "ticket.replied", "id": head["webhook-id"], "source": "instagram", "conversation": "thread-1",
        "ticket_id": ticket.pk, "text": "On its way – ☂", "author": "Ann Agent",
        "sent_at": message.sent_at.isoformat(),
    }  # fmt: skip
    assert (message.channel, message.outgoing, OutgoingMail.objects.count(), len(asked)) == ("social", None, 0, 1)
    assert "sent to instagram" in client.get(ticket.get_absolute_url()).content.decode()
    ticket.refresh_from_db()
    assert (ticket.state, ticket.owner) == ("waiting", ann)


def test_what_fails_is_tried_again_in_order_and_what_is_broken_pauses_until_it_answers(ann):
    admin = make_user(Role.ADMIN, name="Max")
    with served(BROKEN) as server:
        hook = hook_at(server)
        ticket, other = asked_in_chat(), asked_in_chat("thread-2", 2)
        first = actions.reply(actor=ann, ticket=ticket, text="One").delivery
        second = actions.reply(actor=ann, ticket=ticket, text="Two").delivery
        actions.reply(actor=ann, ticket=other, text="Elsewhere")
        assert deliver_replies(rules_for(server)) == 0
        second.refresh_from_db()
        assert (second.attempts, HookDelivery.objects.filter(attempts=1).count()) == (0, 2), (
            "in its conversation's order"
        )
        for _ in range(2):
            due_again()
            deliver_replies(rules_for(server))
        hook.refresh_from_db()
        assert (hook.consecutive_errors, hook.is_paused) == (5, True)
        due_again()
        assert (deliver_replies(rules_for(server)), server.connections) == (0, 5)
        assert Notice.objects.get(user=admin).title == "Replies to instagram do not arrive: instagram answered 503"
    first.refresh_from_db()
    assert (first.state, first.last_error) == ("queued", "instagram answered 503")
    assert "instagram answered 503" in signed_in(ann).get(ticket.get_absolute_url()).content.decode()
    ReplyHook.objects.update(paused_until=timezone.now() - dt.timedelta(seconds=1))
    asked: list[bytes] = []
    with served(OK, asked=asked) as server:
        hook_at(server)
        assert deliver_replies(rules_for(server)) == 3
    texts = [json.loads(head_and_body(raw)[1])["text"] for raw in asked]
    assert texts.index("One") < texts.index("Two")
    hook.refresh_from_db()
    assert (hook.consecutive_errors, hook.paused_at) == (0, None)


def test_a_dead_worker_loses_nothing_and_a_restored_house_sends_nothing(ann, monkeypatch):
    asked: list[bytes] = []
    with served(OK, asked=asked) as server:
        hook_at(server)
        delivery = actions.reply(actor=ann, ticket=asked_in_chat(), text="One").delivery
        Company.objects.update(sending_held_at=timezone.now())
        assert deliver_replies(rules_for(server)) == 0
        Company.objects.update(sending_held_at=None)

        def dies(name: str) -> None:
            raise SystemExit(name)

        monkeypatch.setattr(replies, "failpoint", dies)
        with pytest.raises(SystemExit):
            deliver_replies(rules_for(server))
        monkeypatch.undo()
        assert deliver_replies(rules_for(server)) == 0, "it may still be at it"
        HookDelivery.objects.update(claimed_at=timezone.now() - dt.timedelta(minutes=5))
        assert deliver_replies(rules_for(server)) == 1
    delivery.refresh_from_db()
    ids = [head_and_body(raw)[0]["webhook-id"] for raw in asked]
    assert (delivery.state, delivery.attempts, ids) == ("sent", 2, [f"reply-{delivery.message_id}"] * 2)


def test_a_reply_that_is_not_taken_waits_for_a_person_and_does_not_hold_up_others(ann):
    with served(UNKNOWN) as server:
        hook = hook_at(server)
        ticket = asked_in_chat()
        delivery = actions.reply(actor=ann, ticket=ticket, text="One").delivery
        assert deliver_replies(rules_for(server)) == 0
    delivery.refresh_from_db()
    assert (delivery.state, delivery.last_error) == ("parked", "instagram does not take it: 404: No such conversation")
    client = signed_in(ann)
    assert "Send again" in client.get(ticket.get_absolute_url()).content.decode()
    with served(OK) as server:
        hook_at(server)
        client.post(f"/tickets/deliveries/{delivery.pk}/again/")
        assert deliver_replies(rules_for(server)) == 1
    with pytest.raises(ValidationError, match="nothing to send again"):
        replies.send_again(actor=ann, delivery=delivery)
    hook.refresh_from_db()
    assert hook.consecutive_errors == 0


def test_no_request_leaves_for_our_own_network_and_the_hook_waits_until_it_is_changed(ann):
    with Listener(hang_up) as tripwire:
        hook = ReplyHook.objects.create(source="instagram", url=f"http://127.0.0.1:{tripwire.port}/")
        actions.reply(actor=ann, ticket=asked_in_chat(), text="One")
        assert (deliver_replies(), tripwire.connections) == (0, 0)
    hook.refresh_from_db()
    assert (hook.is_paused, hook.paused_until) == (True, None)


def test_without_a_hook_a_reply_goes_by_mail_and_files_are_not_lost_on_the_way(ann, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    ticket = asked_in_chat(email="ada@example.com")
    message = actions.reply(actor=ann, ticket=ticket, text="By mail")
    assert (message.channel, message.outgoing.recipient) == ("email", "ada@example.com")
    with pytest.raises(ValidationError, match="no e-mail address"):
        actions.reply(actor=ann, ticket=asked_in_chat("thread-2", 2), text="Nowhere")
    ReplyHook.objects.create(source="instagram", url="https://chat.example/")
    kept = attach_file(actor=ann, record=ticket, upload=SimpleUploadedFile("offer.txt", b"Forty euros"))
    with pytest.raises(ValidationError, match="Files cannot go to instagram"):
        actions.reply(actor=ann, ticket=ticket, text="See", files=[kept])
