"""What hangs on a record is taken away by who wrote it; the composer keeps to the rights on fields."""

from __future__ import annotations

import pytest
from django.urls import reverse

from contacts.models import Contact
from crm.choices import FieldRight, Role
from crm.models import FieldRule, Note
from crm.notes.actions import add_note
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def rep():
    make.make_company()
    return make.make_user(Role.REP, team=make.make_team())


def test_a_note_is_taken_away_and_leads_back_to_its_record(rep):
    contact = make.make_contact(owner=rep, team=rep.team)
    note = add_note(actor=rep, record=contact, text="Wrong customer")
    answer = make.signed_in(rep).post(reverse("notes:note_delete", args=[note.pk]))
    assert (answer.status_code, answer.headers["Location"]) == (302, contact.get_absolute_url())
    assert not Note.objects.exists()


def test_a_note_at_a_record_that_went_out_of_sight_is_still_its_writers_to_take_away(rep):
    contact = make.make_contact(owner=rep, team=rep.team)
    note = add_note(actor=rep, record=contact, text="Mine")
    Contact.objects.filter(pk=contact.pk).update(owner=make.make_user(Role.REP), team=make.make_team())
    answer = make.signed_in(rep).post(reverse("notes:note_delete", args=[note.pk]))
    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("crm:home"))
    assert not Note.objects.exists()


@pytest.mark.parametrize(("kind", "value"), [("call", "+4930123456"), ("mail", "a@b.example")])
def test_a_composer_shows_a_point_to_who_may_know_it(rep, kind, value):
    contact = make.make_contact(owner=rep, team=rep.team, emails=("a@b.example",), phones=("+4930123456",))
    client, page = make.signed_in(rep), reverse("contacts:composer_part", args=[contact.pk])
    assert value in client.get(page, {"kind": kind}).content.decode()
    field = {"call": "phone", "mail": "email"}[kind]
    FieldRule.objects.create(role=rep.role, model="contacts.contact", field=field, right=FieldRight.HIDDEN)
    assert value not in client.get(page, {"kind": kind}).content.decode()
