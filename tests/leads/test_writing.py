"""Mails to leads by hand: the answer to theirs, whom it reaches, and that it is sent once."""

import pytest
from django.urls import reverse

from contacts.permission.actions import record_consent
from crm.models import OutgoingMail, SuppressedAddress
from leads.models import Lead, LeadTouch
from tests.factories import make_contact, make_lead, signed_in
from tests.incoming.conftest import letter, make_mailbox, receive

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(house) -> LeadTouch:
    """Ada has written to the mailbox for enquiries; her lead is the rep's."""
    box = make_mailbox(purpose="enquiries", address="hello@crm.example")
    raw = letter("Ada Okafor <ada@example.org>", subject="AW: Frames", text="How much?", message_id="<q1@example.org>")
    receive(raw, box)
    Lead.objects.update(owner=house.rep, team=house.rep.team)
    return LeadTouch.objects.select_related("lead").get()


def address(lead: Lead) -> str:
    return reverse("leads:lead_mail", args=[lead.pk])


def said(page, **fields) -> dict[str, object]:
    """What the form of this page sends."""
    context = page.context
    typed = {name: context["form"][name].value() for name in ("to", "subject", "quoted")}
    hidden = {"answer": context["answer"], "form_token": context["form_token"]}
    return {**typed, **hidden, "text": "Twenty each.", **fields}


def test_an_answer_knows_what_it_answers_is_sent_once_and_stops_the_clock(house, asked):
    client, lead = signed_in(house.rep), asked.lead
    shown = client.get(lead.get_absolute_url()).content.decode()
    assert f"{address(lead)}?kind=mail&amp;answer={asked.pk}" in shown
    page = client.get(f"{address(lead)}?kind=mail&answer={asked.pk}")
    data = said(page)
    assert (data["to"], data["subject"]) == ("ada@example.org", "Re: Frames")
    assert "Ada Okafor wrote:\n> How much?" in str(data["quoted"])
    for _ in range(2):
        assert client.post(address(lead), data).url == lead.get_absolute_url()
    mail = OutgoingMail.objects.get()
    assert (mail.recipient, mail.headers["In-Reply-To"], mail.subject) == (
        "ada@example.org", "<q1@example.org>", "Re: Frames",
    )  # fmt: skip
    assert mail.text.startswith("Twenty each.\n\nOn ")
    lead.refresh_from_db()
    assert (lead.status, lead.first_touch_at is not None) == ("working", True)
    assert lead.touches.order_by("pk").last().body == "Twenty each."
    receive(letter("ada@example.org", in_reply_to=mail.message_id, text="Fine."))
    assert lead.touches.order_by("pk").last().body == "Fine."


def test_what_was_typed_survives_a_refusal(house, asked):
    SuppressedAddress.objects.create(address="ada@example.org", reason="bounce")
    client = signed_in(house.rep)
    page = client.get(f"{address(asked.lead)}?answer={asked.pk}")
    refused = client.post(address(asked.lead), said(page))
    assert refused.status_code == 422
    assert "No mail reaches this address" in refused.content.decode()
    assert "Twenty each." in refused.content.decode()
    wrong = client.post(address(asked.lead), said(page, to="nowhere", text=""))
    assert set(wrong.context["form"].errors) == {"to", "text"}
    assert not OutgoingMail.objects.exists()


def test_nobody_is_written_to_who_said_no(house, asked):
    contact = make_contact(name="Ada Okafor", emails=("ada@example.org",))
    record_consent(actor=house.rep, contact=contact, channel="email", purpose="service", level=0)
    Lead.objects.update(contact=contact)
    client = signed_in(house.rep)
    refused = client.post(address(asked.lead), said(client.get(address(asked.lead)), subject="Hello"))
    assert "This mail may not be sent. They said no" in str(refused.context["form"].errors)
    assert not OutgoingMail.objects.exists()


def test_the_mail_of_another_lead_is_not_there(house, asked):
    other, client = make_lead(owner=house.rep, email="bo@example.org"), signed_in(house.rep)
    assert client.get(f"{address(other)}?answer={asked.pk}").status_code == 404
    assert client.get(f"{address(other)}?answer=x9").status_code == 404
    gone = client.post(address(other), said(client.get(address(other)), answer=str(asked.pk), subject="Hello"))
    assert "is not there any more" in gone.content.decode()
    client.post(address(other), said(client.get(address(other)), subject="Hello"))
    mail = OutgoingMail.objects.get()
    assert (mail.recipient, "In-Reply-To" in mail.headers) == ("bo@example.org", False)
    assert signed_in(house.stranger).get(address(other)).status_code == 404
