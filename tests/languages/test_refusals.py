"""Why something was refused is said in the language of the page: at a field, above a form, and in a message."""

import ast
import html
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.template import engines
from django.urls import reverse
from django.utils import translation

from crm.choices import Role
from crm.languages.marked import PUT_TOGETHER
from crm.languages.refusals import refusals_in, texts_of_refusals
from crm.languages.refusing import refused, said_errors
from crm.log import log
from crm.models import Company
from crm.saving import what_happened, who_was_faster
from crm.templatetags.figures import in_sentence, number, plural
from pipeline.models import DealShare
from tests import factories as make
from tests.languages.test_told import page_after


def said(error, language):
    with translation.override(language):
        return said_errors([error])


def test_a_name_that_is_a_function_is_asked_in_the_language_of_the_page():
    error = refused("At most %(most)s people at once.", most=lambda: number(12_000))
    assert said(error, "de") == ["Höchstens 12.000 Personen auf einmal."]
    assert error.messages == ["At most 12,000 people at once."]
    won = refused("The deal “%(record)s” is %(outcome)s: move it to an open stage first.", record="100 %",
                  outcome=lambda: in_sentence("Won"))  # fmt: skip
    assert said(won, "fr") == ["L’affaire « 100 % » est gagnée : déplacez-la d’abord vers une étape ouverte."]


def test_a_refusal_within_another_is_said_in_the_same_language():
    inner = refused("It is longer than %(most)s characters.", most=lambda: number(10_000))
    outer = refused("Line %(number)s, “%(line)s”: %(problem)s", number=2, line="%(x)s", problem=inner)
    assert said(outer, "es") == ["Línea 2, «%(x)s»: Es más largo que 10.000 caracteres."]
    assert outer.messages == ["Line 2, “%(x)s”: It is longer than 10,000 characters."]


class SizeForm(forms.Form):
    name = forms.CharField(max_length=3, required=False)
    price = forms.DecimalField(max_digits=4, decimal_places=2, required=False)
    place = forms.IntegerField(max_value=5, required=False)


def test_what_django_refuses_by_a_number_is_said_with_the_number():
    form = SizeForm({"name": "<b>x%", "price": "12345.678", "place": "7"})
    assert not form.is_valid()
    with translation.override("de"):
        found = {name: list(form[name].errors) for name in form.fields}
    assert found == {
        "name": ["Bitte sicherstellen, dass der Wert aus höchstens 3 Zeichen besteht. (Er besteht aus 5 Zeichen.)"],
        "price": ["Bitte sicherstellen, dass der Wert höchstens 4 Ziffern enthält."],
        "place": ["Dieser Wert muss kleiner oder gleich 5 sein."],
    }
    assert list(form["name"].errors) == ["Ensure this value has at most 3 characters (it has 5)."]


@pytest.mark.django_db
def test_who_was_faster_is_told_in_the_language_of_the_page():
    mia = make.make_user(Role.REP, name="Mia {x}")
    contact = make.make_contact(owner=mia)
    log(actor=mia, verb="change", object=contact, summary="Changed city")
    with translation.override("de"):
        said = said_errors([ValidationError(what_happened(contact)), who_was_faster(contact)])
    assert said[0].startswith("Mia {x} hat diesen Datensatz gespeichert, während Sie tippten (")
    assert said[1].endswith(": Changed city). Es steht so da, wie es hinterlassen wurde.")
    assert what_happened(contact).startswith("Mia {x} saved this record while you were typing (")


class DayForm(forms.Form):
    name = forms.CharField()

    def clean_name(self):
        raise ValidationError("This day has passed.")

    def clean(self):
        raise refused("In %(category)s: %(who)s. Move out whoever is in it first.", category="A",
                      who=lambda: plural(2, "contact"))  # fmt: skip


