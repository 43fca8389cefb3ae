"""Sentences that the code puts together, in the language of who reads them."""

import pytest
from django.urls import reverse
from django.utils import translation

from analytics.churn_words import reasons_in_words
from campaigns.reasons import speaking_reasons
from crm.choices import Role
from crm.models import Company
from crm.templatetags.figures import plural
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def company():
    return Company.objects.create(pk=1, name="Northwind", language="en", currency="EUR")


def person(language, role=Role.ADMIN):
    return make.make_user(role, language=language)


def plain(text):
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_what_is_not_known_speaks_for_nothing_in_any_language():
    stored = [["city", None, 1.0], ["industry", "Timber", 0.5]]
    labels = {"city": "City", "industry": "Industry"}
    told = {}
    for language in ("en", "de", "fr", "es", "ar"):
        with translation.override(language):
            told[language] = [one.text for one in speaking_reasons(stored, labels, person(language))]
            unknown = reasons_in_words(stored, labels, is_by_label=True)[0]
        assert not unknown.is_known and len(told[language]) == 1
    assert told["en"] == ["Industry: Timber"] and told["de"] == ["Branche: Timber"]


def test_the_answer_of_the_composer_is_in_the_language_of_the_person():
    mia = make.make_contact(name="Mia Keller")
    make.make_interaction(mia, subject="", outcome="left a message")
    answer = make.signed_in(person("de")).post(
        reverse("contacts:note_create", args=[mia.pk]), {"text": "Möchte Eiche."}, headers={"HX-Request": "true"}
    )
    page = answer.content.decode()
    assert answer.status_code == 200 and "Möchte Eiche." in page
    said, unsaid = ("Ergebnis: Nachricht hinterlassen",), ("Outcome:", "left a message")
    assert [words for words in said if words not in page] == [] and [words for words in unsaid if words in page] == []


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("de", ["3 Produktfamilien", "2 Rückgaben", "1 Kanal", "4 Interaktionen", "1 Verkaufschance", "7 Leads"]),
        ("fr", ["3 familles", "2 retours", "1 canal", "4 interactions", "1 affaire", "7 pistes"]),
        ("en", ["3 families", "2 returns", "1 channel", "4 interactions", "1 deal", "7 leads"]),
    ],
)
def test_nouns_that_the_code_counts_by_a_name_are_translated(language, said):
    nouns = ("families", "returns", "channels", "interactions", "deals", "leads")
    ones = ("family", "return", "channel", "interaction", "deal", "lead")
    counts = (3, 2, 1, 4, 1, 7)
    with translation.override(language):
        found = [plain(plural(count, one, many)) for count, one, many in zip(counts, ones, nouns, strict=True)]
    assert found == said
