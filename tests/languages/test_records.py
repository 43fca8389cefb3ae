"""Pages of records and pages for customers in the language of who reads them; what is written in them keeps its own."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from contacts.models import Consent, Purpose
from crm.choices import Role
from crm.foreign.tokens import Purpose as Seal
from crm.foreign.tokens import make_token
from crm.models import Company
from pipeline.quotes.links import token_of
from service.portal.links import link_for
from tests import factories as make

pytestmark = pytest.mark.django_db
MIA = "mia@example.com"


@pytest.fixture(autouse=True)
def company():
    return Company.objects.create(pk=1, name="Northwind", language="es", currency="EUR")


def seen(address, language, client=None):
    return (client or Client()).get(address, headers={"Accept-Language": language}).content.decode()


def test_the_page_of_a_contact_and_its_history_are_in_the_language_of_the_person():
    mia = make.make_contact(name="Mia Keller")
    make.make_interaction(mia, subject="", outcome="left a message")
    german, arabic = (
        seen(mia.get_absolute_url(), "", make.signed_in(make.make_user(Role.ADMIN, language=code)))
        for code in ("de", "ar")
    )
    said = ("Verlauf durchsuchen", "Anruf festhalten", "Ergebnis: Nachricht hinterlassen", "Weitere Aktionen")
    assert [words for words in said if words not in german] == []
    assert "البحث في السجلّ" in arabic and "Search the history" not in german + arabic


def test_a_deal_says_its_words_in_french_and_the_names_of_its_stages_as_they_are():
    stage = make.make_pipeline().stages.first()
    deal = make.make_deal(stage, amount=Decimal(1200), title="Oak frames")
    page = seen(deal.get_absolute_url(), "", make.signed_in(make.make_user(Role.ADMIN, language="fr")))
    assert "Dans cette affaire" in page and "Prochaine étape" in page and f"<span>{stage.name}" in page


@pytest.mark.parametrize(("language", "words"), [("de", "Was möchten Sie erhalten?"), ("ar", "ماذا تود أن تتلقى؟")])
def test_a_customer_chooses_what_to_get_in_the_language_of_the_browser(language, words):
    contact = make.make_contact(name="Mia Keller", emails=(MIA,))
    token = make_token(Seal.PREFERENCES, {"contact": contact.pk}, None)
    page = seen(reverse("campaigns:preferences", args=[token]), language)
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"' in page and words in page


def test_a_quote_is_answered_in_the_language_of_the_browser_and_its_sheet_is_its_document():
    quote = make.sent_quote(make.make_contact(name="Okafor & Sons"), title="Oak frames")
    page = seen(reverse("pipeline:quote_page", args=[token_of(quote)]), "de")
    assert "Angebot annehmen" in page and '<article class="public-sheet" lang="en" dir="ltr">' in page
    assert "<dt>Valid until</dt>" in page


def test_what_a_customer_agrees_to_is_kept_as_they_read_it():
    make.make_contact(name="Mia Keller", emails=(MIA,))
    purpose = Purpose.objects.get(key="marketing")
    path = f"/portal/{link_for(MIA, shows_all=True).partition('/portal/')[2]}data/"
    client = Client(headers={"Accept-Language": "de"})
    offered = f"Ja, senden Sie mir E-Mails: {purpose.label}"
    assert offered in client.get(path).content.decode()
    client.post(path, {"purpose": purpose.key, "says": "yes"})
    assert Consent.objects.get().wording == offered
