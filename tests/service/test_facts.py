"""What stands in a ticket beside its words: what it is about, the piece in question, whether a reply has left."""

from __future__ import annotations

import pytest
from django.utils import timezone

from crm.choices import Role
from crm.mail.choices import MailState
from crm.models import OutgoingMail
from service import actions
from service.choices import MARKETING_PS
from service.models import Ticket
from tests.concurrency.forms import form_in
from tests.factories import make_contact, make_product, make_registration, make_ticket, make_user, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser():
    return signed_in(make_user(Role.AGENT))


def test_the_seven_ps_are_offered_as_tags_and_any_other_can_be_typed(browser):
    page = browser.get("/tickets/new/").content.decode()
    offered = page.partition('<datalist id="id_tags_words">')[2].partition("</datalist>")[0]
    assert offered.count("<option") == 7
    assert all(f'<option value="{word}">' in offered for word in MARKETING_PS)
    assert 'list="id_tags_words"' in page
    fields = form_in(page, "form_token").fields | {"subject": "Late and rude", "kind": "complaint"}
    browser.post("/tickets/new/", {**fields, "tags": "place, people, people, third time"})
    ticket = Ticket.objects.get()
    assert (ticket.kind, ticket.tags) == ("complaint", ["place", "people", "third time"])


def test_the_piece_in_question_is_one_of_the_customers_own(browser):
    product = make_product(name="Mitre saw")
    mia, other = make_contact(name="Mia Keller"), make_contact(name="Ada Okafor")
    own = make_registration(mia, product=product, serial="S-MIA")
    foreign = make_registration(other, product=product, serial="S-ADA")
    ticket = make_ticket(mia)
    page = browser.get(f"/tickets/{ticket.pk}/edit/").content.decode()
    assert ("S-MIA" in page, "S-ADA" in page) == (True, False)
    fields = form_in(page, "version").fields
    refused = browser.post(f"/tickets/{ticket.pk}/edit/", {**fields, "registration": foreign.pk})
    assert refused.status_code == 422
    taken = browser.post(f"/tickets/{ticket.pk}/edit/", {**fields, "registration": own.pk, "product": product.pk})
    assert taken.status_code == 302
    ticket.refresh_from_db()
    assert (ticket.registration, ticket.product) == (own, product)
    shown = browser.get(ticket.get_absolute_url()).content.decode()
    assert "S-MIA" in shown
    assert "Mitre saw" in shown


def test_whether_a_reply_has_left_stands_at_the_message(browser):
    ticket = make_ticket(make_contact(emails=("mia@example.com",)))
    message = actions.reply(actor=None, ticket=ticket, text="Two new panes leave today.")
    sent = message.outgoing
    assert sent is not None
    message_id = sent.message_id
    for state, words in (
        (MailState.QUEUED, "queued"), (MailState.HELD, "held"), (MailState.FAILED, "failed"),
        (MailState.PARKED, "parked"), (MailState.SENT, "sent"),
    ):  # fmt: skip
        sent_at = timezone.now() if state == MailState.SENT else None
        OutgoingMail.objects.filter(pk=sent.pk).update(state=state, sent_at=sent_at)
        page = browser.get(ticket.get_absolute_url()).content.decode()
        head = page.partition(f'id="message-{message.pk}"')[2].partition('class="say-body"')[0]
        assert words in head, state
        assert ("pill" in head) is (state != MailState.SENT), "what has left is said quietly, all else stands out"
    sent.refresh_from_db()
    assert sent.message_id == message_id
