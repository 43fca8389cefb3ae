"""Saved views: what they show, whose they are, which one opens first, and what becomes of one whose field is gone."""

import json
from typing import Any

import pytest
from django.urls import reverse

from crm.choices import Role
from crm.models import CustomField, LogEntry, SavedView
from tests import factories as make
from tests.api.calls import Caller

pytestmark = pytest.mark.django_db
WOOD = {"version": 1, "where": {"field": "industry", "op": "is", "value": "Wood"}}
ALL_OF = {"version": 1, "where": {"all": [WOOD["where"]]}}
SHOWN: dict[str, Any] = {"filter": ALL_OF, "words": "", "columns": ["name", "industry"], "sort": "-revenue"}


def saved(owner, **fields: Any) -> SavedView:
    return SavedView.objects.create(
        **{"list_name": "contacts.contact", "name": "Wood", "owner": owner, "filter": WOOD, **fields}
    )


def rows(response) -> list[str]:
    return [row.cells[0].html for row in response.context["table"].rows]


@pytest.fixture
def mia(db):
    make.make_company()
    make.make_contact(name="Joiner", industry="Wood")
    make.make_contact(name="Smith", industry="Steel")
    return make.make_user(Role.MANAGER, name="Mia", team=make.make_team())


def test_what_a_list_shows_is_saved_and_shown_again(mia):
    client = make.signed_in(mia)
    page = client.get("/contacts/", {"filter": json.dumps(WOOD), "columns": "industry", "sort": "-revenue"})
    form = client.get(page.context["save_url"]).context["form"]
    sent = {"list": "contacts.contact", "shown": form["shown"].value(), "name": "Woodworkers"}
    answer = client.post(reverse("crm:view_create"), sent)
    view = SavedView.objects.get()
    assert answer["Location"] == f"/contacts/?view={view.pk}"
    assert {"filter": view.filter, "words": view.words, "columns": view.columns, "sort": view.sort} == SHOWN
    shown = client.get(answer["Location"])
    assert rows(shown) == ["Joiner"]
    assert [column.name for column in shown.context["table"].columns] == ["name", "industry"]
    assert [tab["label"] for tab in shown.context["views"]] == ["All contacts", "Woodworkers"]
    assert LogEntry.objects.get(verb="create").summary == "Saved the view Woodworkers"


def test_the_address_goes_over_the_view(mia):
    view, client = saved(mia), make.signed_in(mia)
    assert rows(client.get("/contacts/", {"view": view.pk, "filter": ""})) == ["Joiner", "Smith"]
    shown = client.get("/contacts/", {"view": view.pk})
    assert rows(client.get(shown.context["chips"][0].remove_url)) == ["Joiner", "Smith"]
    steel = json.dumps({"version": 1, "where": {"field": "industry", "op": "is", "value": "Steel"}})
    changed = client.get("/contacts/", {"view": view.pk, "filter": steel})
    assert rows(changed) == ["Smith"]
    client.post(changed.context["keep_view_url"], {"version": view.version, "shown": changed.context["shown"]})
    assert rows(client.get("/contacts/", {"view": view.pk})) == ["Smith"]
    stale = {"version": view.version, "shown": json.dumps(SHOWN)}
    page = client.post(changed.context["keep_view_url"], stale, follow=True).content.decode()
    assert "Somebody changed this view meanwhile" in page


def test_export_and_count_know_the_view(mia):
    view, client = saved(mia), make.signed_in(mia)
    assert client.get("/contacts/", {"view": view.pk, "part": "count"}).json()["count"] == "1"
    lines = b"".join(client.get("/contacts/export/", {"view": view.pk}).streaming_content).decode().splitlines()
    assert len(lines) == 2


def test_programs_read_views_and_ask_by_their_filter(mia):
    view, call = saved(mia), Caller(make.make_token(mia))
    read = call.get(f"/views/{view.pk}").json()
    assert (read["name"], read["list_name"], read["filter"]) == ("Wood", "contacts.contact", WOOD)
    found = call.get("/contacts", {"filter": json.dumps(read["filter"])}).json()["items"]
    assert [item["name"] for item in found] == ["Joiner"]
    assert Caller(make.make_token(make.make_user(Role.AGENT))).get("/views").json()["items"] == []


def test_a_view_of_a_team_is_seen_by_it_and_below_and_by_nobody_else(mia):
    below, beside = make.make_team(parent=mia.team), make.make_team()
    view = saved(mia, team=mia.team)
    private = saved(mia, name="Private")
    for user, sees in (
        (make.make_user(Role.REP, team=mia.team), True),
        (make.make_user(Role.REP, team=below), True),
        (make.make_user(Role.REP, team=beside), False),
        (make.make_user(Role.REP), False),
    ):
        client = make.signed_in(user)
        assert client.get("/contacts/", {"view": view.pk}).status_code == (200 if sees else 404)
        assert client.get("/contacts/", {"view": private.pk}).status_code == 404
        assert client.post(reverse("crm:view_delete", args=[view.pk])).status_code == (403 if sees else 404)


def test_a_view_shows_its_reader_only_their_own_rows(mia):
    view = saved(mia, team=mia.team)
    rep = make.make_user(Role.REP, team=mia.team)
    assert rows(make.signed_in(rep).get("/contacts/", {"view": view.pk})) == []


