"""Who is perhaps there already, while somebody types; and what the API says of it."""

import pytest
from django.urls import reverse

from contacts.merging.actions import merge_contacts
from contacts.models import Contact
from crm.choices import FieldRight, Role
from crm.models import FieldRule
from tests.factories import make_contact, make_token, make_user, signed_in

pytestmark = pytest.mark.django_db
URL = reverse("contacts:contact_likely")


def asked(client, **typed: str) -> str:
    return str(client.get(URL, typed).content.decode())


@pytest.fixture
def grace():
    return make_contact(name="Grace Hopper", emails=("grace@navy.example",), phones=("+44 113 496 0188",), city="Leeds")


def test_who_is_like_what_is_typed_is_shown_with_the_reason(grace, django_assert_max_num_queries):
    client = signed_in(make_user())
    assert "the same name" in asked(client, name="grace  HOPPER")
    assert "a name like it" in asked(client, name="Hopper Gra")
    with django_assert_max_num_queries(10):
        both = asked(client, first_name="Grace", last_name="Hopper", emails="x@example.org\nGRACE@navy.example")
    assert "the same e-mail address and the same name" in both
    assert grace.get_absolute_url() in both
    assert "the same phone" in asked(client, phones="0113 4960188", country="GB")
    assert "Perhaps" not in asked(client, name="Gra")
    assert "Perhaps" not in asked(client, name="Grace Hopper", record=str(grace.pk))
    assert "Perhaps" not in asked(client, name="Grace Hopper", kind="organization")
    assert 'id="likely"' in client.get(reverse("contacts:contact_create")).content.decode()


def test_nothing_is_told_of_whom_one_may_not_see_or_of_a_hidden_field(grace):
    rep = signed_in(make_user(role=Role.REP))
    assert "Perhaps" not in asked(rep, name="Grace Hopper", emails="grace@navy.example")
    agent = make_user(role=Role.AGENT)
    FieldRule.objects.create(role=Role.AGENT, model="contacts.contact", field="email", right=FieldRight.HIDDEN)
    assert "Perhaps" not in asked(signed_in(agent), emails="grace@navy.example")
    assert "the same phone" in asked(signed_in(agent), phones="+44 113 496 0188")


def test_the_api_names_possible_duplicates_and_leads_on_from_a_merged_one(grace, client):
    head = {"Authorization": f"Bearer {make_token(make_user(), 'contacts:read', 'contacts:write')}"}
    body = {"name": "Grace Hopper", "emails": ["grace@navy.example"]}
    made = client.post("/api/v1/contacts", body, content_type="application/json", headers=head)
    assert (made.status_code, made["Possible-Duplicates"]) == (201, str(grace.pk))
    other = client.post("/api/v1/contacts", {"name": "Ada"}, content_type="application/json", headers=head)
    assert "Possible-Duplicates" not in other
    gone = Contact.objects.get(pk=made.json()["id"])
    merge_contacts(actor=None, kept=grace, gone=gone)
    answer = client.get(f"/api/v1/contacts/{gone.pk}", headers=head)
    assert (answer.status_code, answer["Location"]) == (307, f"/api/v1/contacts/{grace.pk}")
    assert (answer.json()["code"], answer.json()["merged_into"]) == ("merged", grace.pk)