def test_a_form_says_what_is_wrong_at_the_field_and_on_top():
    form = DayForm({"name": "x"})
    assert not form.is_valid()
    on_top = "{% for one in form.non_field_errors|spoken %}{{ one }}{% endfor %}"
    page = engines.all()[0].from_string("{{ form.name.errors }}" + on_top)
    for language, field, top in (
        ("de", "Dieser Tag ist vorbei.", "In A: 2\N{NO-BREAK SPACE}Kontakte. Nehmen Sie"),
        ("en", "This day has passed.", "In A: 2\N{NO-BREAK SPACE}contacts. Move"),
    ):
        with translation.override(language):
            shown = html.unescape(page.render({"form": form}))
            assert field in shown and top in shown
    assert form.errors["name"] == ["This day has passed."]


@pytest.mark.django_db
def test_a_form_that_was_refused_says_why_in_the_language_of_the_person():
    Company.objects.create(pk=1, name="Northwind", language="en", currency="EUR")
    rep = make.make_user(Role.REP, language="de")
    page = page_after(make.signed_in(rep), reverse("contacts:contact_create"), {"kind": "person", "phones": "x"})
    assert "Wer ist es? Ein Name wird gebraucht." in page
    assert "Zeile 1, „x“: das ist keine Telefonnummer" in page


@pytest.mark.django_db
def test_what_is_wrong_in_a_row_of_a_table_is_said_in_the_language_of_the_page():
    make.make_company()
    boss = make.signed_in(make.make_user(Role.ADMIN, language="de"))
    row = {"position": "1", "name": "<b>Best", "tone": "good", "r_low": "5", "r_high": "1"}
    bounds = {"f_low": "1", "f_high": "5", "m_low": "1", "m_high": "5", "advice": ""}
    sent = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0"}
    for name, value in (row | bounds).items():
        sent[f"form-0-{name}"] = value
    page = page_after(boss, reverse("analytics:segment_list"), sent)
    assert ": Die obere Grenze liegt unter der unteren." in page
    assert "the upper bound is below" not in page


@pytest.mark.django_db
def test_why_a_part_of_a_deal_stays_is_said_as_a_sentence_in_the_language_of_the_person():
    make.make_company()
    make.make_pipeline()
    rep = make.make_user(Role.REP, language="de")
    deal = make.make_deal(owner=rep)
    shares = [DealShare.objects.create(deal=deal, user=make.make_user(), percent=part) for part in (80, 60, 10)]
    sent = {"part": "shares", "id": str(shares[2].pk)}
    page = page_after(make.signed_in(rep), reverse("pipeline:part_remove", args=[deal.pk]), sent)
    assert "Die Anteile ergeben mehr als 100 %." in page
    assert "['" not in page.partition("<main")[2]
    assert DealShare.objects.count() == 3


def is_put_together(said):
    """Whether a text is made of parts, so that no catalogue can have it."""
    if isinstance(said, (ast.JoinedStr, ast.BinOp)):
        return True
    method = said.func if isinstance(said, ast.Call) else None
    return isinstance(method, ast.Attribute) and method.attr in ("format", "join")


def put_together(source):
    return [ast.unparse(said) for said in refusals_in(ast.parse(source)) if is_put_together(said)]


def test_refusals_are_found_and_those_made_of_parts_are_told():
    source = (
        'GONE = "It is gone."\nraise ValidationError({"a": "One.", "b": ["Two."]})\nform.add_error("x", GONE)\n'
        'raise refused("%(x)s is gone.", x=1)\nraise ValidationError(f"{x} is gone.")\nraise ValidationError("a" + b)\n'
        'models.Q(violation_error_message="Three.")\nraise ValidationError("One." if x else "Four.")\n'
    )
    found = sorted(texts_of_refusals(source))
    assert found == ["%(x)s is gone.", "Four.", "It is gone.", "One.", "One.", "Three.", "Two."]
    assert put_together(source) == ["f'{x} is gone.'", "'a' + b"]


def test_no_refusal_is_made_of_parts():
    """`refused("%(name)s is gone.", name=name)` has places for names; the few that are not so yet are named."""
    root = Path(settings.BASE_DIR)
    found = {
        path.relative_to(root).as_posix(): len(wrong)
        for app in ("crm", *settings.CRM_APPS)
        for path in sorted((root / app).rglob("*.py"))
        if (wrong := put_together(path.read_text()))
    }
    assert found == PUT_TOGETHER
