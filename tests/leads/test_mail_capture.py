"""Capture by mail: what strangers write to a mailbox for enquiries is a lead, and changes nothing that is stored."""

from __future__ import annotations

import pytest

from contacts.models import Contact, Interaction
from crm.choices import Role
from crm.models import Mailbox, OutgoingMail
from leads.models import Lead, LeadTouch
from tests.factories import make_contact, make_lead, make_user
from tests.incoming.conftest import letter, make_mailbox, receive, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def box() -> Mailbox:
    return make_mailbox(purpose="enquiries", address="hello@crm.example")


def test_stranger_becomes_a_lead_with_what_they_wrote(box):
    mail = receive(letter("Ada Okafor <ada@example.org>", subject="Frames", text="How much?\n\n-- \nAda"), box)
    lead = Lead.objects.get()
    touch = LeadTouch.objects.get()
    assert (lead.name, lead.email, lead.message, lead.source, lead.contact) == (
        "Ada Okafor", "ada@example.org", "How much?", "mail", None,
    )  # fmt: skip
    assert (touch.channel, touch.direction, touch.subject, touch.body) == ("email", "in", "Frames", "How much?")
    assert (lead.status, lead.first_touch_at) == ("new", None)
    assert (mail.outcome, mail.record_model, mail.record_id) == ("lead", "leads.lead", lead.pk)
    assert Contact.objects.count() == 0


def test_known_person_becomes_a_lead_of_that_contact_whose_facts_stay(box):
    ada = make_contact(name="Ada Okafor", emails=("ada@example.org",))
    before = Contact.objects.filter(pk=ada.pk).values().get()
    receive(letter("CEO of Everything <ADA@example.org>"), box)
    lead = Lead.objects.get()
    assert (lead.contact, lead.name) == (ada, "CEO of Everything")
    assert Contact.objects.count() == 1
    assert Contact.objects.filter(pk=ada.pk).values().get() == before
    assert Interaction.objects.get(contact=ada).direction == "in"


def test_second_mail_is_a_touch_with_the_same_lead(box):
    for text in ("How much?", "And blue ones?"):
        receive(letter("ada@example.org", text=text), box)
    assert Lead.objects.count() == 1
    assert list(LeadTouch.objects.order_by("pk").values_list("body", flat=True)) == ["How much?", "And blue ones?"]


def test_one_sender_makes_few_leads_a_day(box):
    for _ in range(7):
        receive(letter("ada@example.org"), box)
        Lead.objects.update(status="disqualified")
    assert Lead.objects.count() == 5


@pytest.mark.parametrize(
    "headers", [{"auto_submitted": "auto-replied"}, {"list_id": "<n.example>"}, {"precedence": "bulk"}]
)
def test_machine_makes_no_lead(box, headers):
    receive(letter("ada@example.org", **headers), box)
    assert not Lead.objects.exists()


def test_colleague_makes_no_lead(box):
    receive(letter(make_user(Role.AGENT).email), box)
    assert not Lead.objects.exists()


def test_answer_of_a_contact_that_comes_to_enquiries_is_an_answer(box):
    ada = make_contact(name="Ada", emails=("ada@example.org",))
    ours = write(to="ada@example.org", contact_id=ada.pk)
    mail = receive(letter("ada@example.org", in_reply_to=ours.message_id), box)
    assert (mail.outcome, Lead.objects.count(), Interaction.objects.count()) == ("reply", 0, 1)


def test_answer_to_a_mail_to_a_lead_is_a_touch_with_it():
    lead = make_lead(email="ada@example.org")
    ours = write(to="ada@example.org", about=lead)
    mail = receive(letter("ada@example.org", in_reply_to=ours.message_id, text="Yes."))
    touch = LeadTouch.objects.get(lead=lead)
    assert (mail.outcome, mail.answers, touch.direction, touch.body) == ("reply", ours, "in", "Yes.")
    assert LeadTouch.objects.filter(pk=mail.object_id or 0).exists()


def test_stranger_with_the_id_of_a_mail_to_a_lead_touches_nothing():
    lead = make_lead(email="ada@example.org")
    ours = write(to="ada@example.org", about=lead)
    receive(letter("eve@example.net", in_reply_to=ours.message_id))
    assert not LeadTouch.objects.exists()


def test_enquiry_is_acknowledged_without_its_words(box):
    Mailbox.objects.filter(pk=box.pk).update(acknowledgement="Thank you. We will be in touch.")
    box.refresh_from_db()
    receive(letter("ada@example.org", subject="SECRET", text="SECRET"), box)
    sent = OutgoingMail.objects.get()
    assert "SECRET" not in sent.subject + sent.text
    assert sent.recipient == "ada@example.org"


def test_enquiry_without_a_sender_is_kept(box):
    assert receive(b"Subject: Hello\r\n\r\nWho am I?", box).outcome == "kept"
    assert not Lead.objects.exists()
