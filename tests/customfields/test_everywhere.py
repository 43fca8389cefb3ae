"""A custom field of each type is at once in the form, on the record, in columns, filters, saved views, files, search,
bulk changes and the API; a link to a contact shows its name to nobody who may not see it."""

from __future__ import annotations

import csv
import json
from typing import Any

import pytest
from django.urls import reverse

from contacts.models import Contact
from crm.choices import FieldRight, FieldType, Role
from crm.customfields.actions import change_field, create_field
from crm.models import CustomField, FieldRule, JobRun, SavedView
from tests import factories as make
from tests.api.calls import Caller

pytestmark = pytest.mark.django_db
LABEL = "contacts.contact"
# type: what is typed, what is stored, what a column shows, how a tree asks for it, and a tree that does not find it
SAMPLES: dict[str, tuple[Any, Any, str, tuple[str, Any], tuple[str, Any]]] = {
    "text": ("Hall <7>", "Hall <7>", "Hall &lt;7&gt;", ("contains", "hall"), ("is", "x")),
    "number": ("42.5", 42.5, "42.5", ("over", 42), ("under", 42)),
    "money": ("1200", 1200, "1,200", ("between", [1, 1200]), ("over", 1200)),
    "date": ("2026-02-03", "2026-02-03", "2026", ("on", "2026-02-03"), ("until", "2026-02-02")),
    "choice": ("Gold", "Gold", "Gold", ("any", ["Gold"]), ("not_any", ["Gold"])),
    "multi_choice": (["web", "fair"], ["web", "fair"], "web, fair", ("any", ["fair"]), ("any", ["shop"])),
    "yes_no": ("yes", True, "yes", ("is", "yes"), ("is", "no")),
    "url": ("example.org/a", "https://example.org/a", "example.org/a", ("contains", "example"), ("empty", None)),
    "contact": ("", 0, "Okafor &amp; Sons", ("is", 0), ("empty", None)),
}
CHOICES = {"choice": ["Gold", "Silver"], "multi_choice": ["web", "fair", "shop"]}


@pytest.fixture
def mia(db):
    make.make_company()
    return make.make_user(Role.MANAGER, name="Mia")


@pytest.fixture
def firm(mia) -> Contact:
    return make.make_contact(name="Okafor & Sons", kind="organization")


def field_of(kind: str) -> CustomField:
    fields = {"label": f"My {kind}", "type": kind, "choices": CHOICES.get(kind, [])}
    return create_field(actor=None, model=LABEL, fields=fields)


def sample(kind: str, firm: Contact) -> tuple[Any, Any, str, dict[str, Any], dict[str, Any]]:
    typed, stored, shown, found, missed = SAMPLES[kind]
    if kind == "contact":
        typed, stored, found = str(firm.pk), firm.pk, ("is", firm.pk)
    asked = [{"op": op, "value": value} if value is not None else {"op": op} for op, value in (found, missed)]
    return typed, stored, shown, asked[0], asked[1]


def tree(field: CustomField, said: dict[str, Any]) -> str:
    return json.dumps({"version": 1, "where": {"field": f"custom_{field.key}", **said}})


def names(response) -> list[str]:
    return [row.cells[0].html for row in response.context["table"].rows]


@pytest.mark.parametrize("kind", FieldType.values)
def test_a_field_is_at_once_wherever_contacts_are(mia, firm, kind):
    field = field_of(kind)
    name, client = f"custom_{field.key}", make.signed_in(mia)
    typed, stored, shown, found, missed = sample(kind, firm)
    # form
    made = client.post("/contacts/new/", {"kind": "person", "name": "Ada", name: typed, **token(client)})
    assert made.status_code == 302
    ada = Contact.objects.get(name="Ada")
    assert ada.custom == {field.key: stored}
    # record, and the fact edited in place
    assert f"My {kind}" in client.get(ada.get_absolute_url()).content.decode()
    assert client.get(reverse("contacts:fact_edit", args=[ada.pk]) + f"?fact={name}").status_code == 200
    # column, filter, saved view, count, export
    page = client.get("/contacts/", {"columns": name, "filter": tree(field, found)})
    assert names(page) == ["Ada"], page.context["problems"]
    assert shown in page.context["table"].rows[0].cells[1].drawn
    assert "Ada" not in names(client.get("/contacts/", {"filter": tree(field, missed)}))
    view = SavedView.objects.create(
        list_name=LABEL, name="Mine", owner=mia, filter=json.loads(tree(field, found)), columns=["name", name]
    )
    assert names(client.get("/contacts/", {"view": view.pk})) == ["Ada"]
    lines = b"".join(client.get("/contacts/export/", {"view": view.pk}).streaming_content).decode("utf-8-sig")
    assert [row[0] for row in csv.reader(lines.splitlines())] == ["Name", "Ada"]
    # API: read, filter, write
    call = Caller(make.make_token(mia))
    items = call.get("/contacts", {"filter": tree(field, found)}).json()["items"]
    assert [item["custom"] for item in items] == [{field.key: stored}]
    emptied = call.patch(f"/contacts/{ada.pk}", {"version": items[0]["version"], "custom": {field.key: None}})
    assert emptied.status_code == 200, emptied.json()
    ada.refresh_from_db()
    assert ada.custom == {}
    # bulk, by the same words as the form
    sent = {"op": "set", "field": name, "value": typed, "pk": [ada.pk, firm.pk], "announced": "2 contacts"}
    client.post("/contacts/bulk/", sent)
    assert JobRun.objects.latest("pk").result["changed"] == 2
    ada.refresh_from_db()
    firm.refresh_from_db()
    assert ada.custom == firm.custom == {field.key: stored}


