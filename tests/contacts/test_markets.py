"""Market categories: each asks for facts of its own, and who lacks one is shown, found and asked for it."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from contacts.markets.actions import remove_market
from contacts.models import Contact, MarketCategory
from crm.choices import Role
from crm.models import CustomField
from tests.factories import make_company, make_contact, make_user, signed_in
from tests.importing.tables import brought_in, counts, written

pytestmark = pytest.mark.django_db
REQUIRED = ["industry", "email", "country", "employees", "custom.vat"]


@pytest.fixture
def business():
    make_company()
    CustomField.objects.create(key="vat", label="VAT number", type="text")
    category = MarketCategory.objects.get(key="business")
    category.required = REQUIRED
    category.save()
    return category


def found(client, **asked):
    page = client.get("/contacts/", asked).context["listing"].page
    return {record.name for record in page.records}


def test_the_four_categories_are_shipped():
    keys = ["consumer", "business", "government", "international"]
    assert list(MarketCategory.objects.values_list("key", flat=True)) == keys


def test_who_lacks_a_fact_is_found_and_shown(business):
    whole = {"industry": "Steel", "emails": ("a@example.org",), "city": "Leeds", "custom": {"vat": "GB1"}}
    make_contact(name="Whole", markets=["business"], **whole)
    firm = make_contact(name="Firm", markets=["business"], kind="organization", **whole)
    make_contact(name="Bare", markets=["business", "consumer"])
    make_contact(name="Consumer", markets=["consumer"])
    client = signed_in(make_user(Role.MANAGER))
    assert found(client, incomplete="business") == found(client, incomplete="any") == {"Firm", "Bare"}
    assert found(client, incomplete="consumer") == set()
    tree = '{"version":1,"where":{"field":"incomplete","op":"not_any","value":["business"]}}'
    assert found(client, filter=tree) == {"Whole", "Consumer"}
    page = client.get(firm.get_absolute_url()).content.decode()
    assert "Incomplete for Business: Employees." in page
    bare = client.get(Contact.objects.get(name="Bare").get_absolute_url()).content.decode()
    assert "Incomplete for Business: Industry, E-mail, Country, VAT number." in bare


def test_the_form_asks_for_them_and_keeps_what_was_typed(business):
    client = signed_in(make_user(Role.MANAGER))
    typed = {"kind": "person", "name": "Grace Hopper", "markets": ["business"], "emails": "g@example.org"}
    answer = client.post("/contacts/new/", typed)
    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert set(errors) == {"industry", "country", "custom_vat"}, "a person has no employees to count"
    assert 'value="Grace Hopper"' in answer.content.decode()
    whole = {**typed, "industry": "Computing", "country": "US", "custom_vat": "1"}
    assert client.post("/contacts/new/", whole).status_code == 302


def test_a_fact_that_is_needed_is_not_emptied_where_it_stands(business):
    contact = make_contact(name="Firm", markets=["business"], industry="Steel")
    client = signed_in(make_user(Role.MANAGER))
    sent = {"fact": "industry", "industry": "", "version": contact.version}
    assert client.post(f"/contacts/{contact.pk}/fact/", sent).status_code == 422
    assert client.post(f"/contacts/{contact.pk}/fact/", {**sent, "industry": "Iron"}).status_code == 302


def test_what_was_lacking_before_bars_no_other_change(business):
    contact = make_contact(name="Bare", markets=["business"], industry="Steel")
    client = signed_in(make_user(Role.MANAGER))
    address = f"/contacts/{contact.pk}/edit/"
    sent = {"name": "Bare & Sons", "markets": ["business"], "industry": "Steel", "version": contact.version}
    assert set(client.post(address, {**sent, "industry": ""}).context["form"].errors) == {"industry"}
    assert client.post(address, sent).status_code == 302
    assert Contact.objects.get().name == "Bare & Sons"


def test_who_comes_into_a_category_needs_its_facts(business):
    contact = make_contact(name="Bare")
    sent = {"name": "Bare", "markets": ["business"], "industry": "Steel", "version": contact.version}
    answer = signed_in(make_user(Role.MANAGER)).post(f"/contacts/{contact.pk}/edit/", sent)
    assert set(answer.context["form"].errors) == {"emails", "country", "custom_vat"}


def test_an_import_takes_them_and_says_how_many_lack_something(business, tmp_path):
    rows = "external_id,market,industry\na,Business,Steel\nb,business;consumer,\nc,Consumer,\nd,Moon,\n"
    result = brought_in("contacts", written(tmp_path, rows))
    assert counts(result) == (3, 0, 0, 1)
    assert "“Moon” is none of Consumer, Business, Government, International" in result.examples[0]
    lacking = "Industry, E-mail, Country, Employees, VAT number"
    sentence = f"2 of them lack something that a customer of Business must have ({lacking})."
    assert result.counts.notes == [sentence]
    assert list(Contact.objects.order_by("external_id").values_list("markets", flat=True)) == [
        ["business"], ["business", "consumer"], ["consumer"],
    ]  # fmt: skip


def test_an_administrator_makes_a_category_that_forms_and_files_then_know(business, tmp_path):
    admin = signed_in(make_user(Role.ADMIN))
    assert admin.post("/contacts/markets/new/", {"label": "Public bodies", "position": 5}).status_code == 302
    category = MarketCategory.objects.get(label="Public bodies")
    assert category.key == "public-bodies"
    brought_in("contacts", written(tmp_path, "external_id,market\na,Public bodies\n"))
    contact = Contact.objects.get()
    assert contact.markets == ["public-bodies"]
    assert "Public bodies" in admin.get(contact.get_absolute_url()).content.decode()
    with pytest.raises(ValidationError, match="In Public bodies: 1"):
        remove_market(actor=None, category=category)
    assert admin.get("/contacts/markets/").status_code == 200


def test_potential_is_kept_shown_and_filtered(tmp_path):
    make_company()
    rows = "external_id,name,potential\na,Small,100\nb,Large,250000.50\n"
    brought_in("contacts", written(tmp_path, rows))
    client = signed_in(make_user(Role.MANAGER))
    assert found(client, potential_min="1000") == {"Large"}
    assert "€\xa0250,001" in client.get(Contact.objects.get(name="Large").get_absolute_url()).content.decode()
