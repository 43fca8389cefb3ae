"""Words of people stay as they are: names in headings, options of their own fields; and pages with a fixed language."""

import datetime as dt
from decimal import Decimal

import pytest
from django import forms
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from contacts.models import Contact
from crm.catalogue import FieldSpec
from crm.choices import Role
from crm.customfields.definitions import Definition
from crm.customfields.forms import form_field
from crm.fields import RecordField
from crm.filtering.filters import ChoiceFilter, DateBound, NumberBound
from crm.languages.forms import SpokenForms
from crm.languages.words import Titled, translated
from crm.models import Company
from crm.templatetags.figures import in_sentence
from orders.models import Product
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def company():
    return Company.objects.create(pk=1, name="Northwind", language="en", currency="EUR")


def test_a_heading_is_translated_and_the_name_in_it_is_not():
    with translation.override("de"):
        assert translated(Titled("{record}", record="Contacts")) == "Contacts" != translated("Contacts")
    assert translated(Titled("{record}", record="Contacts")) == "Contacts"


@pytest.mark.parametrize("kind", ["choice", "multi_choice"])
def test_options_of_a_field_of_people_stay_as_they_wrote_them(kind):
    user = make.make_user(Role.ADMIN, language="de")
    own = form_field(Definition("what", "What", kind, ("Contacts", "Orders")), user, None)
    made = type("Made", (forms.Form,), {"what": own, "role": forms.ChoiceField(choices=[("contacts", "Contacts")])})
    with translation.override("de"):
        form = made(renderer=SpokenForms())
        assert ">Contacts<" in str(form["what"]) and ">Kontakte<" in str(form["role"])


def test_names_of_records_among_the_choices_of_a_filter_stay_and_declared_ones_are_translated():
    def contacts():
        return [("1", "Contacts")]

    own = ChoiceFilter(FieldSpec("campaign", "Campaign", "id", kind="choice", choices=contacts), Contact).field
    declared = ChoiceFilter(FieldSpec("kind", "Kind", "kind", kind="choice", choices=contacts), Contact).field
    made = type("Made", (forms.Form,), {"own": own, "declared": declared})
    with translation.override("de"):
        form = made(renderer=SpokenForms())
        assert ">Contacts<" in str(form["own"]) and ">Kontakte<" in str(form["declared"])


def test_a_pick_of_a_record_reads_and_draws_that_one_alone():
    class Made(forms.Form):
        product = RecordField(queryset=Product.objects.all(), url_name="orders:product_options")
        one = forms.ModelChoiceField(queryset=Product.objects.all(), empty_label="nobody")

    chosen, _ = (make.make_product(name=name) for name in ("Contacts", "Orders"))
    with translation.override("de"):
        form = Made(initial={"product": chosen.pk}, renderer=SpokenForms())
        with CaptureQueriesContext(connection) as found:
            drawn = str(form["product"])
        assert ">Contacts<" in drawn and ">Orders<" not in drawn
        assert len(found) == 1 and f"IN ({chosen.pk})" in found[0]["sql"]
        every = str(form["one"])
        assert ">Contacts<" in every and ">Orders<" in every and ">niemand<" in every


def test_a_noun_in_a_sentence_is_large_in_german_alone():
    said = {}
    for language in ("en", "de", "fr"):
        with translation.override(language):
            said[language] = in_sentence("Contacts")
    assert said == {"en": "contacts", "de": "Kontakte", "fr": "contacts"}


@pytest.mark.parametrize("language", ["en", "de", "ar"])
def test_the_public_reviews_are_one_text_for_everybody(language):
    address, plain = reverse("feedback:public_reviews"), Client()
    said = plain.get(address).content
    assert plain.get(address, headers={"Accept-Language": language}).content == said
    assert make.signed_in(make.make_user(Role.ADMIN, language=language)).get(address).content == said


ENGLISH = '<main class="page" id="content" tabindex="-1" lang="en" dir="ltr">'
SPOKEN = '<main class="page" id="content" tabindex="-1">'


@pytest.mark.parametrize(("language", "loop"), [("ar", ENGLISH), ("de", SPOKEN), ("en", SPOKEN)])
def test_the_body_of_a_page_that_a_language_does_not_speak_says_that_it_is_english(language, loop):
    client = make.signed_in(make.make_user(Role.ADMIN, language=language))
    assert loop in client.get(reverse("feedback:loop")).content.decode()
    assert SPOKEN in client.get("/").content.decode()


@pytest.mark.parametrize("language", ["ar", "de"])
def test_the_body_of_a_page_without_translations_says_that_it_is_english(language):
    client = make.signed_in(make.make_user(Role.ADMIN, language=language))
    guide = client.get(reverse("crm:guide")).content.decode()
    assert ENGLISH in guide and f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"' in guide


def test_the_chips_of_a_list_say_numbers_and_days_as_the_language_does():
    spec = FieldSpec("created_on", "Created", "created_on", kind="date")
    day, number = DateBound(spec, Contact, "min"), NumberBound(spec, Contact, "max")
    with translation.override("de"):
        said = day.words(dt.date(2019, 5, 12)), number.words(Decimal("1234.5"))
    assert [words.replace("\N{NO-BREAK SPACE}", " ") for words in said] == ["ab 12. Mai 2019", "bis 1.234,5"]
    assert (day.words(dt.date(2019, 5, 12)), number.words(Decimal("1234.5"))) == ("from 2019-05-12", "up to 1,234.5")
