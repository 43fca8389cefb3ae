"""A person answers a mail from the timeline: address, subject, quote, and the ids that make it one conversation."""

from __future__ import annotations

from email import message_from_bytes, policy

import pytest
from django.urls import reverse

from contacts.models import Interaction
from crm.choices import Role
from crm.mail.composing import compose
from crm.models import OutgoingMail
from tests.factories import make_company, make_contact, make_deal, make_user, signed_in
from tests.incoming.conftest import letter, receive

pytestmark = pytest.mark.django_db
ASKED = "Do you have blue ones?\n\nMia\n\n> We have red ones."


@pytest.fixture
def rep():
    make_company()
    return make_user(Role.REP, name="Rita")


@pytest.fixture
def mia(rep):
    return make_contact(name="Mia Keller", emails=("mia@example.com", "mia.private@example.org"), owner=rep)


def came(**fields) -> Interaction:
    fields = {"subject": "AW: Re: Blue ones", "message_id": "<2@example.com>", "text": ASKED, **fields}
    return Interaction.objects.get(pk=receive(letter("mia.private@example.org", **fields)).object_id or 0)


def test_the_form_of_an_answer_is_filled_from_the_mail(rep, mia):
    touch = came()
    client = signed_in(rep)
    part = reverse("contacts:composer_part", args=[mia.pk])
    assert f'href="{part}?kind=mail&amp;answer={touch.pk}"' in client.get(mia.get_absolute_url()).content.decode()
    form = client.get(part, {"kind": "mail", "answer": touch.pk}, headers={"HX-Request": "true"})
    assert form.context["mail_form"].initial == {
        "answers": touch.pk,
        "to": "mia.private@example.org",
        "subject": "Re: Blue ones",
        "quoted": form.context["mail_form"].initial["quoted"],
    }
    first, *lines = form.context["mail_form"].initial["quoted"].splitlines()
    assert first.endswith(", Mia Keller wrote:")
    assert lines == ["> Do you have blue ones?", ">", "> Mia", ">", ">> We have red ones."]
    html = form.content.decode()
    assert "<details" in html and "<details open" not in html, "the quote is folded"
    alone = client.get(part, {"kind": "mail", "answer": touch.pk}).content.decode()
    assert 'value="Re: Blue ones"' in alone, "the form is a page of its own without scripts"


def test_the_answer_names_the_mail_and_the_conversation_and_the_history_holds_no_quote(rep, mia):
    earlier = [f"<{number}.{'x' * 40}@example.com>" for number in range(30)]
    touch = came(references=" ".join(["<0@example.com>", *earlier, "no id at all"]), in_reply_to=earlier[-1])
    data = {
        "to": "mia.private@example.org", "subject": "Re: Blue ones", "text": "Yes, three.", "answers": touch.pk,
        "quoted": "On Monday, Mia wrote:\n> Do you have blue ones?",
    }  # fmt: skip
    answer = signed_in(rep).post(reverse("contacts:mail_send", args=[mia.pk]), data)
    assert answer.status_code == 302
    mail = OutgoingMail.objects.get()
    read = message_from_bytes(compose(mail), policy=policy.default)
    assert read["In-Reply-To"] == "<2@example.com>"
    ids = read["References"].split()
    assert (ids[0], ids[-2:]) == ("<0@example.com>", [earlier[-1], "<2@example.com>"])
    assert set(ids) <= {"<0@example.com>", *earlier, "<2@example.com>"} and len(mail.headers["References"]) < 900
    assert mail.text == "Yes, three.\n\nOn Monday, Mia wrote:\n> Do you have blue ones?"
    assert Interaction.objects.filter(direction="out").values_list("body", flat=True).get() == "Yes, three."


def test_what_cannot_be_answered_is_not_there_and_what_was_typed_stays(rep, mia):
    touch = came()
    other = make_contact(name="Ada", emails=("ada@example.com",), owner=rep)
    client = signed_in(rep)
    part = reverse("contacts:composer_part", args=[other.pk])
    for asked in (touch.pk, "x", "9" * 30):
        assert client.get(part, {"kind": "mail", "answer": asked}).status_code == 404
    data = {"to": "ada@example.com", "subject": "Re: x", "text": "Typed for long.", "answers": touch.pk}
    refused = client.post(reverse("contacts:mail_send", args=[other.pk]), data)
    assert refused.status_code == 422
    assert "not there any more" in refused.content.decode() and "Typed for long." in refused.content.decode()
    assert not OutgoingMail.objects.exists()


def test_a_mail_about_a_deal_is_answered_on_its_page(rep, mia):
    touch = came()
    deal = make_deal(contact=mia, owner=rep)
    Interaction.objects.filter(pk=touch.pk).update(about_model="pipeline.deal", about_id=deal.pk)
    client = signed_in(rep)
    part = reverse("pipeline:deal_composer", args=[deal.pk])
    assert f"{part}?kind=mail&amp;answer={touch.pk}" in client.get(deal.get_absolute_url()).content.decode()
    data = {"to": "mia@example.com", "subject": "Re: Blue ones", "text": "Yes.", "answers": touch.pk}
    assert client.post(reverse("pipeline:deal_mail", args=[deal.pk]), data).status_code == 302
    assert Interaction.objects.get(direction="out").about_id == deal.pk
    assert OutgoingMail.objects.get().headers["In-Reply-To"] == "<2@example.com>"
