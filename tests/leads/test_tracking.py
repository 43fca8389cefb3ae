"""The funnel by cohort of entry, counted again one by one in Python; every figure leads to exactly its leads."""

import datetime as dt
import random
import re
from collections import Counter
from html import unescape

import pytest
from django.urls import reverse

from leads.models import Lead, LeadCost
from leads.tracking.queries import cohorts
from tests.factories import make_lead, signed_in

pytestmark = pytest.mark.django_db
FIRST, LAST = dt.date(2026, 1, 1), dt.date(2026, 3, 31)
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


@pytest.fixture
def leads(house):
    draw = random.Random(7)
    for _ in range(60):
        came = START + dt.timedelta(hours=draw.randrange(24 * 100))
        step = draw.randrange(5)
        make_lead(
            source=draw.choice(["Fair", "Web", "Web form", ""]),
            owner=draw.choice([house.rep, house.mate, None]),
            created_at=came,
            first_touch_at=came + dt.timedelta(minutes=draw.randrange(5, 500)) if step > 0 else None,
            respond_by=came + dt.timedelta(minutes=240) if draw.random() < 0.7 else None,
            qualified_at=came + dt.timedelta(days=1) if step > 1 else None,
            converted=True if step == 3 else False if step == 4 else None,
            status={0: "new", 1: "working", 2: "qualified", 3: "converted", 4: "disqualified"}[step],
        )
    return [lead for lead in Lead.objects.all() if FIRST <= lead.created_at.date() <= LAST]


def test_the_funnel_is_what_counting_one_by_one_gives(house, leads):
    found = {row.name: row for row in cohorts(house.manager, "source", FIRST, LAST, "UTC")}
    for source, name in (("Fair", "Fair"), ("Web", "Web"), ("", "none named")):
        mine, row = [lead for lead in leads if lead.source == source], found[name]
        assert (row.leads, row.contacted, row.qualified, row.converted, row.lost) == (
            len(mine),
            sum(lead.first_touch_at is not None for lead in mine),
            sum(lead.qualified_at is not None for lead in mine),
            sum(lead.converted is True for lead in mine),
            sum(lead.status == "disqualified" for lead in mine),
        )
        waits = sorted((lead.first_touch_at - lead.created_at).total_seconds() for lead in mine if lead.first_touch_at)
        middle = len(waits) // 2
        median = waits[middle] if len(waits) % 2 else (waits[middle - 1] + waits[middle]) / 2
        assert row.response_seconds == pytest.approx(median)
        clocked = [lead for lead in mine if lead.respond_by]
        assert (row.clocked, row.in_time) == (
            len(clocked),
            sum(lead.first_touch_at is not None and lead.first_touch_at <= lead.respond_by for lead in clocked),
        )


@pytest.mark.parametrize("dimension", ["source", "owner", "week", "list"])
def test_the_groups_of_each_kind_add_up_to_the_whole(house, leads, dimension):
    rows = cohorts(house.manager, dimension, FIRST, LAST, "UTC")
    (total,) = cohorts(house.manager, "total", FIRST, LAST, "UTC")
    for name in ("leads", "contacted", "qualified", "converted", "lost", "open"):
        assert sum(getattr(row, name) for row in rows) == getattr(total, name)
    assert total.leads == len(leads)


def test_weeks_begin_on_monday_in_the_zone_of_the_company(house):
    make_lead(created_at=dt.datetime(2026, 1, 4, 23, 30, tzinfo=dt.UTC))  # Sunday here, Monday in Berlin
    names = {zone: cohorts(house.manager, "week", FIRST, LAST, zone)[0].name for zone in ("UTC", "Europe/Berlin")}
    assert names == {"UTC": "2025-12-29", "Europe/Berlin": "2026-01-05"}


def test_every_figure_leads_to_exactly_its_leads(house, leads):
    client = signed_in(house.manager)
    for row in cohorts(house.manager, "source", FIRST, LAST, "UTC"):
        for reached, count in (("all", row.leads), ("converted", row.converted), ("open", row.open)):
            page = client.get(f"{row.urls[reached]}&part=count").json()
            assert page == {"count": str(count), "problems": []}


def test_a_person_sees_the_figures_of_their_own_reach(house, leads):
    Lead.objects.filter(owner=house.rep).update(team=house.rep.team)
    Lead.objects.filter(owner=house.mate).update(team=house.mate.team)
    assert cohorts(house.stranger, "total", FIRST, LAST, "UTC") == []
    (north,) = cohorts(house.rep, "total", FIRST, LAST, "UTC")
    assert north.leads == sum(lead.owner_id is not None for lead in leads)


def test_costs_count_by_their_days_within(house, leads):
    LeadCost.objects.create(source="Fair", amount=900, starts_on=dt.date(2026, 3, 1), ends_on=dt.date(2026, 4, 29))
    LeadCost.objects.create(amount=100, starts_on=FIRST, ends_on=LAST)
    rows = {row.name: row for row in cohorts(house.manager, "source", FIRST, LAST, "UTC")}
    (total,) = cohorts(house.manager, "total", FIRST, LAST, "UTC")
    assert rows["Fair"].cost == 900 * 31 / 60
    assert rows["Web"].cost is None
    assert total.cost == 900 * 31 / 60 + 100
    assert float(rows["Fair"].cost_per_customer) == pytest.approx(465 / rows["Fair"].converted)


def test_the_page_shows_it_and_bad_days_are_said(house, leads):
    client = signed_in(house.manager)
    page = client.get(reverse("leads:tracking"), {"first": FIRST, "last": LAST, "by": "owner"}).content.decode()
    assert Counter(re.findall(r">(Rosa Rep|Tom Mate|nobody yet)<", unescape(page)))["Rosa Rep"] == 1
    wrong = client.get(reverse("leads:tracking"), {"first": "2026-05-01", "last": "2026-01-01"})
    assert "The first day lies after the last one" in wrong.content.decode()
    assert client.get(reverse("leads:lead_list"), {"counted": "nonsense"}).status_code == 400
