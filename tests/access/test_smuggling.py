"""Ids and names in the body of a form: a foreign record is refused, not linked, not named; no other field is taken."""

from __future__ import annotations

import pytest
from django.test import Client

from contacts.models import Contact
from crm.choices import Role
from crm.models import User
from orders.models import Order
from tests import factories as make

pytestmark = pytest.mark.django_db
SECRET = "CANARY-foreign"


@pytest.fixture
def rep() -> User:
    make.make_company()
    return make.make_user(Role.REP, team=make.make_team())


@pytest.fixture
def client(rep: User) -> Client:
    return make.signed_in(rep)


@pytest.mark.parametrize(("kind", "field"), [("person", "organization"), ("organization", "parent")])
def test_a_contact_is_linked_to_no_foreign_organization(client: Client, rep: User, kind: str, field: str) -> None:
    foreign = make.make_contact(name=SECRET, kind="organization")
    sent = {"kind": kind, "name": "New One", "owner": rep.pk, "team": rep.team_id, field: foreign.pk}
    answer = client.post("/contacts/new/", sent)
    assert answer.status_code == 422
    assert SECRET not in answer.content.decode()
    assert not Contact.objects.filter(name="New One").exists()


@pytest.mark.parametrize("field", ["owner", "team"])
def test_a_contact_is_given_to_nobody_out_of_reach(client: Client, rep: User, field: str) -> None:
    stranger = make.make_user(Role.REP, team=make.make_team())
    foreign = {"owner": stranger.pk, "team": stranger.team_id}[field]
    sent = {"kind": "person", "name": "New One", "owner": rep.pk, "team": rep.team_id, field: foreign}
    assert client.post("/contacts/new/", sent).status_code == 422
    assert not Contact.objects.exists()


@pytest.mark.parametrize("field", ["contact", "partner"])
def test_an_order_is_linked_to_no_foreign_contact(client: Client, rep: User, field: str) -> None:
    own, foreign = make.make_contact(owner=rep, team=rep.team), make.make_contact(name=SECRET)
    sent = {
        "contact": own.pk, "ordered_at": "2026-03-02T12:00", "currency": "EUR", field: foreign.pk,
        "lines-TOTAL_FORMS": 1, "lines-INITIAL_FORMS": 0, "lines-0-amount": "5",
    }  # fmt: skip
    answer = client.post("/orders/new/", sent)
    assert answer.status_code == 422
    assert SECRET not in answer.content.decode()
    assert not Order.objects.exists()


def test_what_no_form_asks_for_is_not_taken(client: Client, rep: User) -> None:
    own = make.make_contact(owner=rep, team=rep.team)
    before = Contact.objects.values().get(pk=own.pk)
    every = {field.name: "999" for field in Contact._meta.concrete_fields}
    sent: dict[str, object] = {
        **every, "name": own.name, "version": own.version, "owner": rep.pk, "team": rep.team_id, "territory": "",
        "markets": [], "source": "", "tags": "", "website": "", "industry": "", "list_kind": "", "birthday": "",
        "organization": "", "external_id": "", "created_on": "", "first_name": "", "last_name": "",
        "potential": "", "review_on": "", "review_days": "",
    }  # fmt: skip
    assert client.post(f"/contacts/{own.pk}/edit/", sent).status_code == 302
    assert Contact.objects.values().get(pk=own.pk) == before


def test_nobody_raises_their_own_role_or_team(client: Client, rep: User) -> None:
    sent = {"role": "admin", "is_staff": "on", "team": make.make_team().pk, "name": "Rosa", "is_active": "on"}
    for path in ("/profile/", f"/people/{rep.pk}/", f"/admin/crm/user/{rep.pk}/change/", "/rights/?role=rep"):
        client.post(path, sent)
    again = User.objects.get(pk=rep.pk)
    assert (again.role, again.team_id) == (Role.REP, rep.team_id)
