"""The page of rights: what an administrator sets there is in force at the next request, logged, and can be reset."""

from __future__ import annotations

import pytest
from django.test import Client

from contacts.models import Contact
from crm.choices import Role, Scope, Verb
from crm.field_rights import hidden_fields
from crm.models import AccessRule, FieldRule, LogEntry, User
from crm.rights import field_rows, governed_verbs, scope_rows
from tests import factories as make

PAGE = "/rights/?role=rep"


@pytest.fixture
def admin(db) -> Client:
    make.make_company()
    return make.signed_in(make.make_user(Role.ADMIN))


def test_every_scope_and_every_field_has_its_select(admin: Client) -> None:
    page = admin.get(PAGE).content.decode()
    for label, verbs in governed_verbs().items():
        assert all(f'name="scope:{label}:{verb}"' in page for verb in verbs), label
    assert 'name="field:contacts.contact:birthday"' in page
    assert 'name="field:analytics.rfmscore:monetary"' in page
    assert 'name="scope:crm.user' not in page
    assert "crm.rowchange:" not in page.replace("scope:crm.rowchange:", "")


def test_a_scope_and_a_field_are_in_force_at_the_next_request(admin: Client) -> None:
    rep = make.make_user(Role.REP, team=make.make_team())
    mates = make.make_contact(name="Anna Berg", team=rep.team, industry="Steel")
    client = make.signed_in(rep)
    assert "Steel" in client.get(f"/contacts/{mates.pk}/").content.decode()
    assert client.get(f"/contacts/{mates.pk}/edit/").status_code == 403
    sent = {"scope:contacts.contact:change": "team", "field:contacts.contact:industry": "hidden"}
    assert admin.post(PAGE, sent).status_code == 302
    assert client.get(f"/contacts/{mates.pk}/edit/").status_code == 200
    assert "Steel" not in client.get(f"/contacts/{mates.pk}/").content.decode()
    assert admin.post(PAGE, {"scope:contacts.contact:view": "none"}).status_code == 302
    assert client.get(f"/contacts/{mates.pk}/").status_code == 404


def test_what_equals_the_shipped_right_keeps_no_rule_and_reset_takes_all_back(admin: Client) -> None:
    admin.post(PAGE, {"scope:contacts.contact:view": "all", "field:contacts.contact:birthday": "read_only"})
    assert (AccessRule.objects.count(), FieldRule.objects.count()) == (1, 1)
    admin.post(PAGE, {"scope:contacts.contact:view": "team", "field:contacts.contact:birthday": ""})
    assert (AccessRule.objects.count(), FieldRule.objects.count()) == (0, 0)
    admin.post(PAGE, {"scope:contacts.contact:view": "all", "field:contacts.contact:birthday": "hidden"})
    AccessRule.objects.create(role=Role.AGENT, model="contacts.contact", verb="view", scope="own")
    admin.post("/rights/reset/?role=rep")
    assert list(AccessRule.objects.values_list("role", flat=True)) == [Role.AGENT]
    assert not FieldRule.objects.exists()


def test_one_row_of_the_log_says_what_was_changed(admin: Client) -> None:
    admin.post(PAGE, {"scope:contacts.contact:view": "all", "field:contacts.contact:birthday": "hidden"})
    entry = LogEntry.objects.get(verb="set rights")
    assert entry.summary == "Rights of Sales rep: view contacts: own team → everything; Birthday of contacts: hidden"
    admin.post(PAGE, {"scope:contacts.contact:view": "all"})
    assert LogEntry.objects.filter(verb="set rights").count() == 1, "nothing was changed"


@pytest.mark.parametrize(
    "sent", [{"scope:contacts.contact:view": "everybody"}, {"field:contacts.contact:birthday": "gone"}]
)
def test_a_right_that_does_not_exist_is_refused_and_changes_nothing(admin: Client, sent: dict) -> None:
    assert admin.post(PAGE, {"scope:contacts.contact:change": "all", **sent}).status_code == 422
    assert not AccessRule.objects.exists()


def test_nobody_can_set_what_is_not_on_the_page(admin: Client) -> None:
    admin.post(PAGE, {"scope:crm.user:change": "all", "field:contacts.contact:name": "hidden"})
    assert not AccessRule.objects.exists()
    assert not FieldRule.objects.exists()
    assert admin.get("/rights/?role=admin").status_code == 404


def test_the_tables_show_what_counts(db) -> None:
    AccessRule.objects.create(role=Role.REP, model="contacts.contact", verb="view", scope=Scope.ALL)
    FieldRule.objects.create(role=Role.REP, model="contacts.contact", field="birthday", right="hidden")
    contacts = next(row for row in scope_rows(Role.REP) if row.label == "contacts.contact")
    view = next(cell for cell in contacts.cells if cell and cell.verb == Verb.VIEW)
    assert (view.scope, view.shipped, view.is_changed) == (Scope.ALL, Scope.TEAM, True)
    rights = {row.field.field: row.right for name, rows in field_rows(Role.REP) if name == "Contacts" for row in rows}
    assert rights["birthday"] == "hidden"
    assert hidden_fields(User(role=Role.REP), Contact) == {"birthday", "quality_fault"}


@pytest.mark.parametrize("role", [role for role in Role.values if role != Role.ADMIN])
@pytest.mark.parametrize(
    ("method", "address"), [("get", PAGE), ("post", PAGE), ("post", "/rights/reset/?role=rep"), ("get", "/rights/")]
)
def test_nobody_but_an_administrator_sees_or_sets_rights(db, role: str, method: str, address: str) -> None:
    make.make_company()
    AccessRule.objects.create(role=Role.REP, model="contacts.contact", verb="view", scope=Scope.OWN)
    client = make.signed_in(make.make_user(role, team=make.make_team()))
    sent = {"scope:contacts.contact:change": "all", "field:contacts.contact:birthday": "hidden"}
    assert getattr(client, method)(address, sent if method == "post" else {}).status_code == 403
    assert list(AccessRule.objects.values_list("verb", "scope")) == [("view", "own")]
    assert not FieldRule.objects.exists()


def test_a_right_to_change_rights_is_what_the_page_asks_for(db) -> None:
    """Not the role: a rule that lets managers do it lets them in."""
    make.make_company()
    manager = make.signed_in(make.make_user(Role.MANAGER))
    assert manager.get(PAGE).status_code == 403
    AccessRule.objects.create(role=Role.MANAGER, model="crm.accessrule", verb="change", scope=Scope.ALL)
    assert make.signed_in(make.make_user(Role.MANAGER)).get(PAGE).status_code == 200
