"""The pages of custom fields: make, change, convert or refuse, delete with the count of the values that go."""

from __future__ import annotations

import pytest

from contacts.models import Contact
from crm.choices import FieldRight, Role
from crm.models import CustomField, FieldRule, LogEntry
from tests.factories import make_contact, make_user, signed_in

MODEL = "contacts.contact"


@pytest.fixture
def admin(db):
    return signed_in(make_user(Role.ADMIN))


def make_field(kind="text", **fields):
    return CustomField.objects.create(**{"model": MODEL, "key": "size", "label": "Size", "type": kind, **fields})


def sent(field, **changes):
    """The form of a field as a browser sends it back."""
    values = {"label": field.label, "type": field.type, "choices": "\n".join(field.choices), "help": "", "default": ""}
    return {**values, "position": field.position, **changes}


def values():
    return [contact.custom.get("size") for contact in Contact.objects.order_by("pk")]


def test_an_administrator_makes_a_field_and_a_contact_gets_a_value(admin):
    made = admin.post("/fields/new/", {"label": "Shoe size", "type": "number", "help": "European", "default": "41"})
    assert made.status_code == 302, made.context["form"].errors
    field = CustomField.objects.get()
    assert (field.key, field.default) == ("shoe_size", 41)
    assert "Shoe size" in admin.get("/fields/").content.decode()
    form = admin.get("/contacts/new/").context["form"]
    assert form.initial["custom_shoe_size"] == 41
    page = admin.get(f"/fields/{field.pk}/").content.decode()
    assert "everybody who sees the contact" in page
    assert LogEntry.objects.filter(summary="Made the custom field Shoe size").exists()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"label": "", "type": "text"}, "required"),
        ({"label": "A", "type": "choice"}, "Write the choices"),
        ({"label": "A", "type": "choice", "choices": "x\nX"}, "twice"),
        ({"label": "A", "type": "multi_choice", "choices": "x, y\nz"}, "no choice holds one"),
        ({"label": "A", "type": "number", "default": "many"}, "is not a number"),
        ({"label": "A", "type": "text", "default": "a", "is_unique": "on"}, "no value that all new contacts"),
    ],
)
def test_a_definition_that_will_not_do_is_refused_in_a_sentence(admin, given, sentence):
    refused = admin.post("/fields/new/", given)
    assert refused.status_code == 422
    assert sentence in refused.content.decode()
    assert not CustomField.objects.exists()


def test_another_type_converts_every_value(admin):
    field = make_field()
    for text in ("12", "7.50", "12"):
        make_contact(custom={"size": text})
    make_contact()
    assert admin.post(f"/fields/{field.pk}/", sent(field, type="number")).status_code == 302
    assert values() == [12, 7.5, 12, None]
    assert LogEntry.objects.filter(summary__contains="converted 3").exists()
    field.refresh_from_db()
    admin.post(f"/fields/{field.pk}/", sent(field, type="text"))
    assert values() == ["12", "7.5", "12", None]


def test_values_that_do_not_fit_refuse_the_type_with_their_count(admin):
    field = make_field()
    for text in ("12", "tall", "tall", "wide"):
        make_contact(custom={"size": text})
    refused = admin.post(f"/fields/{field.pk}/", sent(field, type="number"))
    assert refused.status_code == 422
    text = refused.content.decode().replace("\N{NO-BREAK SPACE}", " ")
    assert "3 values are not of the type “number”: “tall”, “wide”. Nothing was changed." in text
    assert values() == ["12", "tall", "tall", "wide"]
    field.refresh_from_db()
    assert field.type == "text"


@pytest.mark.parametrize(
    ("kind", "choices", "value", "new", "wanted"),
    [
        ("yes_no", [], True, "number", 1),
        ("yes_no", [], False, "text", "no"),
        ("number", [], 1, "yes_no", True),
        ("number", [], 2, "yes_no", None),
        ("multi_choice", ["a", "b"], ["a", "b"], "text", "a, b"),
        ("multi_choice", ["a", "b"], ["a"], "choice", "a"),
        ("multi_choice", ["a", "b"], ["a", "b"], "choice", None),
        ("choice", ["a", "b"], "b", "multi_choice", ["b"]),
        ("text", [], "2024-05-01", "date", "2024-05-01"),
        ("text", [], "B", "choice", "b"),
    ],
)
def test_how_a_value_becomes_one_of_another_type(admin, kind, choices, value, new, wanted):
    field = make_field(kind, choices=choices)
    make_contact(custom={"size": value})
    answer = admin.post(f"/fields/{field.pk}/", sent(field, type=new, choices="a\nb"))
    assert answer.status_code == (422 if wanted is None else 302)
    assert values() == [value if wanted is None else wanted]
    assert isinstance(values()[0], type(value if wanted is None else wanted))


def test_a_choice_in_use_stays_and_twins_refuse_unique(admin):
    field = make_field("choice", choices=["a", "b"])
    make_contact(custom={"size": "a"})
    make_contact(custom={"size": "a"})
    refused = admin.post(f"/fields/{field.pk}/", sent(field, choices="b"))
    assert "are not among the choices" in refused.content.decode()
    refused = admin.post(f"/fields/{field.pk}/", sent(field, is_unique="on"))
    assert "share a value with another one" in refused.content.decode().replace("\N{NO-BREAK SPACE}", " ")


def test_deleting_tells_how_many_values_go_with_the_field(admin):
    field = make_field()
    make_contact(custom={"size": "12", "other": "stays"})
    make_contact()
    FieldRule.objects.create(role=Role.REP, model=MODEL, field="custom__size", right=FieldRight.HIDDEN)
    assert "hidden from" in admin.get("/fields/").content.decode()
    asked = admin.get(f"/fields/{field.pk}/delete/").content.decode().replace("\N{NO-BREAK SPACE}", " ")
    assert "has a value in <b>1 contact</b>" in asked
    assert admin.post(f"/fields/{field.pk}/delete/").status_code == 302
    assert Contact.objects.order_by("pk")[0].custom == {"other": "stays"}
    assert not CustomField.objects.exists()
    assert not FieldRule.objects.exists()


def test_only_administrators_open_the_pages(db):
    field = make_field()
    client = signed_in(make_user(Role.MANAGER))
    for address in ("/fields/", "/fields/new/", f"/fields/{field.pk}/", f"/fields/{field.pk}/delete/"):
        assert client.get(address).status_code in (403, 404)
    assert "/fields/" not in client.get("/contacts/").content.decode()
