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
