"""Custom fields are written by the form, by the API, and by a file that came out of an export."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from contacts.models import Contact
from crm.choices import FieldRight, Role
from crm.models import CustomField, FieldRule
from tests.customfields.test_lists import KINDS, VALUES
from tests.factories import make_contact, make_token, make_user, signed_in
from tests.importing.tables import brought_in

MODEL = "contacts.contact"


@pytest.fixture
def fields(db):
    for place, (key, kind) in enumerate((*KINDS, ("industry", "text"), ("friend", "contact"))):
        choices = {"tier": ["gold", "silver"], "tools": ["saw", "axe", "pen"]}.get(key, [])
        row = {"key": key, "label": key.title(), "type": kind, "choices": choices, "position": place}
        CustomField.objects.create(model=MODEL, **row)


def browser_sends(form):
    """The fields of an unbound form as a browser would send them."""
    found = {}
    for name in form.fields:
        value = form[name].value()
        if value not in (None, False, "", []):
            found[name] = value
    return found


def test_the_form_keeps_every_value_that_nobody_touched(fields):
    contact = make_contact(name="Full", custom={**VALUES, "gone": "stays"})
    client = signed_in(make_user(Role.MANAGER))
    form = client.get(f"/contacts/{contact.pk}/edit/").context["form"]
    assert [section["title"] for section in form.sections()][-1] == "Custom fields"
    given = {**browser_sends(form), "name": "Fuller"}
    saved = client.post(f"/contacts/{contact.pk}/edit/", given)
    assert saved.status_code == 302, saved.context["form"].errors
    contact.refresh_from_db()
    assert (contact.name, contact.custom) == ("Fuller", {**VALUES, "gone": "stays"})


def test_the_form_sets_empties_and_refuses(fields):
    contact = make_contact(name="Full", custom=VALUES)
    client = signed_in(make_user(Role.MANAGER))
    given = browser_sends(client.get(f"/contacts/{contact.pk}/edit/").context["form"])
    bad = client.post(f"/contacts/{contact.pk}/edit/", {**given, "custom_site": "not a site", "custom_size": "x"})
    assert bad.status_code == 422
    assert set(bad.context["form"].errors) == {"custom_site", "custom_size"}
    changed = {**given, "custom_member": "no", "custom_text": "", "custom_tools": ["pen"], "custom_size": "13"}
    assert client.post(f"/contacts/{contact.pk}/edit/", changed).status_code == 302
    contact.refresh_from_db()
    wanted = {key: value for key, value in VALUES.items() if key != "text"}
    assert contact.custom == {**wanted, "member": False, "tools": ["pen"], "size": 13}


def test_a_hidden_field_keeps_its_value_whatever_is_sent(fields):
    contact = make_contact(name="Full", custom=VALUES)
    FieldRule.objects.create(role=Role.MANAGER, model=MODEL, field="custom__tier", right=FieldRight.HIDDEN)
    client = signed_in(make_user(Role.MANAGER))
    page = client.get(f"/contacts/{contact.pk}/edit/")
    assert "custom_tier" not in page.content.decode()
    given = {**browser_sends(page.context["form"]), "custom_tier": "silver", "custom_size": "1"}
    assert client.post(f"/contacts/{contact.pk}/edit/", given).status_code == 302
    contact.refresh_from_db()
    assert (contact.custom["tier"], contact.custom["size"]) == ("gold", 1)


def test_a_value_that_may_be_there_once_is_refused_for_a_second(fields):
    CustomField.objects.filter(key="text").update(is_unique=True)
    make_contact(custom={"text": "A-1"})
    client = signed_in(make_user(Role.MANAGER))
    form = client.get("/contacts/new/").context["form"]
    refused = client.post("/contacts/new/", {**browser_sends(form), "name": "Second", "custom_text": "A-1"})
    assert refused.status_code == 422
    assert "may be there only once" in refused.content.decode()


def api(method, path, token, body=None):
    client, sent = Client(headers={"Authorization": f"Bearer {token}"}), json.dumps(body) if body is not None else ""
    return client.generic(method, f"/api/v1{path}", sent, content_type="application/json")


def test_the_api_gives_takes_and_refuses_custom_values(fields):
    token = make_token(make_user(Role.MANAGER), "contacts:write", "contacts:read")
    friend = make_contact(name="Friend")
    wanted = {**VALUES, "friend": friend.pk}
    made = api("POST", "/contacts", token, {"name": "Mia", "custom": wanted})
    assert made.status_code == 201, made.content
    assert made.json()["custom"] == wanted
    pk, version = made.json()["id"], made.json()["version"]
    changed = api("PATCH", f"/contacts/{pk}", token, {"version": version, "custom": {"member": False, "text": None}})
    assert changed.status_code == 200, changed.content
    kept = {key: one for key, one in wanted.items() if key != "text"}
    assert changed.json()["custom"] == {**kept, "member": False}
    refused = api("PATCH", f"/contacts/{pk}", token, {"version": version + 1, "custom": {"size": "tall", "nosuch": 1}})
    assert refused.status_code == 422
    assert {one["field"] for one in refused.json()["errors"]} == {"custom.nosuch"}
    refused = api("PATCH", f"/contacts/{pk}", token, {"version": version + 1, "custom": {"size": "tall"}})
    assert [one["field"] for one in refused.json()["errors"]] == ["custom.size"]


def test_the_api_keeps_hidden_values_and_unseen_links(fields):
    rep = make_user(Role.REP)
    hidden = make_contact(name="Hidden", owner=make_user(Role.REP))
    own = make_contact(name="Own", owner=rep, custom={"friend": hidden.pk, "tier": "gold", "size": 3})
    FieldRule.objects.create(role=Role.REP, model=MODEL, field="custom__tier", right=FieldRight.HIDDEN)
    token = make_token(rep, "contacts:write", "contacts:read")
    got = api("GET", f"/contacts/{own.pk}", token).json()
    assert got["custom"] == {"size": 3}
    body = {"version": got["version"], "custom": {"tier": "silver"}}
    assert api("PATCH", f"/contacts/{own.pk}", token, body).status_code == 422
    own.refresh_from_db()
    assert own.custom["tier"] == "gold"


def test_import_of_an_export_gives_the_same_values(fields, tmp_path):
    friend = make_contact(name="Friend", external_id="F")
    full = {**VALUES, "industry": "own", "friend": friend.pk, "member": False, "text": "=1+1, “x”"}
    make_contact(name="Full", external_id="A", custom=full)
    path = tmp_path / "contacts.csv"
    call_command("export_data", "contacts", output=path, verbosity=0)
    head = path.read_text(encoding="utf-8").splitlines()[0].split(",")
    assert head[-len(full) :] == [*(key for key, _ in KINDS), "custom_industry", "friend"]
    Contact.objects.all().update(custom={})
    brought_in("contacts", path, ())
    back = Contact.objects.get(external_id="A").custom
    assert back == {**full, "friend": friend.pk}


def test_an_export_names_its_custom_columns_and_leaves_hidden_ones_out(fields):
    manager = make_user(Role.MANAGER)
    make_contact(name="Full", external_id="A", custom=VALUES)
    out = StringIO()
    call_command("export_data", "contacts", columns="external_id,tier,tools,member", stdout=out)
    assert out.getvalue().splitlines()[1] == 'A,gold,"saw, axe",yes'
    FieldRule.objects.create(role=Role.MANAGER, model=MODEL, field="custom__tier", right=FieldRight.HIDDEN)
    out = StringIO()
    call_command("export_data", "contacts", user=manager.email, stdout=out)
    assert ",tier," not in out.getvalue()
    assert ",tools," in out.getvalue()
