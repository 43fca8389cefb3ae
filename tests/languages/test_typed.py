"""What people typed as a name is shown as they typed it, though the catalogues have the same words."""

import pytest
from django.urls import reverse
from django.utils import translation

from contacts.models import Contact
from crm.choices import Role
from crm.customfields.definitions import definitions_of
from crm.customfields.specs import custom_specs
from crm.languages.words import Typed, translated
from crm.layouts.arranging import arranged
from crm.layouts.places import Block, Item, LayoutPlace
from crm.models import Company, CustomField, SavedView
from tests import factories as make

pytestmark = pytest.mark.django_db
FACTS = (Block("Facts", (Item("website", "Website"),)), Block("Permission", (Item("consent", "Consent"),)))


@pytest.fixture(autouse=True)
def company():
    return Company.objects.create(pk=1, name="Northwind", language="de", currency="EUR")


def test_words_of_people_are_not_translated():
    with translation.override("de"):
        assert [translated(words) for words in ("Orders", Typed("Orders"))] == ["Aufträge", "Orders"]


def test_the_name_of_a_saved_view_stays():
    user = make.make_user(Role.ADMIN, language="de")
    SavedView.objects.create(name="Orders", list_name="contacts.contact", owner=user, words="Mia")
    shown = make.signed_in(user).get(reverse("contacts:contact_list")).content.decode()
    assert ">Orders</a>" in shown and "<span>Aufträge</span>" in shown


def test_the_name_and_the_help_of_a_custom_field_stay():
    CustomField.objects.create(model="contacts.contact", key="orders", label="Orders", type="text", help="Contacts")
    (definition,), (spec,) = definitions_of("contacts.contact"), custom_specs("contacts.contact")
    client = make.signed_in(make.make_user(Role.ADMIN, language="de"))
    form = client.get(reverse("contacts:contact_create")).context["form"][definition.name]
    with translation.override("de"):
        said = [translated(words) for words in (definition.label, spec.label, spec.help)]
        assert [*said, form.label, form.help_text] == ["Orders", "Orders", "Contacts", "Orders", "Contacts"]


def test_the_title_of_a_group_stays_unless_it_is_the_shipped_one():
    place = LayoutPlace(Contact._meta.label_lower, "side", "Contacts", lambda: FACTS)
    blocks = [{"title": "Facts", "items": [{"name": "consent"}]}, {"title": "Orders", "items": [{"name": "website"}]}]
    found = arranged(place, {"blocks": blocks, "hidden": []})
    with translation.override("de"):
        assert [translated(block.title) for block in found.blocks] == [translated("Facts"), "Orders"]
        assert translated("Facts") != "Facts"
