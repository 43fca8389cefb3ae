"""The mails of a sequence as a lead will get them, and one of them to oneself."""

from __future__ import annotations

from email import message_from_bytes, policy

import pytest
from django.urls import reverse

from crm.mail.composing import compose
from crm.models import OutgoingMail
from leads.models import LeadTouch, SequenceTouch
from leads.nurturing import actions
from leads.nurturing.actions import StepInput
from leads.nurturing.engine import run_sequences
from tests.factories import make_lead, signed_in
from tests.leads.nurturing import ALWAYS, enrolled

pytestmark = pytest.mark.django_db
STEPS = (
    StepInput(
        "mail",
        0,
        "Corners for {organization|your shop}",
        "Hi {first_name|there} <b>,\n\nsee https://a.example/x?a=1&b=2",
    ),
    StepInput("call", 3, "Ask {name}"),
    StepInput("mail", 4, "For {city}", "You are in {city}."),
)


@pytest.fixture
def sequence(house):
    return actions.create_sequence(actor=house.marketer, fields={"name": "Box", **ALWAYS}, steps=STEPS)


def test_what_is_looked_at_is_what_the_lead_gets(house, sequence):
    enrolment = enrolled(house, sequence)
    page = signed_in(house.rep).get(reverse("leads:sequence_look", args=[sequence.pk]))
    (first, _), (second, _) = page.context["looks"]
    assert page.context["lead"] == enrolment.lead
    assert (first.mail.subject, second.mail) == ("Corners for your shop", None)
    assert (
        second.why == "City is not known, and the mail says nothing instead: this lead would get no mail by this step."
    )
    run_sequences()
    sent = OutgoingMail.objects.get()
    assert sent.subject == first.mail.subject
    assert sent.text.partition("\n\n-- \n")[0] == first.mail.text.partition("\n\n-- \n")[0]
    assert sent.html.partition("<hr>")[0] == first.mail.html.partition("<hr>")[0]
    assert "<p>Hi Ada &lt;b&gt;,</p>" in sent.html, "what a stranger typed is no markup"
    assert '<a href="https://a.example/x?a=1&amp;b=2">' in sent.html
    read = message_from_bytes(compose(sent), policy=policy.default)
    assert [part.get_content_type() for part in read.iter_parts()] == ["text/plain", "text/html"]
    assert sent.headers["List-Unsubscribe"].strip("<>") in sent.html.replace("&amp;", "&")


def test_a_test_goes_to_who_asks_once_and_touches_no_lead(house, sequence):
    lead = make_lead(name="Ada Lund", first_name="Ada", owner=house.rep, team=house.rep.team)
    client = signed_in(house.rep)
    page = client.get(reverse("leads:sequence_look", args=[sequence.pk]), {"lead": lead.pk})
    look, token = page.context["looks"][0]
    data = {"step": look.step.pk, "lead": lead.pk, "form_token": token}
    url = reverse("leads:sequence_test", args=[sequence.pk])
    for _ in range(2):
        assert client.post(url, data, follow=True).redirect_chain[-1][0].endswith(f"/look/?lead={lead.pk}")
    mail = OutgoingMail.objects.get()
    assert (mail.recipient, mail.subject) == (house.rep.email, "[Test] Corners for your shop")
    assert mail.contact_id is None and "List-Unsubscribe" not in mail.headers
    assert not (LeadTouch.objects.exists() or SequenceTouch.objects.exists())


def test_nobody_looks_through_a_lead_out_of_sight_and_a_step_that_is_gone_is_said(house, sequence):
    lead = make_lead(name="Ada Lund", first_name="Ada", owner=house.rep, team=house.rep.team)
    look, test = (reverse(f"leads:sequence_{name}", args=[sequence.pk]) for name in ("look", "test"))
    stranger = signed_in(house.stranger)
    for asked in (lead.pk, "x", "9" * 30):
        assert stranger.get(look, {"lead": asked}).status_code == 404
    assert "you see no lead yet" in stranger.get(look).content.decode()
    step = sequence.steps.first()
    for client, keys in (
        (stranger, {"step": step.pk, "lead": lead.pk}),
        (signed_in(house.rep), {"step": sequence.steps.all()[1].pk, "lead": lead.pk}),
        (signed_in(house.rep), {"step": sequence.steps.all()[2].pk, "lead": lead.pk}),
    ):
        assert client.post(test, keys).status_code == 302
    assert not OutgoingMail.objects.exists()
