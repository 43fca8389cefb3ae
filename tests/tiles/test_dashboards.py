"""The dashboard: what each tile shows is what its page shows, each to who may see it, in the order of the role."""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import replace
from decimal import Decimal

import pytest
from django.utils import timezone

from analytics.models import ModelRun, RetentionRate
from analytics.runs import run_steps
from analytics.tiles import beside_before
from campaigns.models import Campaign
from crm.choices import Role
from crm.dashboards import queries
from crm.dashboards.layout import PLACE
from crm.dashboards.queries import tiles_for
from crm.layouts.actions import set_layout
from crm.layouts.arranging import Arrangement
from crm.models import FieldRule, LogEntry
from crm.tiles.spec import Figure, Question
from service.models import Ticket
from tests import factories as make
from tests.analytics.bases import Sale, make_base, make_segments

pytestmark = pytest.mark.django_db
NARROWED = "/dashboards/tile/?period=month&segment=champions"
FILE = "/dashboards/tile/file/?tile=retention&period=month"
FEBRUARY, MARCH = dt.date(2026, 2, 10), dt.date(2026, 3, 10)


@pytest.fixture
def manager():
    make.make_company()
    make_segments()
    base = [Sale(number, FEBRUARY, Decimal(10 * number)) for number in range(1, 9)]
    make_base([*base, *(Sale(number, MARCH, Decimal(50)) for number in (1, 2, 8))])
    run_steps(actor=None, as_of=dt.date(2026, 3, 31), only=["rfm", "history", "retention"])
    return make.make_user(Role.MANAGER)


