"""A quote on its way: one mail with its document and its link; and the pages that lead there."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from contacts.permission.actions import record_consent
from crm.models import FieldRule, OutgoingMail
from crm.saving import StaleRecord
from pipeline.models import Quote
from pipeline.quotes.actions import send_quote
from pipeline.quotes.links import quote_behind
from tests import factories as make
from tests.concurrency.forms import form_in

MAIL = {"to": "Ada <ada@example.org>", "subject": "Our quote", "text": "Hello Ada"}


def test_one_mail_goes_out_with_document_and_link(house, quote_of):
    quote = quote_of(contact=make.make_contact(name="Okafor & Sons", owner=house.rep, team=house.team))
    sent = send_quote(actor=house.rep, quote=quote, version=quote.version, mail=MAIL)
    mail = OutgoingMail.objects.get()
    assert (mail.recipient, mail.subject, mail.kind) == ("ada@example.org", "Our quote", "at_least_once")
    assert house.rep.email in mail.reply_to
    token = re.search(r"/q/([^/\s]+)/", mail.text)[1]
    assert quote_behind(token) == sent
    stored = mail.attachments.get().file
    assert (stored, stored.content_type) == (sent.document, "application/pdf")
    with stored.file.open("rb") as content:
        assert content.read().startswith(b"%PDF-")
    step = sent.steps.get(kind="sent")
    assert (step.actor, step.email, step.document_sha256) == (house.rep, "ada@example.org", stored.sha256)


def test_mailed_again_the_document_stays(house):
    quote = make.sent_quote(owner=house.rep)
    again = send_quote(actor=house.rep, quote=quote, version=quote.version, mail=MAIL)
    assert (again.document, again.sent_on) == (quote.document, quote.sent_on)
    assert OutgoingMail.objects.count() == 1


def test_what_changed_meanwhile_is_not_sent(house, quote_of):
    quote = quote_of()
    Quote.objects.filter(pk=quote.pk).update(version=2)
    with pytest.raises(StaleRecord):
        send_quote(actor=house.rep, quote=quote, version=1, mail=MAIL)
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize(
    "mail",
    [{"subject": "Hello\r\nBcc: all@example.org"}, {"to": "ada@example.org\nBcc: x@example.org"}, {"to": "nobody"}],
)
def test_no_line_gets_into_the_head_of_the_mail(house, mail):
    quote = make.sent_quote(owner=house.rep)
    with pytest.raises(ValidationError):
        send_quote(actor=house.rep, quote=quote, version=quote.version, mail={**MAIL, **mail})
    quote.refresh_from_db()
    assert (OutgoingMail.objects.count(), quote.steps.filter(kind="sent").count()) == (0, 1)


def test_who_said_no_to_mail_gets_none(house):
    quote = make.sent_quote(make.make_contact(emails=("ada@example.org",)), owner=house.rep)
    record_consent(actor=None, contact=quote.contact, channel="email", purpose="service", level=0)
    with pytest.raises(ValidationError, match="may not be sent"):
        send_quote(actor=house.rep, quote=quote, version=quote.version, mail=MAIL)


def test_a_rep_makes_and_sends_a_quote_of_a_deal(house):
    contact = make.make_contact(name="Okafor & Sons", emails=("ada@example.org",), owner=house.rep, team=house.team)
    deal = make.make_deal(contact=contact, owner=house.rep, title="Shop fit-out")
    client = make.signed_in(house.rep)
    page = client.get(f"/quotes/new/?deal={deal.pk}").content.decode()
    sent = {**form_in(page, "form_token").fields, "lines-0-product": house.frame.pk, "lines-0-quantity": "4"}
    sent |= {"lines-0-discount": "5", "lines-1-text": "With thanks", "lines-0-ORDER": "2", "lines-1-ORDER": "1"}
    answer = client.post("/quotes/new/", sent)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    quote = Quote.objects.get()
    assert (quote.title, quote.deal, quote.owner) == ("Shop fit-out", deal, house.rep)
    assert list(quote.lines.values_list("text", "quantity", "unit_price", "tax_rate", "amount")) == [
        ("With thanks", None, None, Decimal(0), Decimal(0)),
        ("", Decimal(4), Decimal(10), Decimal(19), Decimal(38)),
    ]
    url = reverse("pipeline:quote_send", args=[quote.pk])
    form = form_in(client.get(url).content.decode(), "opened").fields
    assert form["to"] == ["ada@example.org"]
    assert client.post(url, form).status_code == 302
    quote.refresh_from_db()
    assert (quote.state, OutgoingMail.objects.get().recipient) == ("sent", "ada@example.org")
    tab = client.get(f"{deal.get_absolute_url()}?tab=quotes").content.decode()
    assert quote.number in tab
    assert "Quote sent" in client.get(contact.get_absolute_url()).content.decode()


def test_a_refused_form_keeps_the_lines(house):
    contact = make.make_contact(owner=house.rep, team=house.team)
    client = make.signed_in(house.rep)
    form = form_in(client.get("/quotes/new/").content.decode(), "form_token").fields
    sent = {**form, "contact": contact.pk, "title": "", "lines-0-text": "Fitting", "lines-0-quantity": "1"}
    answer = client.post("/quotes/new/", sent)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Fitting" in text
    assert "both a quantity and a price" in text


def test_pages_of_quotes_ask_no_more_for_more_lines(house, quote_of, django_assert_max_num_queries):
    quotes = [quote_of(*[house.line()] * count) for count in (1, 30)]
    client = make.signed_in(house.rep)
    for quote in quotes:
        with django_assert_max_num_queries(16):
            assert client.get(quote.get_absolute_url()).status_code == 200
    with django_assert_max_num_queries(12):
        assert client.get("/quotes/").status_code == 200


def test_a_pdf_is_not_for_whom_money_is_hidden_from(house, quote_of):
    quote = make.sent_quote(make.make_contact(owner=house.rep, team=house.team), owner=house.rep)
    url = reverse("pipeline:quote_document", args=[quote.pk])
    client = make.signed_in(house.rep)
    assert client.get(url).status_code == 200
    FieldRule.objects.create(role="rep", model="pipeline.quote", field="amount", right="hidden")
    assert client.get(url).status_code == 403
    page = client.get(quote.get_absolute_url()).content.decode()
    assert "119.00" not in page
    assert "100.00" not in page
