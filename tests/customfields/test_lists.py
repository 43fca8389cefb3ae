"""Custom fields in the contact list, its file, and on the record page."""

from __future__ import annotations

import csv
import io

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from crm.choices import FieldRight, FieldType, Role
from crm.customfields.definitions import Definition, free_key, key_of
from crm.customfields.values import clean_value
from crm.models import CustomField, FieldRule
from tests.factories import make_contact, make_user, signed_in

KINDS = (
    ("text", "text"),
    ("size", "number"),
    ("fee", "money"),
    ("since", "date"),
    ("tier", "choice"),
    ("tools", "multi_choice"),
    ("member", "yes_no"),
    ("site", "url"),
    ("2024", "number"),
    ("a__b", "text"),
)
VALUES = {
    "text": "Käse 50% off",
    "size": 12.5,
    "fee": 99,
    "since": "2024-05-01",
    "tier": "gold",
    "tools": ["saw", "axe"],
    "member": True,
    "site": "https://a.example",
    "2024": 7,
    "a__b": "deep",
}


@pytest.fixture
def fields(db):
    for place, (key, kind) in enumerate(KINDS):
        choices = {"tier": ["gold", "silver"], "tools": ["saw", "axe", "pen"]}.get(key, [])
        row = {"key": key, "label": key.title(), "type": kind, "choices": choices, "position": place}
        CustomField.objects.create(model="contacts.contact", **row)


@pytest.fixture
def two(fields):
    return make_contact(name="Full", custom=VALUES), make_contact(name="Bare")


def found(query, user=None):
    page = signed_in(user or make_user(Role.MANAGER)).get(f"/contacts/?{query}")
    assert page.status_code == 200, page.content.decode()[-3000:]
    return [row.cells[0].html for row in page.context["table"].rows]


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("custom_text=kase", True),
        ("custom_text=50%25", True),
        ("custom_text=50_", False),
        ("custom_size_min=12.5", True),
        ("custom_size_min=12.6", False),
        ("custom_size_max=12.5", True),
        ("custom_fee_max=98", False),
        ("custom_since_min=2024-05-01", True),
        ("custom_since_max=2024-04-30", False),
        ("custom_tier=silver&custom_tier=gold", True),
        ("custom_tier=silver", False),
        ("custom_tools=pen&custom_tools=axe", True),
        ("custom_tools=pen", False),
        ("custom_member=yes", True),
        ("custom_member=no", False),
        ("custom_site=a.example", True),
        ("custom_2024_min=7", True),
        ("custom_a__b=deep", True),
    ],
)
def test_a_filter_finds_the_contacts_with_such_a_value(two, query, is_found):
    assert found(query) == (["Full"] if is_found else [])


@pytest.mark.parametrize("text", ["'; DROP TABLE contacts_contact; --", "\\' OR 1=1", "%", '"', "{}", "\N{EURO SIGN}"])
def test_what_people_type_is_never_sql(two, text):
    page = signed_in(make_user()).get("/contacts/", {"custom_text": text})
    assert page.status_code == 200
    assert len(page.context["table"].rows) == (1 if text == "%" else 0)


def test_columns_show_the_values_and_the_file_holds_them(two):
    client = signed_in(make_user(Role.MANAGER))
    names = ",".join(f"custom_{key}" for key, _ in KINDS)
    page = client.get(f"/contacts/?columns=name,{names}")
    row = next(row for row in page.context["table"].rows if row.cells[0].html == "Full")
    shown = [str(cell.html) for cell in row.cells[1:]]
    assert shown[:7] == [
        "Käse 50% off",
        "12.5",
        "€\N{NO-BREAK SPACE}99.00",
        "1\N{NO-BREAK SPACE}May\N{NO-BREAK SPACE}2024",
        "gold",
        "saw, axe",
        "yes",
    ]
    answer = client.get(f"/contacts/export/?columns=name,{names}")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = {row["Name"]: row for row in csv.DictReader(io.StringIO(text))}
    assert [rows["Full"][name] for name in ("Size", "Since", "Tools", "Member")] == [
        "12.5",
        "2024-05-01",
        "saw, axe",
        "yes",
    ]
    assert rows["Bare"]["Size"] == ""


def test_the_list_asks_no_further_question_for_custom_fields(two, django_assert_max_num_queries):
    client = signed_in(make_user(Role.MANAGER))
    client.get("/contacts/")
    with django_assert_max_num_queries(12):
        client.get("/contacts/?custom_member=yes&columns=name,custom_size,custom_tier")


def test_the_record_page_shows_them_and_a_rule_hides_one(two):
    full, _ = two
    user = make_user(Role.MANAGER)
    assert "Käse 50% off" in signed_in(user).get(full.get_absolute_url()).content.decode()
    FieldRule.objects.create(role=Role.MANAGER, model="contacts.contact", field="custom__text", right=FieldRight.HIDDEN)
    page = signed_in(user).get(full.get_absolute_url()).content.decode()
    assert "Käse 50% off" not in page
    assert "12.5" in page


def test_a_linked_contact_has_its_name_for_those_who_may_see_it(db):
    CustomField.objects.create(model="contacts.contact", key="adviser", label="Adviser", type="contact")
    rep, manager = make_user(Role.REP), make_user(Role.MANAGER)
    hidden = make_contact(name="Secret Adviser", owner=make_user(Role.REP))
    contact = make_contact(name="Mine", owner=rep, custom={"adviser": hidden.pk})
    assert "Secret Adviser" in signed_in(manager).get(contact.get_absolute_url()).content.decode()
    page = signed_in(rep).get(contact.get_absolute_url()).content.decode()
    assert "Secret Adviser" not in page
    assert "a contact that you do not see" in page


@given(st.lists(st.text(max_size=80), max_size=8))
def test_keys_are_words_and_never_twice(texts):
    keys: list[str] = []
    for text in texts:
        keys.append(free_key(text, keys))
    assert len(set(keys)) == len(texts)
    assert all(len(key) <= 50 and all(sign.isalnum() or sign == "_" for sign in key) for key in keys)
    assert key_of("Total Charges (EUR)") == "total_charges__eur_"


@given(st.sampled_from(FieldType.values), st.one_of(st.text(max_size=30), st.floats(), st.booleans(), st.integers()))
def test_any_value_is_stored_valid_or_refused_in_a_sentence(kind, value):
    definition = Definition("k", "K", kind, choices=("a", "b"))
    try:
        stored = clean_value(definition, value)
    except ValidationError as error:
        assert error.messages[0].endswith(".")
    else:
        assert stored is None or clean_value(definition, stored) == stored