def token(client) -> dict[str, str]:
    return {"form_token": client.get("/contacts/new/").context["hidden_words"]["form_token"]}


@pytest.mark.parametrize(("kind", "value", "typed"), [("text", "AB-77-x", "AB-77-x"), ("number", 880011, "880011")])
def test_the_search_finds_the_whole_value_for_who_may_know_it(mia, kind, value, typed):
    field = field_of(kind)
    make.make_contact(name="Ada", custom={field.key: value})
    rep = make.make_user(Role.REP, name="Rosa")
    Contact.objects.update(owner=rep)
    for user in (mia, rep):
        assert names(make.signed_in(user).get("/contacts/", {"q": typed})) == ["Ada"]
        assert "Ada" in make.signed_in(user).get(reverse("crm:search"), {"q": typed}).content.decode()
    FieldRule.objects.create(role="rep", model=LABEL, field=f"custom__{field.key}", right=FieldRight.HIDDEN)
    assert names(make.signed_in(rep).get("/contacts/", {"q": typed})) == []


def test_a_linked_contact_out_of_sight_has_no_name_in_columns_files_and_chips(mia):
    field, team = field_of("contact"), make.make_team()
    rosa = make.make_user(Role.REP, name="Rosa", team=team)
    secret = make.make_contact(name="Secret Ltd", owner=make.make_user(Role.REP, name="Far"))
    make.make_contact(name="Ada", owner=rosa, custom={field.key: secret.pk})
    client, query = make.signed_in(rosa), {"columns": f"custom_{field.key}", f"custom_{field.key}": secret.pk}
    page = client.get("/contacts/", query)
    assert names(page) == ["Ada"]
    assert "a contact that you do not see" in page.content.decode()
    file = b"".join(client.get("/contacts/export/", query).streaming_content).decode()
    asked = client.get("/contacts/", {"filter": tree(field, {"op": "is", "value": secret.pk})}).content.decode()
    assert all("Secret" not in text for text in (page.content.decode(), file, asked))


def test_links_of_a_page_take_one_question_however_many(mia, firm, django_assert_max_num_queries):
    field = field_of("contact")
    client = make.signed_in(mia)
    client.get("/columns/")
    for _ in range(12):
        make.make_contact(custom={field.key: firm.pk})
    with django_assert_max_num_queries(12):
        client.get("/contacts/", {"columns": f"custom_{field.key}"})


def test_a_new_contact_begins_with_the_defaults_that_nobody_named(mia):
    fields = {"label": "Hall", "type": "multi_choice", "choices": ["A", "B"], "default": ["A"]}
    create_field(actor=None, model=LABEL, fields=fields)
    call = Caller(make.make_token(mia))
    made = call.post("/contacts", {"kind": "person", "name": "Ada"}).json()
    other = call.post("/contacts", {"kind": "person", "name": "Bob", "custom": {"hall": None}}).json()
    assert (made["custom"], other["custom"]) == ({"hall": ["A"]}, {})


def test_a_view_says_what_a_changed_type_made_of_its_filter(mia):
    field = field_of("number")
    make.make_contact(name="Ada", custom={field.key: 5})
    asked = json.loads(tree(field, {"op": "over", "value": 3}))
    view = SavedView.objects.create(list_name=LABEL, name="Tall", owner=mia, filter=asked)
    change_field(actor=None, field=field, fields={"type": "text"})
    page = make.signed_in(mia).get("/contacts/", {"view": view.pk})
    assert (page.status_code, names(page)) == (400, [])
    assert page.context["problems"] == ["My number: It cannot be asked whether it “over”."]
    managed = make.signed_in(mia).get(reverse("crm:view_list"))
    assert managed.context["rows"][0].problems == ("My number: It cannot be asked whether it “over”.",)


def test_decimals_are_compared_as_numbers(mia):
    field = field_of("money")
    for value in (9, 10.5, 100):
        make.make_contact(name=f"c{value}", custom={field.key: value})
    over = make.signed_in(mia).get("/contacts/", {"filter": tree(field, {"op": "over", "value": 9.5})})
    assert names(over) == ["c10.5", "c100"]
