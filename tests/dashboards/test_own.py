"""Dashboards of people's own: made, copied, shared, opened first; each sees their own tiles with their own rows."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from crm.choices import Role
from crm.company import company_today
from crm.dashboards.actions import create_dashboard
from crm.dashboards.choices import PeriodLength
from crm.dashboards.queries import all_tiles, question_of, ready_tiles, tiles_of
from crm.dashboards.subscribing import subscribe
from crm.demo.dashboards import BOARDS
from crm.models import AccessRule, Dashboard, DashboardSubscription, LogEntry
from tests import factories as make
from tests.concurrency.forms import form_in

pytestmark = pytest.mark.django_db


def board(owner: Any, **fields: Any) -> Dashboard:
    return Dashboard.objects.create(**{"name": "Sales", "owner": owner, "tiles": ["pipeline", "service"], **fields})


def tabs(user: Any, path: str = "/dashboards/") -> list[str]:
    return [tab["label"] for tab in make.signed_in(user).get(path).context["tabs"]]


@pytest.fixture
def manager(db):
    make.make_company()
    return make.make_user(Role.MANAGER, name="Mia", team=make.make_team())


def test_a_dashboard_is_made_of_chosen_tiles_in_their_order_and_opens_first(manager):
    client = make.signed_in(manager)
    page = client.get("/dashboards/new/")
    form = form_in(page.content.decode(), "form_token").fields
    assert set(form["part"]) == {"hidden", *(f"panel:{name}" for name in ready_tiles(manager))}
    assert form["part"].index("hidden") == len(tiles_of(manager, None))
    parts = ["panel:service", "panel:retention", "hidden", "panel:nps"]
    answer = client.post("/dashboards/new/", {**form, "name": "Monday", "part": parts, "period": "month"})
    made = Dashboard.objects.get()
    assert (made.tiles, made.period, made.owner) == (["service", "retention"], "month", manager)
    assert answer["Location"] == made.get_absolute_url() == f"/dashboards/{made.pk}/"
    shown = client.get(answer["Location"])
    assert [tile.name for tile, _ in shown.context["tiles"]] == ["service", "retention"]
    assert shown.context["question"].period == "month"
    assert client.get("/dashboards/").context["board"] is None
    client.post("/dashboards/first/", {"dashboard": made.pk})
    assert client.get("/dashboards/").context["board"] == made
    client.post("/dashboards/first/", {"dashboard": ""})
    assert client.get("/dashboards/").context["board"] is None
    logged = set(LogEntry.objects.values_list("summary", flat=True))
    assert {"Made the dashboard Monday", "Opens Monday first"} <= logged


def test_a_dashboard_without_tiles_or_with_unknown_ones_is_refused(manager):
    client = make.signed_in(manager)
    answer = client.post("/dashboards/new/", {"name": "None", "period": "month", "part": ["panel:nonsense", "hidden"]})
    assert answer.status_code == 422 and "at least one tile" in answer.content.decode()
    assert not Dashboard.objects.exists()


def test_a_copy_begins_as_the_other_stands_and_belongs_to_who_makes_it(manager):
    rep = make.make_user(Role.REP)
    other = board(manager, roles=["rep"], period="year")
    client = make.signed_in(rep)
    form = form_in(client.get(f"/dashboards/new/?from={other.pk}").content.decode(), "form_token").fields
    assert form["name"] == ["Copy of Sales"] and form["part"][:2] == ["panel:pipeline", "panel:service"]
    client.post("/dashboards/new/", form)
    copy = Dashboard.objects.get(owner=rep)
    assert (copy.tiles, copy.period, copy.roles, copy.team) == (other.tiles, "year", [], None)
    assert client.get(f"/dashboards/new/?from={board(manager, name='Private').pk}").status_code == 404


def test_roles_and_teams_see_what_is_shared_with_them_and_nobody_else_does(manager):
    below, beside = make.make_team(parent=manager.team), make.make_team()
    board(manager, name="Of the team", team=manager.team)
    board(manager, name="Of agents and reps", roles=["agent", "rep"])
    private = board(manager, name="Private")
    sees = {
        make.make_user(Role.REP, team=below): ["Dashboard", "Of agents and reps", "Of the team"],
        make.make_user(Role.AGENT, team=beside): ["Dashboard", "Of agents and reps"],
        make.make_user(Role.MARKETER, team=beside): ["Dashboard"],
        manager: ["Dashboard", "Of agents and reps", "Of the team", "Private"],
    }
    for user, names in sees.items():
        assert tabs(user) == names, user.role
        status = 200 if user == manager else 404
        for path in ("", "edit/"):
            assert make.signed_in(user).get(f"/dashboards/{private.pk}/{path}").status_code == status
        assert make.signed_in(user).get(f"/dashboards/pdf/?dashboard={private.pk}").status_code == status
    admin = make.make_user(Role.ADMIN)
    assert tabs(admin) == ["Dashboard"] and tabs(admin, f"/dashboards/{private.pk}/") == ["Dashboard", "Private"]


def test_only_who_may_shares_with_roles(manager):
    rep = make.make_user(Role.REP)
    said = {"name": "Ours", "period": "month", "part": ["panel:pipeline", "hidden"], "roles": ["agent"]}
    make.signed_in(rep).post("/dashboards/new/", said)
    assert Dashboard.objects.get(owner=rep).roles == []
    make.signed_in(manager).post("/dashboards/new/", said)
    assert Dashboard.objects.get(owner=manager).roles == ["agent"]
    AccessRule.objects.create(role="rep", model="crm.dashboard", verb="run", scope="all")
    make.signed_in(rep).post("/dashboards/new/", said | {"name": "All"})
    assert Dashboard.objects.get(name="All").roles == ["agent"]


def test_each_sees_only_tiles_that_they_may_see_and_the_page_says_that_there_are_more(manager):
    shared = board(manager, roles=["rep"], tiles=["retention", "pipeline", "nps"])
    rep = make.make_user(Role.REP)
    assert list(tiles_of(rep, shared)) == ["pipeline"]
    assert list(tiles_of(manager, shared)) == ["retention", "pipeline", "nps"]
    page = make.signed_in(rep).get(f"/dashboards/{shared.pk}/").content.decode().replace("\xa0", " ")
    assert "Of this dashboard you may not see: 2 more tiles." in page and "Net promoter" not in page
    assert make.signed_in(rep).get("/dashboards/tile/?tile=retention").status_code == 404


def test_a_tile_of_an_own_dashboard_shows_own_rows_only(manager):
    pipes = make.make_pipeline("Open").stages.get(name="Open")
    ann, bob = (make.make_user(Role.REP, team=make.make_team()) for _ in range(2))
    shared = board(manager, roles=["rep"], tiles=["pipeline"])
    for owner, amount in ((ann, 4_000), (bob, 70_000)):
        make.make_deal(
            pipes, owner=owner, team=owner.team, amount=amount, expected_on=company_today(), forecast_category="commit"
        )
    tile = tiles_of(ann, shared)["pipeline"]
    for user, commit in ((ann, "€ 4k"), (bob, "€ 70k"), (manager, "€ 74k")):
        figures = {one.label: one.value for one in tile.read(user, question_of({}, user, shared)).figures}
        assert figures["Commit"].replace("\xa0", " ") == commit


def test_a_dashboard_that_is_deleted_takes_its_mails_along_and_opens_first_for_nobody(manager):
    made = board(manager)
    client = make.signed_in(manager)
    client.post("/dashboards/first/", {"dashboard": made.pk})
    client.post("/dashboards/mails/new/", {"dashboard": made.pk, "rhythm": "daily", "hour": 7, "weekday": 0, "day": 1,
                                           "recipients": [manager.pk]})  # fmt: skip
    assert DashboardSubscription.objects.get().dashboard == made
    client.post(f"/dashboards/{made.pk}/delete/")
    manager.refresh_from_db()
    assert manager.first_dashboard is None and not DashboardSubscription.objects.exists()
    assert client.get("/dashboards/").context["board"] is None


def test_two_who_save_at_the_same_time_are_told_of_each_other_with_the_tiles(manager):
    made = board(manager)
    client = make.signed_in(manager)
    opened = form_in(client.get(f"/dashboards/{made.pk}/edit/").content.decode(), "opened").fields
    client.post(f"/dashboards/{made.pk}/edit/", {**opened, "part": ["panel:service", "panel:pipeline", "hidden"]})
    answer = client.post(f"/dashboards/{made.pk}/edit/", {**opened, "part": ["panel:nps", "hidden"]})
    page = answer.content.decode()
    assert answer.status_code == 409 and "1. Service" in page and "1. Net promoter score" in page
    made.refresh_from_db()
    assert made.tiles == ["service", "pipeline"]


def test_the_actions_refuse_what_the_forms_do_not_offer(manager):
    rep = make.make_user(Role.REP)
    fields = {"name": "Ours", "tiles": ["pipeline"], "roles": ["agent"]}
    with pytest.raises(ValidationError, match="with teams, not with roles"):
        create_dashboard(actor=rep, fields=fields)
    with pytest.raises(ValidationError, match="mailed to yourself"):
        subscribe(actor=rep, fields={"rhythm": "daily", "hour": 7}, people=[rep, manager])
    assert create_dashboard(actor=manager, fields=fields).roles == ["agent"]


def test_the_demo_has_dashboards_of_tiles_that_there_are(db):
    shipped = [line.split("|") for line in BOARDS.strip().splitlines()]
    for _, roles, period, tiles in shipped:
        assert set(roles.strip().split(", ")) <= set(Role.values) and period.strip() in PeriodLength.values
        assert set(tiles.strip().split(", ")) <= set(all_tiles())
