"""Lists: the filters, the search and the order of the pages; pages by key; nothing but the allow-list."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import call_command

from contacts.models import Contact
from crm.models import FieldRule
from tests import factories as make
from tests.api.calls import Caller


@pytest.fixture
def many(manager):
    """Thirty contacts of two owners, some with orders and scores."""
    other = make.make_user()
    for number in range(30):
        contact = make.make_contact(
            name=f"Contact {number % 7} {number}",
            owner=manager if number % 2 else other,
            industry=f"Trade {number % 3}",
            city="Leeds" if number % 4 else "York",
            tags=["vip"] if number % 5 == 0 else [],
            emails=(f"a{number}@x.example",),
        )
        if number % 3 == 0:
            make.make_order(contact, channel="web" if number % 2 else "store")
    call_command("analyze", only="rfm", as_of="2026-04-01", stdout=StringIO())


QUESTIONS = [
    {},
    {"q": "contact 3"},
    {"q": "a1"},
    {"city": "york", "sort": "-name"},
    {"owner": "me"},
    {"owner": ["me", "none"]},
    {"tags": "vip", "industry": "trade 1"},
    {"revenue_min": "5", "sort": "-revenue"},
    {"sort": "recency"},
    {"state": "all", "r": ["5", "4", "3"]},
    {"sort": "-added_on"},
]


@pytest.mark.parametrize("question", QUESTIONS, ids=str)
def test_api_lists_what_the_page_lists_in_its_order(many, manager, call, question):
    page = make.signed_in(manager).get("/contacts/", question)
    assert page.status_code == 200
    shown = [row.pk for row in page.context["table"].rows]
    assert [one["id"] for one in call.pages("/contacts", {**question, "page_size": 7})] == shown


def test_orders_and_products_list_what_their_pages_list(many, manager, call):
    browser = make.signed_in(manager)
    for question in ({}, {"channel": "web"}, {"q": "contact 3"}, {"amount_min": "10", "sort": "ordered_on"}):
        shown = [row.pk for row in browser.get("/orders/", question).context["table"].rows]
        assert [one["id"] for one in call.pages("/orders", {**question, "page_size": 4})] == shown
    shown = [row.pk for row in browser.get("/products/").context["table"].rows]
    assert [one["id"] for one in call.pages("/products")] == shown


def test_fields_are_chosen_and_scores_need_their_scope(many, manager, call):
    item = call.get("/contacts", {"fields": "name,email", "page_size": 1}).json()["items"][0]
    assert set(item) == {"id", "name", "email"}
    assert "segment" in call.get("/contacts").json()["items"][0]
    narrow = Caller(make.make_token(manager, "contacts:read"))
    assert "segment" not in narrow.get("/contacts").json()["items"][0]
    for question in ({"sort": "-revenue"}, {"segment": "Champions"}, {"fields": "segment"}):
        assert narrow.get("/contacts", question).status_code == 400
    scored = call.pages("/scores", {"sort": "-revenue"})
    assert len(scored) == 10
    assert scored[0]["as_of"] == "2026-04-01"
    assert call.get(f"/scores/{scored[0]['id']}").json() == scored[0]


def test_updated_since_finds_what_was_changed(call):
    old, new = make.make_contact(), make.make_contact()
    Contact.objects.filter(pk=old.pk).update(updated_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    Contact.objects.filter(pk=new.pk).update(updated_at=dt.datetime(2026, 2, 1, tzinfo=dt.UTC))
    assert [one["id"] for one in call.pages("/contacts", {"updated_since": "2026-01-15T00:00:00Z"})] == [new.pk]


WRONG = [
    {"owner__password__startswith": "a"},
    {"name__password": "a"},
    {"sort": "-name;--"},
    {"sort": "owner__password"},
    {"sort": "sort_name"},
    {"sort": "-"},
    {"_connector": "OR"},
    {"pk": "1"},
    {'a."b': "1"},
    {"fields": "search_text"},
    {"fields": "owner.password"},
    {"columns": "name"},
    {"page_size": "0"},
    {"page_size": "201"},
    {"page_size": "1e2"},
    {"page_size": "٣"},
    {"after": "x"},
    {"after": "x:y"},
    {"updated_since": "yesterday"},
    {"updated_since": "2026-01-01T00:00:00"},
    {"updated_since": "9999-99-99T00:00:00Z"},
    {"q": "a" * 201},
    {"q": "a\x00b"},
    {"city": "%" * 3000},
    {"owner": "1 or 1=1"},
    {"employees_min": "1e999"},
    {"employees_min": "NaN"},
    {"created_on_min": "2026-13-01"},
]


@pytest.mark.parametrize("question", WRONG, ids=lambda value: str(value)[:30])
def test_what_is_not_on_the_list_of_names_is_refused_in_a_sentence(call, question):
    answer = call.get("/contacts", question)
    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert len(answer.json()["detail"]) > 20


def test_key_of_another_order_or_list_is_refused(many, call):
    after = call.get("/contacts", {"page_size": 2}).json()["after"]
    assert call.get("/contacts", {"after": after}).status_code == 200
    assert call.get("/contacts", {"after": after, "sort": "-name"}).status_code == 400
    assert call.get("/orders", {"after": after}).status_code == 400


def test_hidden_field_is_out_of_output_filters_order_and_input(manager, call):
    contact = make.make_contact(name="Mia", emails=("mia@x.example",), industry="Trade", city="Leeds")
    for model, field in (("contacts.contact", "email"), ("contacts.contact", "industry"), ("contacts.address", "city")):
        FieldRule.objects.create(role="manager", model=model, field=field, right="hidden")
    item = call.get("/contacts").json()["items"][0]
    assert not {"email", "emails", "industry", "city", "place"} & set(item)
    assert call.get(f"/contacts/{contact.pk}").json().keys() == item.keys()
    assert call.get(f"/contacts/{contact.pk}/points").json()["items"] == []
    assert "city" not in call.get(f"/contacts/{contact.pk}/addresses").json()["items"][0]
    for question in ({"industry": "Tr"}, {"city": "L"}, {"fields": "email"}, {"fields": "emails"}):
        assert call.get("/contacts", question).status_code == 400
    changed = call.patch(f"/contacts/{contact.pk}", {"version": 1, "source": "fair"})
    assert changed.status_code == 200, changed.content
    contact.refresh_from_db()
    assert contact.industry == "Trade"
    assert contact.points.get().value == "mia@x.example"
    assert contact.addresses.get().city == "Leeds"
    for body in ({"industry": "x"}, {"emails": ["x@y.example"]}):
        answer = call.patch(f"/contacts/{contact.pk}", {"version": 2, **body})
        assert answer.status_code == 422


def test_read_only_field_is_shown_and_not_written(manager, call):
    contact = make.make_contact(name="Mia", industry="Trade")
    FieldRule.objects.create(role="manager", model="contacts.contact", field="industry", right="read_only")
    assert call.get(f"/contacts/{contact.pk}").json()["industry"] == "Trade"
    answer = call.patch(f"/contacts/{contact.pk}", {"version": 1, "industry": "x"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "industry"


def test_list_asks_as_often_for_many_rows_as_for_few(many, call, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        call.get("/contacts", {"page_size": 5})
    with django_assert_max_num_queries(12):
        call.get("/contacts", {"page_size": 30})
