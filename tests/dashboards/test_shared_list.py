"""Who has which dashboard, and the order of the saved views above a list."""

from __future__ import annotations

import pytest

from crm.choices import Role
from crm.models import Dashboard, DashboardSubscription, LogEntry, SavedView, Team
from tests.factories import make_company, make_team, make_user, signed_in

pytestmark = pytest.mark.django_db


def test_it_says_with_whom_a_dashboard_is_shared_and_who_that_is():
    make_company()
    north = make_team(name="North")
    below = Team.objects.create(name="Below", parent=north)
    admin = make_user(Role.ADMIN, name="Ada")
    ben, mia = make_user(Role.REP, name="Ben", team=below), make_user(Role.MANAGER, name="Mia", team=north)
    make_user(Role.REP, name="Out", team=make_team(name="South"))
    make_user(Role.REP, name="Gone", team=below, is_active=False)
    Dashboard.objects.create(name="Alone", owner=ben, tiles=["x"])
    Dashboard.objects.create(name="By team", owner=admin, team=north, tiles=["x"])
    board = Dashboard.objects.create(name="By role", owner=admin, roles=["manager"], tiles=["x"])
    mail = DashboardSubscription.objects.create(
        dashboard=board, owner=admin, rhythm="weekly", hour=7, next_at="2026-03-02T07:00Z"
    )
    mail.recipients.add(mia, admin)
    told = {
        row.board.name: ([one.name for one in row.people], row.roles, row.mailed, row.is_shared)
        for row in signed_in(admin).get("/dashboards/shared/").context["rows"]
    }
    assert told == {
        "By role": (["Mia"], "Manager", 2, True),
        "By team": (["Ben", "Mia"], "", 0, True),
        "Alone": ([], "", 0, False),
    }
    assert [row.board.name for row in signed_in(ben).get("/dashboards/shared/").context["rows"]] == ["By team", "Alone"]
    assert 'href="/dashboards/shared/"' in signed_in(admin).get("/dashboards/house/").content.decode()


def test_dashboards_of_one_team_ask_for_it_once(django_assert_max_num_queries):
    make_company()
    client, team = signed_in(make_user(Role.ADMIN)), make_team()

    def asked() -> int:
        with django_assert_max_num_queries(60) as queries:
            assert client.get("/dashboards/shared/").status_code == 200
        return len(queries)

    for number in range(2):
        Dashboard.objects.create(name=f"Board {number}", owner=make_user(), team=team, tiles=["x"])
    asked()
    few = asked()
    for number in range(2, 8):
        Dashboard.objects.create(name=f"Board {number}", owner=make_user(), team=team, tiles=["x"])
    assert asked() == few


def names(client) -> list[str]:
    return [tab["label"] for tab in client.get("/contacts/?view=all").context["views"]]


def test_tabs_stand_in_the_order_that_a_person_dragged_them_into():
    make_company()
    ben = make_user(Role.REP, name="Ben", team=make_team())
    shown = {"list_name": "contacts.contact", "filter": {"version": 1, "where": None}}
    keys = {name: SavedView.objects.create(name=name, owner=ben, **shown).pk for name in ("A", "B", "C")}
    shared = SavedView.objects.create(name="D", team=ben.team, **shown).pk
    other = SavedView.objects.create(name="E", owner=make_user(Role.REP), **shown).pk
    client = signed_in(ben)
    page = client.get("/contacts/?view=all")
    assert page.context["order_url"] == "/views/order/?list=contacts.contact"
    asked = [shared, keys["C"], other, 999_999, keys["C"], keys["A"]]
    assert client.post(page.context["order_url"], {"keys": ",".join(map(str, asked))}).status_code == 204
    assert names(client) == ["All contacts", "D", "C", "A", "B"]
    client.post(page.context["order_url"], {"keys": "x,,-1"})
    assert names(client) == ["All contacts", "D", "C", "A", "B"]
    assert LogEntry.objects.filter(verb="arrange").count() == 1
