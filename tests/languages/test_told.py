"""What a person is told after a change is in their language; what is stored of it is not."""

import html

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import translation

from crm.choices import Role
from crm.languages.refusing import said_errors
from crm.languages.telling import spoken, spoken_after, spoken_refusal
from crm.languages.views import texts_of_views
from crm.models import Company, LogEntry
from crm.templatetags.figures import plural
from pipeline.models import OutcomeReason
from service.models import Macro
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def company():
    return Company.objects.create(pk=1, name="Northwind", language="de", currency="EUR")


def asked_in(language, rf):
    request = rf.get("/")
    request.language = language
    return request


def page_after(client, url, data):
    return html.unescape(client.post(url, data, follow=True).content.decode())


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("de", "Ada {x} ist in Ihren Kontakten."),
        ("fr", "Ada {x} figure dans vos contacts."),
        ("es", "Ada {x} está en sus contactos."),
        ("en", "Ada {x} is in your contacts."),
    ],
)
def test_a_form_that_is_saved_says_so_in_the_language_of_the_person(language, said):
    rep = make.make_user(Role.REP, language=language)
    new = {"kind": "person", "name": "Ada {x}", "owner": rep.pk}
    assert said in page_after(make.signed_in(rep), reverse("contacts:contact_create"), new)


def test_names_with_braces_or_signs_of_percent_stay_as_they_are(rf):
    request = asked_in("de", rf)
    macro = spoken(request, "Used “%(macro)s”.", macro="{record} 100 %")
    assert spoken_after(request, macro, record="it") == macro == "„{record} 100 %“ angewendet."


def test_a_name_that_is_counted_is_counted_in_the_language_of_the_person(rf):
    people = {"people": lambda: plural(2, "person", "people")}
    said = [spoken(asked_in(language, rf), "%(people)s got it.", **people) for language in ("de", "fr", "es")]
    assert [one.replace("\N{NO-BREAK SPACE}", " ") for one in said] == [
        "2 Personen haben es bekommen.", "2 personnes l’ont reçu.", "Lo han recibido 2 personas.",
    ]  # fmt: skip


def test_a_refusal_with_places_is_translated_around_what_stands_in_them(rf):
    refused = ValidationError("“%(view)s” shows this from now on.", params={"view": "100 %"})
    many = ValidationError({"name": [refused], "__all__": ["Nothing was changed."]})
    assert spoken_refusal(asked_in("de", rf), many) == "„100 %“ zeigt ab jetzt dies. Es wurde nichts geändert."
    with translation.override("fr"):
        assert said_errors([refused, "typed by somebody"]) == [
            "« 100 % » montre désormais ceci.",
            "typed by somebody",
        ]
    assert many.messages == ["“100 %” shows this from now on.", "Nothing was changed."]


def test_what_is_taken_away_is_told_in_one_language_and_logged_in_english():
    manager = make.make_user(Role.MANAGER, language="de")
    reason = OutcomeReason.objects.create(outcome="lost", name="Price", position=1)
    page = page_after(make.signed_in(manager), reverse("pipeline:reason_remove", args=[reason.pk]), {})
    assert "„Price“ wird nicht mehr angeboten. Verkaufschancen, die deswegen endeten, behalten die Worte." in page
    assert not OutcomeReason.objects.exists()
    assert "angeboten" not in " ".join(LogEntry.objects.values_list("summary", flat=True))


def test_a_macro_that_is_removed_is_named_in_the_sentence_of_the_language():
    manager = make.make_user(Role.MANAGER, language="es")
    macro = Macro.objects.create(name="Done.", code="done", text="Hello", reach="all")
    page = page_after(make.signed_in(manager), reverse("service:macro_remove", args=[macro.pk]), {})
    assert "La macro «Done.» se ha quitado." in page


def test_messages_and_what_is_said_when_it_is_done_are_found():
    source = 'class One(View):\n    done = "It is kept."\n\n\nmessages.info(request, "Nothing was changed.")\n'
    assert sorted(texts_of_views(source)) == ["It is kept.", "Nothing was changed."]