def test_a_tile_shows_the_figures_of_its_page_with_their_table_and_their_file(manager):
    client = make.signed_in(manager)
    page = client.get("/dashboards/?period=month").content.decode()
    assert '/dashboards/tile/?tile=retention&amp;period=month&amp;segment="' in page
    tile = client.get("/dashboards/tile/?tile=retention&period=month").content.decode().replace("\xa0", " ")
    whole = client.get("/analytics/retention/?period=month").content.decode().replace("\xa0", " ")
    for words in ("37.5 %", "30.6 %", "As of 31 Mar 2026, run", "customers who bought again ÷"):
        assert words in tile and words in whole
    assert 'data-chart="lines"' in tile
    file = client.get("/dashboards/tile/file/?tile=retention&period=month")
    lines = b"".join(file.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Period,Active at the start,Bought again,Raw")
    assert "Mar 2026,8,3,0.375" in lines[1].replace("\xa0", " ")
    assert LogEntry.objects.filter(summary__contains="Retention").exists()


def test_a_segment_narrows_the_tiles_that_can_and_the_others_say_so(manager):
    client = make.signed_in(manager)
    everybody = client.get("/dashboards/tile/?tile=retention&period=month").content.decode()
    RetentionRate.objects.filter(dimension="segment").delete()
    champions = client.get(f"{NARROWED}&tile=retention").content.decode()
    assert '<th scope="row">Mar' in everybody and '<th scope="row">Mar' not in champions
    assert "all segments" in client.get(f"{NARROWED}&tile=service").content.decode()


def test_a_segment_that_is_hidden_from_a_role_narrows_nothing_for_it(manager):
    client = make.signed_in(manager)
    RetentionRate.objects.filter(dimension="segment").delete()
    narrowed = b"".join(client.get(f"{FILE}&segment=champions").streaming_content)
    FieldRule.objects.create(role="manager", model="analytics.rfmscore", field="segment", right="hidden")
    everybody = b"".join(client.get(FILE).streaming_content)
    assert everybody != narrowed
    assert b"".join(client.get(f"{FILE}&segment=champions").streaming_content) == everybody
    shown = client.get(f"{NARROWED}&tile=retention")
    assert '<th scope="row">Mar' in shown.content.decode() and "champions" not in shown.content.decode()
    assert 'value="champions"' not in client.get("/dashboards/?segment=champions").content.decode()
    assert client.get("/dashboards/tile/?tile=retention&segment=no+such").status_code == 200


def test_every_role_has_the_tiles_that_it_may_see_and_no_other():
    everything = {"retention", "nps", "churn", "clv", "pipeline", "service", "campaigns"}
    expected = dict.fromkeys(Role.values, everything) | {Role.REP: everything - {"retention", "nps"}}
    for role in Role.values:
        user = make.make_user(role)
        assert set(tiles_for(user)) == expected[role], role
        client = make.signed_in(user)
        assert client.get("/dashboards/").status_code == 200
        for name in everything:
            status = client.get(f"/dashboards/tile/?tile={name}").status_code
            assert status == (200 if name in expected[role] else 404)
    agent = make.signed_in(make.make_user(Role.AGENT))
    assert agent.get("/dashboards/tile/file/?tile=retention").status_code == 403


def test_administrators_arrange_the_dashboard_of_a_role(manager):
    shown = [block for block in PLACE.shipped() if block.panel in ("service", "nps")]
    hidden = tuple(block for block in PLACE.shipped() if block not in shown)
    arrangement = Arrangement(tuple(reversed(shown)), hidden_panels=hidden)
    set_layout(actor=manager, place=PLACE, role=Role.MANAGER, arrangement=arrangement)
    assert list(tiles_for(make.make_user(Role.MANAGER))) == ["service", "nps"]
    assert list(tiles_for(make.make_user(Role.MARKETER)))[:2] == ["retention", "nps"]
    admin = make.signed_in(make.make_user(Role.ADMIN))
    assert "Churn and value at risk" in admin.get(f"/layouts/?place={PLACE.name}&role=manager").content.decode()


def test_a_broken_tile_is_noted_and_says_so(manager, monkeypatch, caplog):
    def broken(user, question):
        raise RuntimeError("no such luck")

    tiles = {name: replace(tile, read=broken) for name, tile in tiles_for(manager).items()}
    monkeypatch.setattr("crm.dashboards.views.ready_tiles", lambda _: tiles)
    client = make.signed_in(manager)
    with caplog.at_level(logging.ERROR, queries.__name__):
        answer = client.get("/dashboards/tile/?tile=churn")
    assert answer.status_code == 200
    assert "could not be shown just now" in answer.content.decode()
    assert "no such luck" not in answer.content.decode() and "no such luck" in caplog.text


def test_what_was_not_computed_yet_is_a_sentence():
    client = make.signed_in(make.make_user(Role.MANAGER))
    for name in ("retention", "nps", "churn", "clv", "service", "campaigns"):
        assert "dash-nothing" in client.get(f"/dashboards/tile/?tile={name}").content.decode(), name


def test_figures_of_service_stand_beside_those_of_as_many_days_before():
    manager = make.make_user(Role.MANAGER)
    for days in (1, 2, 40):
        ticket = make.make_ticket()
        Ticket.objects.filter(pk=ticket.pk).update(opened_at=timezone.now() - dt.timedelta(days=days))
    figures = {one.label: one for one in tiles_for(manager)["service"].read(manager, Question("month")).figures}
    assert (figures["Opened"].value, figures["Opened"].change.replace("\xa0", " ")) == ("2", "+100 %")
    assert figures["Unsolved now"].change == "" and figures["First reply"].change == ""


def test_worth_of_customers_stands_beside_that_of_a_period_before():
    worth = Figure("Worth together", "€ 120")
    run = ModelRun.objects.create(step="clv", as_of=dt.date(2026, 6, 30), metrics={"total_clv": 120})
    assert beside_before(worth, run, "quarter") == worth
    ModelRun.objects.create(step="clv", as_of=dt.date(2026, 3, 30), metrics={"total_clv": 100})
    ModelRun.objects.create(step="clv", as_of=dt.date(2026, 5, 30), metrics={"total_clv": 119})
    assert beside_before(worth, run, "quarter").change.replace("\xa0", " ") == "+20 %"
    assert beside_before(worth, run, "year") == worth


def test_campaigns_stand_by_the_day_they_began_and_one_without_a_planned_day_is_not_the_newest():
    user, now = make.make_user(Role.MARKETER), timezone.now()
    for name, days, planned in (("Older", 60, False), ("Newest", 2, True), ("Middle", 20, False)):
        begun = now - dt.timedelta(days=days)
        Campaign.objects.create(
            name=name, owner=user, state="over", starts_on=begun.date() if planned else None, launched_at=begun
        )
    rows = tiles_for(user)["campaigns"].read(user, Question("quarter")).rows
    assert [row[0].text for row in rows] == ["Newest", "Middle", "Older"]
