"""Targets: who sees which, what is reached, at what pace."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from analytics.forecast_page import Targets
from analytics.periods import Period
from crm.choices import Role
from pipeline.actions import set_target
from pipeline.models import Target
from pipeline.target_page import lines_of, targets_in
from tests import factories as make

pytestmark = pytest.mark.django_db
QUARTER = dt.date(2026, 1, 1)


@pytest.fixture
def house():
    make.make_company()
    north, south = make.make_team(), make.make_team()
    rep = make.make_user(Role.REP, name="Ann", team=north)
    other = make.make_user(Role.REP, name="Bob", team=south)
    make.make_deal(owner=rep, amount=Decimal(300), opened_on=QUARTER, closed=("Won", dt.date(2026, 1, 20)))
    make.make_deal(owner=other, amount=Decimal(100), opened_on=QUARTER, closed=("Won", dt.date(2026, 2, 20)))
    make.make_deal(owner=rep, amount=Decimal(900), opened_on=QUARTER, closed=("Lost", dt.date(2026, 2, 20)))
    set_target(actor=None, fields={"starts_on": QUARTER, "amount": Decimal(800)})
    set_target(actor=None, fields={"starts_on": QUARTER, "amount": Decimal(600), "user": rep})
    set_target(actor=None, fields={"starts_on": QUARTER, "months": 1, "amount": Decimal(400), "team": south})
    return rep, other, south


def test_what_is_won_of_each_and_at_what_pace(house):
    manager, middle = make.make_user(Role.MANAGER), dt.date(2026, 2, 14)  # 45 of 90 days
    lines = {line.target.who: line for line in lines_of(manager, targets_in(manager, QUARTER), middle)}
    assert {who: (line.won, line.share_over) for who, line in lines.items()} == {
        "Everybody": (400.0, 0.5), "Ann": (300.0, 0.5), str(house[2]): (0.0, 1.0),
    }  # fmt: skip
    assert (lines["Everybody"].attainment, lines["Everybody"].pace) == (0.5, 1.0)
    assert (lines["Ann"].attainment, lines["Ann"].tone) == (0.5, "good")
    assert lines[str(house[2])].tone == "bad"


def test_a_rep_sees_the_own_target_and_not_that_of_others(house):
    rep, other, _ = house
    assert [target.who for target in targets_in(rep, QUARTER)] == ["Ann"]
    page = make.signed_in(other).get(reverse("pipeline:target_list") + "?from=2026-01-01").content.decode()
    assert "Ann" not in page.partition("<main")[2]


def test_a_second_target_for_the_same_months_and_a_wrong_day_are_refused(house):
    with pytest.raises(ValidationError, match="There is a target for that span already"):
        set_target(actor=None, fields={"starts_on": QUARTER, "amount": Decimal(1), "user": house[0]})
    client = make.signed_in(make.make_user(Role.MANAGER))
    answer = client.post(reverse("pipeline:target_create"), {"amount": "5", "starts_on": "2026-01-02", "months": "3"})
    assert answer.status_code == 422
    assert "It begins on the first day of a month." in answer.content.decode()
    assert client.get(reverse("pipeline:target_list") + "?from=nonsense").status_code == 404


def test_what_a_span_has_no_target_for_is_taken_from_others(house):
    set_target(actor=None, fields={"starts_on": dt.date(2026, 4, 1), "months": 1, "amount": Decimal(100)})
    set_target(actor=None, fields={"starts_on": dt.date(2026, 5, 1), "months": 1, "amount": Decimal(50)})
    set_target(actor=None, fields={"starts_on": QUARTER, "months": 12, "amount": Decimal(2400)})
    found = Targets(list(Target.objects.all()))
    asked = [("2026-01-01", "quarter"), ("2026-02-01", "month"), ("2026-04-01", "quarter"), ("2026-07-01", "quarter"),
             ("2026-08-01", "month"), ("2027-01-01", "quarter")]  # fmt: skip
    assert [found.of(Period.read(day, kind)) for day, kind in asked] == [
        800,
        pytest.approx(800 / 3),
        150,
        600,
        200,
        None,
    ]


def test_a_manager_changes_and_takes_away_a_target(house):
    client, target = make.signed_in(make.make_user(Role.MANAGER)), Target.objects.get(user=house[0])
    typed = {"user": house[0].pk, "amount": "700", "starts_on": "2026-01-01", "months": "3", "version": 1}
    answer = client.post(target.get_absolute_url(), typed)
    assert answer.headers["Location"] == "/targets/?from=2026-01-01"
    target.refresh_from_db()
    assert (target.amount, target.version) == (700, 2)
    assert client.post(reverse("pipeline:target_remove", args=[target.pk])).status_code == 302
    assert not Target.objects.filter(pk=target.pk).exists()
