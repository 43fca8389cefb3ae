"""Deals that reps share: whose figures they count in, by how much, and that nothing is counted twice or lost."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from crm.choices import Role
from pipeline.actions import change_deal
from pipeline.models import Deal
from pipeline.performance import Figures, figures_by, total_figures
from tests import factories as make

OPENED, CLOSED = dt.date(2026, 3, 2), dt.date(2026, 3, 12)


@pytest.fixture
def house(db):
    """Ann of the north and Bob of the south, led by Mia and Otto; Ann's deal over 1,000 is won and shared 60 to 40."""
    make.make_company()
    mia, otto = (make.make_user(Role.MANAGER, name=name) for name in ("Mia", "Otto"))
    north, south = make.make_team(), make.make_team()
    ann = make.make_user(Role.REP, name="Ann", manager=mia, team=north)
    bob = make.make_user(Role.REP, name="Bob", manager=otto, team=south)
    deal = make.make_deal(owner=ann, amount=Decimal(1000), opened_on=OPENED, closed=("Won", CLOSED))
    share(deal, {bob: 40})
    return ann, bob


def share(deal, parts) -> None:
    rows = [{"user": person, "percent": percent} for person, percent in parts.items()]
    change_deal(actor=None, deal=deal, version=deal.version, fields={}, parts={"shares": rows})


def by(grouping: str) -> dict[str, Figures]:
    return {row.name: row for row in figures_by(None, grouping)}


def test_each_has_their_part_of_count_and_amount_and_the_rest_is_the_owners(house):
    found = by("rep")
    assert {name: (row.won, row.closed, row.opened, row.amount) for name, row in found.items()} == {
        "Ann": (Decimal("0.6"), Decimal("0.6"), Decimal("0.6"), Decimal(600)),
        "Bob": (Decimal("0.4"), Decimal("0.4"), Decimal("0.4"), Decimal(400)),
    }
    assert {(row.win_rate, row.mean_amount, row.cycle_won, row.median_won) for row in found.values()} == {
        (1, Decimal(1000), 10, 10)
    }


def test_the_row_of_a_rep_leads_to_the_deals_that_count_for_them(house):
    ann, bob = house
    own = make.make_deal(owner=bob, opened_on=OPENED, closed=("Won", CLOSED))
    gone = make.make_deal(owner=bob, opened_on=OPENED, closed=("Won", CLOSED))
    share(gone, {ann: 100})
    client = make.signed_in(make.make_user(Role.ADMIN))
    page = client.get("/analytics/performance/?by=rep")
    urls = {row.name: url for row, url in page.context["rows"]}

    def listed(url: str) -> list[int]:
        return sorted(row.pk for row in client.get(url).context["table"].rows)

    shared = next(one.pk for one in Deal.objects.all() if one not in (own, gone))
    assert listed(urls["Bob"]) == sorted([shared, own.pk])
    assert listed(urls["Ann"]) == sorted([shared, gone.pk])
    assert listed(f"{reverse('pipeline:deal_list')}?shared_with={bob.pk}") == [shared]
    assert listed(f"{reverse('pipeline:deal_list')}?shared_with=me") == []
    assert listed(f"{reverse('pipeline:deal_list')}?shared_with=none") == [own.pk]


@pytest.mark.parametrize(("grouping", "names"), [("manager", {"Mia", "Otto"}), ("office", None)])
def test_a_share_counts_for_the_manager_and_the_team_of_who_has_it(house, grouping, names):
    found = by(grouping)
    assert names is None or set(found) == names
    assert sorted(row.amount for row in found.values()) == [400, 600]


def test_rates_and_cycles_are_weighted_by_the_parts(house):
    ann, bob = house
    lost = make.make_deal(owner=bob, opened_on=OPENED, closed=("Lost", OPENED + dt.timedelta(days=30)))
    share(lost, {ann: 50})
    found = by("rep")
    assert found["Ann"].win_rate == Decimal("0.6") / Decimal("1.1")
    assert found["Bob"].win_rate == Decimal("0.4") / Decimal("0.9")
    assert found["Bob"].amount == 400, "a lost deal weighs nothing"
    slow = make.make_deal(owner=ann, opened_on=OPENED, closed=("Won", OPENED + dt.timedelta(days=50)))
    share(slow, {ann: 100})
    assert float(by("rep")["Ann"].cycle_won) == pytest.approx((0.6 * 10 + 1 * 50) / 1.6)
    assert by("rep")["Ann"].median_won == 30


def test_the_groups_add_up_to_all_deals_each_counted_once(house):
    ann, bob = house
    for number in range(6):
        deal = make.make_deal(owner=ann if number % 2 else None, opened_on=OPENED, closed=("Won", CLOSED))
        share(deal, {bob: 10 * number} if number else {})
    whole = total_figures(None)
    assert (whole.won, whole.amount) == (7, 1600)
    for grouping in ("rep", "manager", "office", "source", "product", "pipeline"):
        rows = figures_by(None, grouping)
        assert (sum(row.won for row in rows), sum(row.amount for row in rows)) == (7, 1600), grouping


def test_a_deal_without_an_owner_leaves_its_rest_unsaid(house):
    deal = make.make_deal(owner=None, amount=Decimal(100), closed=("Won", CLOSED))
    share(deal, {house[1]: 30})
    assert (by("rep")["not said"].amount, by("rep")["Bob"].amount) == (70, 430)


def test_a_deal_counts_whole_with_each_of_its_competitors(house):
    deal = make.make_deal(amount=Decimal(50), closed=("Won", CLOSED))
    rivals = [{"name": name, "note": ""} for name in ("Acme", "Brockmann")]
    change_deal(actor=None, deal=deal, version=deal.version, fields={}, parts={"competitors": rivals})
    found = by("competitor")
    assert (found["Acme"].won, found["Brockmann"].won, found["not said"].won) == (1, 1, 1)


def test_the_page_says_how_shared_deals_count(house):
    page = make.signed_in(make.make_user(Role.MANAGER)).get("/analytics/performance/?by=rep").content.decode()
    assert "of one split 60 to 40 the one has 0.6 deals" in page
    row = page.partition(">Ann<")[2].partition("</tr>")[0]
    assert ">0.6</td>" in row
