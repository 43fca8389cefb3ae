"""Whom the product speaks to in which language: pages by the person, else the company; mails by who gets them."""

import csv
import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from crm.accounts.mails import send_notice
from crm.choices import Role
from crm.languages.speaking import language_of, speaking_to
from crm.models import Company, LogEntry, OutgoingMail, User
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def company():
    return Company.objects.create(pk=1, name="Northwind", language="en")


def person(language, **fields):
    return make.make_user(Role.ADMIN, language=language, **fields)


def page(user, address="/contacts/"):
    response = make.signed_in(user).get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_a_page_is_in_the_language_of_the_person(company):
    make.make_contact(name="Nordlicht GmbH")
    german, french, arabic = page(person("de")), page(person("fr")), page(person("ar"))
    assert '<html lang="de" dir="ltr"' in german and "Neuer Kontakt" in german and "Spalten" in german
    assert "Nouveau contact" in french and "Colonnes" in french
    assert '<html lang="ar" dir="rtl"' in arabic and "جهات الاتصال" in arabic
    assert "bootstrap.rtl.min.css" in arabic and "bootstrap.rtl.min.css" not in german
    assert "New contact" in page(person("en")) and "New contact" not in german


def test_who_chose_none_gets_that_of_the_company(company):
    user = person("")
    assert "New contact" in page(user)
    Company.objects.update(language="es")
    assert "Nuevo contacto" in page(user)
    assert language_of(User.objects.get(pk=user.pk)) == "es"


@pytest.mark.parametrize(
    ("accepted", "said"),
    [
        ("de-AT,de;q=0.9,en;q=0.5", "Anmelden"),
        ("fr", "Se connecter"),
        ("", "Sign in"),
        ("zh,*;q=0.1", "Iniciar sesión"),
    ],
)
def test_strangers_are_answered_as_their_browser_asks_or_else_as_the_company_speaks(company, accepted, said):
    Company.objects.update(language="es")
    make.make_user(Role.ADMIN, password="glass and oak")
    response = Client().get(reverse("account_login"), headers={"Accept-Language": accepted})
    assert said in response.content.decode() and "Accept-Language" in response["Vary"]


def test_the_language_of_a_person_costs_no_query(company):
    def count(user):
        client = make.signed_in(user)
        client.get("/contacts/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/contacts/")
        return len(queries)

    assert count(person("de")) == count(person("en")) <= 12


def test_a_form_typed_in_german_is_saved_and_what_is_stored_is_english(company):
    user = person("de")
    client = make.signed_in(user)
    contact = make.make_contact(name="Alt GmbH")
    shown = client.get(reverse("contacts:contact_update", args=[contact.pk])).content.decode()
    assert "Nachname" in shown or "Name" in shown
    before = LogEntry.objects.count()
    answer = client.post(
        reverse("crm:profile"),
        {"name": "Grete", "phone": "", "time_zone": "", "language": "de", "theme": "auto", "density": "comfortable",
         "notice_mail": "people", "opened": ""},
        follow=True,
    )  # fmt: skip
    assert answer.status_code == 200 and '<html lang="de"' in answer.content.decode()
    user.refresh_from_db()
    assert user.name == "Grete"
    assert all(
        "ä" not in entry.summary for entry in LogEntry.objects.order_by("-pk")[: LogEntry.objects.count() - before]
    )


def test_a_wrong_form_comes_back_in_the_language_of_the_person(company):
    answer = make.signed_in(person("fr")).post(reverse("crm:profile"), {"name": "", "language": "fr"})
    said = answer.content.decode()
    assert "Votre profil" in said and "avant l’enregistrement" in said


def test_mails_of_one_job_are_each_in_the_language_of_who_gets_them(company):
    for language in ("fr", "de", "en"):
        send_notice(user=person(language, name="Kim"), sentence="Your password was changed.", device="Firefox")
    french, german, english = [mail.text for mail in OutgoingMail.objects.order_by("pk")]
    assert french.startswith("Bonjour Kim") and german.startswith("Guten Tag Kim") and english.startswith("Hello Kim")
    assert translation.get_language() == "en"


def test_a_language_ends_with_what_is_said_in_it(company):
    with speaking_to(person("de")):
        assert translation.get_language() == "de"
    assert translation.get_language() == "en"


def test_files_and_the_api_are_the_same_in_every_language(company):
    make.make_contact(name="Nordlicht GmbH", city="Köln")
    files = {}
    for language in ("en", "de", "ar"):
        user = person(language)
        client = make.signed_in(user)
        response = client.get(reverse("contacts:contact_export"), headers={"Accept-Language": language})
        listed = list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))
        token = make.make_token(user)
        answer = Client().get(
            "/api/v1/contacts", headers={"Authorization": f"Bearer {token}", "Accept-Language": language}
        )
        files[language] = (listed, answer.json()["items"])
    assert files["en"] == files["de"] == files["ar"]
    assert LogEntry.objects.filter(verb="export").values("summary").distinct().count() == 1
