"""In which language somebody is asked: that of their ticket, that of their last answer, else the survey's own."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from crm.choices import Role
from crm.models import OutgoingMail
from feedback.actions import create_survey, open_survey, translate_survey
from feedback.answering.links import token_of
from feedback.asking.mails import languages_of, named
from feedback.languages import MAILED, NAMES, WORDS
from feedback.models import Survey
from feedback.ready import READY
from tests.factories import make_company, make_response, make_survey, make_ticket, make_user
from tests.feedback.test_asking import customer, send
from tests.past.feedback_actions import invited

pytestmark = pytest.mark.django_db
GERMAN = {
    "title": "Würden Sie uns empfehlen?", "mail_subject": "Eine Frage",
    "mail_text": "Guten Tag {first_name},\nwie war es?",
}  # fmt: skip


@pytest.fixture
def company(db):
    return make_company()


@pytest.fixture
def survey(company) -> Survey:
    fields = {
        "name": "Spring", "kind": "nps", "mail_subject": "One question", "mail_text": "Dear {first_name},\nhow was it?"
    }  # fmt: skip
    made = open_survey(actor=None, survey=create_survey(actor=None, fields=fields, questions=READY["nps"].questions))
    first = made.questions.get(dimension="nps")
    texts = {**GERMAN, f"q{first.pk}": "Wie wahrscheinlich ist es?"}
    return translate_survey(actor=None, survey=made, version=made.version, language="de", texts=texts)


def test_every_language_has_all_words():
    for words in (WORDS, MAILED):
        assert set(words) == set(NAMES)
        for language, found in words.items():
            assert {key for key, text in found.items() if text.strip()} == set(words["en"]), language


def test_who_answered_in_a_language_is_asked_in_it_again(survey):
    mia, tom, ada = customer("Mia"), customer("Tom"), customer("Ada")
    make_response(mia, language="de")
    make_response(ada, language="fr")  # which the survey does not speak
    send(survey)
    mails = {mail.contact_id: mail for mail in OutgoingMail.objects.all()}
    german = mails[mia.pk]
    assert german.subject == "Eine Frage"
    for words in ("Guten Tag Mia,", "Wie wahrscheinlich ist es?", "Sie möchten nicht mehr gefragt werden?"):
        assert words in german.html
    assert german.html.count("?score=") == german.html.count("&amp;lang=de") == 11
    assert "?lang=de" in german.text
    for contact in (tom, ada):
        assert mails[contact.pk].subject == "One question"
        assert "?lang=" not in mails[contact.pk].html and "lang=de" not in mails[contact.pk].html
        assert "You do not want to be asked any more?" in mails[contact.pk].text


def test_after_a_ticket_its_language_counts_before_that_of_earlier_answers(survey):
    mia = customer("Mia")
    make_response(mia, language="en")
    asked = invited(survey=survey, contact=mia, ticket=make_ticket(mia, language="de"))
    assert languages_of([asked], survey) == {mia.pk: "de"}
    asked.ticket = make_ticket(mia, language="sv")
    assert languages_of([asked], survey) == {mia.pk: "en"}


def test_a_name_that_nobody_knows_leaves_no_hole():
    assert named("Dear {first_name},", "", "en") == "Dear there,"
    assert named("Guten Tag {first_name},", "", "de") == "Guten Tag,"
    assert named("{first_name}, wie war es?", "Mia", "de") == "Mia, wie war es?"


def test_arabic_is_read_from_the_right(survey):
    translate_survey(actor=None, survey=survey, version=survey.version, language="ar", texts={"title": "هل توصي بنا؟"})
    page = Client().get(f"/s/{token_of(invited(survey=survey))}/?lang=ar").content.decode()
    assert '<html lang="ar" dir="rtl">' in page
    assert ("هل توصي بنا؟" in page, "إرسال" in page) == (True, True)
    mia = customer("Mia")
    make_response(mia, language="ar", survey=make_survey())
    send(survey)
    assert OutgoingMail.objects.get(contact_id=mia.pk).html.startswith('<!doctype html>\n<html lang="ar" dir="rtl">')


def test_what_stands_in_a_survey_more_than_once_is_translated_once(company, client):
    client.force_login(make_user(Role.MANAGER))
    fields = {"name": "What matters", "kind": "attributes"}
    made = create_survey(actor=None, fields=fields, questions=READY["attributes"].questions)
    address = reverse("feedback:survey_translate", args=[made.pk])
    answer = client.get(address, {"language": "de"})
    assert '<a class="chip" href="?language=de" aria-current="true">Deutsch</a>' in answer.content.decode()
    form = answer.context["form"]
    labels = [field.label for field in form if not field.is_hidden]
    assert len(labels) == len(set(labels))
    (delivery,) = (field.name for field in form if field.label == "Delivery")
    posted = {"language": "de", "version": made.version, delivery: "Lieferung"}
    assert client.post(address, posted).status_code == 302
    made.refresh_from_db()
    rows = made.questions.filter(text="Delivery")
    assert made.translations["de"] == {f"q{one.pk}": "Lieferung" for one in rows}
    assert rows.count() == 3
    assert client.get(address, {"language": "de"}).context["form"][delivery].value() == "Lieferung"
