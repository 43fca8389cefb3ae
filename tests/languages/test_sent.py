"""What is sent, stored or read in is the same whatever the language of who pressed the button."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse

from contacts.models import Interaction
from crm.accounts.actions import CHANGES, note_sign_in_change, remove_second_factors
from crm.choices import Role
from crm.company import company_today
from crm.languages.speaking import speaking_to
from crm.models import Company, ExchangeRate, OutgoingMail, Team
from pipeline.quotes.drawing.document import document_of
from pipeline.quotes.links import token_of
from service.models import Macro
from tests import factories as make
from tests.admin.test_saving import save
from tests.incoming.conftest import letter, receive

pytestmark = pytest.mark.django_db
WHEN = re.compile(rb"/(CreationDate|ModDate|ID) ?[(\[][^)\]]*[)\]]|<xmp.*?>.*?</xmp[^>]*>", re.DOTALL)


@pytest.fixture(autouse=True)
def company():
    return Company.objects.create(pk=1, name="Northwind", language="en", currency="EUR")


def test_a_draft_of_a_quote_is_the_same_file_for_whoever_opens_it():
    people = [make.make_user(Role.ADMIN, language=language) for language in ("en", "de", "ar")]
    quote = make.make_quote(make.make_contact(name="Okafor & Sons"), owner=people[0], title="Oak frames")
    words, files = [], []
    for user in people:
        answer = make.signed_in(user).get(reverse("pipeline:quote_document", args=[quote.pk]))
        files.append(WHEN.sub(b"", b"".join(answer.streaming_content) if answer.streaming else answer.content))
        with speaking_to(user):
            words.append(document_of(quote, company_today()))
    assert files[0].startswith(b"%PDF-") and files[0] == files[1] == files[2]
    assert words[0] == words[1] == words[2]
    today = company_today()
    assert words[0].is_draft and words[0].day == f"{today.day}\xa0{today:%B}\xa0{today.year}"


def test_the_page_of_a_quote_is_its_document_in_every_browser():
    quote = make.sent_quote(make.make_contact(name="Okafor & Sons"), title="Oak frames")
    said = document_of(quote, company_today())
    for language in ("en", "de", "ar"):
        page = Client().get(
            reverse("pipeline:quote_page", args=[token_of(quote)]), headers={"Accept-Language": language}
        )
        assert said.total in page.content.decode() and said.valid_until in page.content.decode()


@pytest.mark.parametrize("language", ["en", "fr", "es", "de"])
def test_a_day_with_slashes_is_asked_for_again_and_one_with_points_is_read(language):
    client = make.signed_in(make.make_user(Role.ADMIN, language=language))
    save(client, "crm_exchangerate", currency="CHF", valid_from="05/03/2026", rate="1.05")
    assert not ExchangeRate.objects.exists()
    save(client, "crm_exchangerate", currency="CHF", valid_from="05.03.2026", rate="1.05")
    save(client, "crm_exchangerate", currency="CHF", valid_from="2026-03-06", rate="1.05")
    days = ExchangeRate.objects.order_by("valid_from").values_list("valid_from", flat=True)
    assert list(days) == [dt.date(2026, 3, 5), dt.date(2026, 3, 6)]


def test_the_line_over_what_is_quoted_is_english_for_a_german():
    rep = make.make_user(Role.REP, language="de")
    mia = make.make_contact(name="Mia Keller", emails=("mia@example.com",), owner=rep)
    touch = Interaction.objects.get(pk=receive(letter("mia@example.com", text="Blue ones?")).object_id or 0)
    Interaction.objects.filter(pk=touch.pk).update(occurred_at=dt.datetime(2019, 5, 12, 9, tzinfo=dt.UTC))
    part = reverse("contacts:composer_part", args=[mia.pk])
    form = make.signed_in(rep).get(part, {"kind": "mail", "answer": touch.pk}, headers={"HX-Request": "true"})
    first = form.context["mail_form"].initial["quoted"].splitlines()[0].replace("\xa0", " ")
    assert first.startswith("On 12 May 2019") and first.endswith("Mia Keller wrote:")


def test_the_day_in_a_macro_is_that_of_the_ticket_and_not_of_the_agent():
    agent = make.make_user(Role.AGENT, language="de", team=Team.objects.create(name="Service"))
    opened = dt.datetime(2019, 5, 12, 9, tzinfo=dt.UTC)
    ticket = make.make_ticket(opened_at=opened, subject="Where is it", body="When will I get the new ones, please?")
    Macro.objects.create(name="Since", code="since", reach="all", text="You asked on {{opened}}.")
    client = make.signed_in(agent)
    offer = client.get(reverse("service:macro_offer", args=[ticket.pk]), headers={"Accept": "application/json"})
    assert "You asked on 12 May 2019." in offer.content.decode().replace("\\u00a0", " ").replace("\xa0", " ")


@pytest.mark.parametrize(
    ("language", "subject", "sentence"),
    [
        ("de", "Ihr Passwort wurde geändert", "Ihr Passwort wurde geändert."),
        ("fr", "Votre mot de passe a été modifié", "Votre mot de passe a été modifié."),
        ("es", "Su contraseña ha cambiado", "Su contraseña ha cambiado."),
        ("en", "Your password was changed", "Your password was changed."),
    ],
)
def test_a_mail_about_a_changed_sign_in_is_in_the_language_of_who_gets_it(language, subject, sentence):
    user = make.make_user(Role.REP, language=language)
    note_sign_in_change(user=user, change="account/email/password_changed", device="Firefox")
    mail = OutgoingMail.objects.get()
    assert mail.subject == subject and sentence in mail.text.splitlines()


def test_no_mail_about_a_changed_sign_in_has_an_english_sentence_for_a_german():
    user = make.make_user(Role.REP, language="de")
    for change in CHANGES:
        note_sign_in_change(user=user, change=change, device="")
    remove_second_factors(actor=make.make_user(Role.ADMIN), user=user)
    said = [(mail.subject, mail.text) for mail in OutgoingMail.objects.all()]
    english = [*CHANGES.values(), "An administrator took your second factors away."]
    assert len(said) == len(english)
    assert [text for subject, text in said for words in english if words in text or words.startswith(subject)] == []
