"""What a contact is found and ordered by stays right through every door that writes it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from contacts.actions import PointInput, change_contact, create_contact
from contacts.keeping import EVERY_CONTACT, refresh_search, refresh_search_of
from contacts.models import Contact, ContactPoint
from contacts.normalising import normalise_phone
from tests import factories as make


def kept(contact: Contact) -> tuple[str, str]:
    contact.refresh_from_db()
    return contact.sort_name, contact.search_text


def test_a_made_contact_is_found_by_name_id_mail_and_digits(db):
    points = [
        PointInput("email", "Mia@Example.org"),
        PointInput("phone", "+44 113 496 0188"),
        PointInput("handle", "@Mia"),
    ]
    fields = {"kind": "person", "name": "Müller & Søns", "first_name": "Zoë", "external_id": "X-1"}
    contact = create_contact(actor=None, fields=fields, points=points)
    assert kept(contact) == ("muller & sons", "muller & sons zoe x-1 mia@example.org 441134960188 mia")


def test_a_changed_name_is_the_new_one_at_once(db):
    contact = create_contact(actor=None, fields={"kind": "person", "name": "Anna Berg"})
    change_contact(actor=None, contact=contact, version=1, fields={"name": "Ánna Thal"})
    assert kept(contact) == ("anna thal", "anna thal")


def test_a_point_taken_away_is_not_found_any_more(db):
    contact = create_contact(
        actor=None, fields={"kind": "person", "name": "A"}, points=[PointInput("email", "a@b.example")]
    )
    change_contact(actor=None, contact=contact, version=1, fields={}, points=[])
    assert kept(contact) == ("a", "a")


def test_the_country_is_that_of_the_main_address(db):
    contact = create_contact(actor=None, fields={"kind": "person", "name": "A"}, address={"country": "GB"})
    assert Contact.objects.get(pk=contact.pk).main_country == "GB"
    change_contact(actor=None, contact=contact, version=1, fields={}, address={"country": "FR"})
    contact.addresses.create(country="DE", is_primary=False)
    refresh_search([contact.pk])
    assert Contact.objects.get(pk=contact.pk).main_country == "FR"
    contact.addresses.filter(country="FR").delete()
    refresh_search([contact.pk])
    assert Contact.objects.get(pk=contact.pk).main_country == "DE"


def test_the_set_based_refresh_leaves_right_rows_alone(db):
    contact = make.make_contact(name="Åsa", emails=("asa@x.example",))
    Contact.objects.create(name="Forgotten")
    refresh_search_of(EVERY_CONTACT)
    assert kept(contact) == ("asa", "asa asa@x.example")
    assert Contact.objects.get(name="Forgotten").search_text == "forgotten"


@pytest.mark.parametrize(
    ("typed", "country", "stored"),
    [
        ("+44 113 496 0188", "", "+441134960188"),
        ("0113 496 0188", "GB", "+441134960188"),
        ("0113 496 0188", "", "01134960188"),
        ("0113 496 0188", "Atlantis", "01134960188"),
        ("ext. 12", "", "12"),
        ("call me", "DE", ""),
    ],
)
def test_a_phone_number_is_stored_in_one_form(typed, country, stored):
    assert normalise_phone(typed, country) == stored


class AnyName(TestCase):
    @given(st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=60))
    def test_any_name_is_found_by_itself(self, name):
        contact = Contact.objects.create(name=name)
        ContactPoint.objects.create(contact=contact, kind="email", value="a@b.example", normalised="a@b.example")
        refresh_search([contact.pk])
        contact.refresh_from_db()
        assert contact.search_text.endswith("a@b.example")
        assert contact.search_text.startswith(contact.sort_name[:40])