def test_one_view_opens_first_and_that_of_the_role_only_without_it(mia):
    client = make.signed_in(mia)
    assert client.get("/contacts/").status_code == 200
    of_role = saved(None, name="Everybody's", role=Role.MANAGER)
    assert client.get("/contacts/")["Location"] == f"/contacts/?view={of_role.pk}"
    first, second = saved(mia, is_default=True), saved(mia, name="Other")
    assert client.get("/contacts/")["Location"] == f"/contacts/?view={first.pk}"
    fields = {"name": "Other", "is_default": "on", "version": second.version}
    assert client.post(reverse("crm:view_update", args=[second.pk]), fields).status_code == 302
    assert list(SavedView.objects.filter(is_default=True)) == [second]
    assert client.get("/contacts/?view=all").status_code == 200
    assert client.get("/orders/").status_code == 200


def test_only_administrators_choose_for_a_role(mia):
    view = saved(mia)
    make.signed_in(mia).post(reverse("crm:view_update", args=[view.pk]), {"name": "x", "role": "rep", "version": 1})
    assert SavedView.objects.get().role == ""
    admin = make.make_user(Role.ADMIN)
    make.signed_in(admin).post(reverse("crm:view_update", args=[view.pk]), {"name": "x", "role": "rep", "version": 2})
    assert SavedView.objects.get().role == "rep"
    rep = make.make_user(Role.REP)
    assert make.signed_in(rep).get("/contacts/")["Location"] == f"/contacts/?view={view.pk}"


def test_a_view_whose_field_was_removed_says_so_and_shows_no_row(mia):
    field = CustomField.objects.create(model="contacts.contact", key="size", label="Size", type="number")
    where = {"field": "custom_size", "op": "over", "value": 1}
    view = saved(mia, filter={"version": 1, "where": where}, columns=["name", "custom_size"], sort="-custom_size")
    client = make.signed_in(mia)
    field.delete()
    shown = client.get("/contacts/", {"view": view.pk})
    assert (shown.status_code, rows(shown)) == (400, [])
    assert shown.context["problems"] == ["There is no field named “custom_size” to filter by."]
    assert client.get("/contacts/", {"view": view.pk, "filter": ""}).status_code == 200


@pytest.mark.parametrize(
    "shown",
    ["", "{", "[]", "[" * 5_000]
    + [
        json.dumps({**SHOWN, **wrong})
        for wrong in (
            {"filter": {"version": 1, "where": {"field": "password", "op": "is", "value": "x"}}},
            {"columns": ["password"]},
            {"sort": "-password"},
            {"words": 5},
            {"words": "x" * 201},
            {"filter": 5},
        )
    ],
)
def test_what_no_list_shows_is_not_saved(mia, shown):
    sent = {"list": "contacts.contact", "shown": shown, "name": "Bad"}
    assert make.signed_in(mia).post(reverse("crm:view_create"), sent).status_code == 422
    sent = {"list": "crm.user", "shown": json.dumps(SHOWN), "name": "Bad"}
    assert make.signed_in(mia).post(reverse("crm:view_create"), sent).status_code == 422
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("view", ["0", "x", "99999999999999999999"])
def test_a_view_that_is_none_is_not_found(mia, view):
    assert make.signed_in(mia).get("/contacts/", {"view": view}).status_code == 404


def managed(user) -> dict[str, tuple[bool, int]]:
    rows = make.signed_in(user).get(reverse("crm:view_list")).context["rows"]
    return {row.view.name: (row.may_change, len(row.problems)) for row in rows}


def test_the_page_of_views_says_whose_they_are_and_which_ask_for_what_is_gone(mia):
    gone = {"version": 1, "where": {"field": "custom_gone", "op": "over", "value": 1}}
    saved(mia, name="Mine", team=mia.team)
    saved(mia, name="Broken", filter=gone, columns=["name", "custom_gone"], sort="-custom_gone")
    saved(make.make_user(Role.REP), name="Of somebody else")
    saved(None, name="Of reps", role="rep")
    rep = make.make_user(Role.REP, team=mia.team)
    assert managed(mia) == {"Mine": (True, 0), "Broken": (True, 3)}
    assert managed(rep) == {"Mine": (False, 0), "Of reps": (False, 0)}
    admin = make.make_user(Role.ADMIN)
    assert managed(admin)["Of somebody else"] == (True, 0)
    page = make.signed_in(admin).get(reverse("crm:view_list")).content.decode()
    assert "There is no field named “custom_gone” to filter by." in page
    assert "<td>Sales rep</td>" in page


def test_a_view_changes_hands_within_reach_and_opens_first_for_nobody_then(mia):
    mate, far = make.make_user(Role.REP, name="Mate", team=mia.team), make.make_user(Role.REP, name="Far")
    view, client = saved(mia, is_default=True), make.signed_in(mia)
    url = reverse("crm:view_update", args=[view.pk])
    refused = client.post(url, {"name": "Wood", "owner": far.pk, "is_default": "on", "version": 1})
    assert refused.status_code == 422
    own = saved(mate, name="First", is_default=True)
    assert client.post(url, {"name": "Wood", "owner": mate.pk, "is_default": "on", "version": 1}).status_code == 302
    view.refresh_from_db()
    own.refresh_from_db()
    assert (view.owner, view.is_default, own.is_default) == (mate, False, True)
    client.post(reverse("crm:view_update", args=[own.pk]), {"name": "First", "owner": mia.pk, "version": 1})
    assert make.signed_in(mate).get(url).status_code == 200
    assert "owner" not in make.signed_in(mate).get(url).context["form"].fields, "a rep hands nothing over"


def test_deleted_from_the_page_of_views_it_leads_back_there(mia):
    view = saved(mia)
    answer = make.signed_in(mia).post(reverse("crm:view_delete", args=[view.pk]), {"from": "views"})
    assert answer["Location"] == reverse("crm:view_list")
    assert not SavedView.objects.exists()
