"""The forecast by month and quarter: what each method says, of whom, and how far off it was on earlier nights."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from analytics.forecast_cells import Basis, read_cells
from analytics.forecast_page import ForecastPage, span_asked
from analytics.forecast_sums import CHANCES as SUMS
from analytics.models import DealForecast, ForecastSnapshot, ModelRun
from analytics.periods import Period
from analytics.runs import run_steps
from crm.choices import Role
from crm.company import company_today
from crm.kept_sums.keeping import recount
from pipeline.actions import change_deal
from pipeline.credit import ALL_TOGETHER, GROUPINGS
from pipeline.models import Deal, Stage
from pipeline.month_board import first_of
from tests import factories as make

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 5, 20)
BASIS = Basis(
    cutoff=TODAY,
    ends=tuple(first_of(TODAY, ahead) for ahead in range(1, 7)),
    new_amounts=(10.0, 30.0, 60.0, 100.0, 150.0, 200.0),
    before=450.0,
    win_rate=0.5,
)
CHANCES = (0.1, 0.3, 0.6, 0.7, 0.8, 0.9)


@pytest.fixture
def house():
    """Ann has won 300 in April and 50 in May, Bob 100 in March; Ann has an open deal for June, one of Bob's slipped."""
    make.make_company()
    make.make_pipeline()
    Stage.objects.filter(name="First").update(probability=20)
    team = make.make_team()
    ann, bob = (make.make_user(Role.REP, name=name, team=team) for name in ("Ann", "Bob"))
    opened = dt.date(2026, 1, 5)
    for owner, amount, day in ((ann, 300, "2026-04-10"), (ann, 50, "2026-05-04"), (bob, 100, "2026-03-02")):
        closed = ("Won", dt.date.fromisoformat(day))
        make.make_deal(owner=owner, amount=Decimal(amount), opened_on=opened, closed=closed)
    june = make.make_deal(owner=ann, amount=Decimal(1000), expected_on=dt.date(2026, 6, 9), forecast_category="commit")
    may = dt.date(2026, 5, 1)
    late = make.make_deal(owner=bob, amount=Decimal(200), expected_on=may, forecast_category="best_case")
    none = make.make_deal(owner=bob, amount=Decimal(40), forecast_category="omitted")
    months = {f"month_{n}": chance for n, chance in enumerate(CHANCES, start=1)}
    for deal in (june, late, none):
        DealForecast.objects.create(
            deal=deal, run_id=1, as_of=TODAY, worth=float(deal.amount), rate=0.5, **months
        )  # as a run leaves them
    recount(SUMS)
    return ann, bob


def total(kind: str, start: str, user=None):
    return read_cells(user, ALL_TOGETHER, BASIS, TODAY, dt.date(2025, 11, 1)).total(Period.read(start, kind))


def test_a_month_that_runs_holds_what_is_won_what_slipped_and_what_is_to_come(house):
    may = total("month", "2026-05-01")
    assert (may.won, may.naive) == (50, 300)
    assert (may.commit, may.best_case, may.pipeline) == (0, 200, 200), "what slipped is due now"
    assert may.weighted == pytest.approx(0.2 * 200)
    assert may.learned == pytest.approx(50 + 0.1 * 1240 + 10)
    assert (may.slipped, may.slipped_amount, may.open_count, may.open_amount) == (1, 200, 3, 1240)


def test_the_coverage_is_all_that_is_open_weighted_over_what_is_missing_to_the_target(house):
    may = total("month", "2026-05-01")
    short, reached = replace(may, target=350.0), replace(may, target=50.0)
    assert short.coverage == pytest.approx(0.2 * (1000 + 200 + 40) / (350 - 50))
    assert (short.attainment, reached.attainment) == (pytest.approx(50 / 350), 1)
    assert (may.coverage, reached.coverage) == (None, None), "nothing is missing"


def test_a_month_to_come_holds_nothing_of_the_months_before(house):
    june = total("month", "2026-06-01")
    assert (june.won, june.commit, june.best_case) == (0, 1000, 1000)
    assert june.naive == 300, "the last whole month"
    assert june.learned == pytest.approx((0.3 - 0.1) * 1240 + (30 - 10))
    assert total("month", "2027-01-01").learned is None, "nobody said anything of it"


def test_a_quarter_is_its_months_together(house):
    quarter = total("quarter", "2026-04-01")
    months = [total("month", day) for day in ("2026-04-01", "2026-05-01", "2026-06-01")]
    assert quarter.won == sum(month.won for month in months) == 350
    assert quarter.commit == sum(month.commit for month in months) == 1000
    assert quarter.learned == pytest.approx(350 + 0.3 * 1240 + 30)
    assert quarter.naive == 100


def test_groups_add_up_and_a_share_counts_for_who_has_it(house):
    deal = Deal.objects.get(expected_on=dt.date(2026, 6, 9))
    shares = {"shares": [{"user": house[1], "percent": 25}]}
    change_deal(actor=None, deal=deal, version=deal.version, fields={}, parts=shares)
    cells = read_cells(None, GROUPINGS["rep"], BASIS, TODAY, dt.date(2025, 11, 1))
    rows = {row.name: row for row in cells.rows(Period.read("2026-04-01", "quarter"))}
    assert {name: row.commit for name, row in rows.items()} == {"Ann": 750, "Bob": 250}
    whole = total("quarter", "2026-04-01")
    for name in ("won", "learned", "naive", "weighted", "commit", "best_case", "pipeline", "open_amount", "slipped"):
        assert sum(getattr(row, name) for row in rows.values()) == pytest.approx(getattr(whole, name)), name


def test_the_page_of_a_rep_is_of_the_own_team_and_hides_the_money_of_the_house(house):
    make.make_deal(owner=make.make_user(Role.REP), amount=Decimal(77777), expected_on=company_today())
    (run,) = run_steps(actor=None, as_of=company_today(), only=["forecast"])
    quarter = Period.of(company_today(), "quarter").start
    ForecastSnapshot.objects.create(
        taken_on=dt.date(2020, 1, 1), span="quarter", starts_on=quarter, method="commit", amount=66666, run_id=run.pk
    )
    for person, sees in ((house[0], False), (make.make_user(Role.MANAGER), True)):
        page = make.signed_in(person).get(reverse("analytics:forecast_detail")).content.decode()
        assert ("77,777" in page, "66,666" in page) == (sees, sees)


def test_a_page_costs_the_same_for_ten_groups_and_for_fifty(house):
    run_steps(actor=None, as_of=company_today(), only=["forecast"])
    client, counts = make.signed_in(make.make_user(Role.MANAGER)), []
    for number in (10, 40):
        for _ in range(number):
            make.make_deal(owner=make.make_user(Role.REP), expected_on=company_today())
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("analytics:forecast_detail")).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 16


def test_every_night_keeps_what_each_method_says_and_the_first_one_of_a_day_stays(house):
    today = company_today()
    deal = make.make_deal(expected_on=first_of(today, 1), amount=Decimal(500), forecast_category="commit")
    run_steps(actor=None, as_of=today, only=["forecast"])
    month = ForecastSnapshot.objects.filter(span="month", starts_on=first_of(today, 1), method="commit")
    assert month.get().amount == 500
    found = set(ForecastSnapshot.objects.order_by().values_list("span", "starts_on").distinct())
    quarter = Period.of(today, "quarter")
    quarters = {("quarter", quarter.start), ("quarter", quarter.next.start)}
    months = {("month", first_of(today, ahead)) for ahead in range(6)}
    assert found == {("ahead", today + dt.timedelta(days=1))} | months | quarters
    change_deal(actor=None, deal=deal, version=deal.version, fields={"amount": Decimal(9)})
    run_steps(actor=None, as_of=today, only=["forecast"])
    assert month.get().amount == 500
    url = reverse("analytics:forecast_detail") + f"?length=month&from={first_of(today, 1)}"
    (night,) = make.signed_in(make.make_user(Role.MANAGER)).get(url).context["thoughts"]
    assert (night["day"], night["said"][3]) == (today, 500)


def test_the_error_over_time_is_of_what_came_in_the_three_months_after(house):
    nights = {
        dt.date(2026, 1, 9): ("commit", 90),
        dt.date(2026, 1, 31): ("commit", 500),
        dt.date(2026, 2, 4): ("naive", 1),
    }
    for night, (method, amount) in nights.items():
        ForecastSnapshot.objects.create(
            taken_on=night, starts_on=night + dt.timedelta(days=1), method=method, amount=amount, run_id=1
        )
    (run,) = run_steps(actor=None, as_of=dt.date(2026, 5, 3), only=["forecast"])
    found = run.metrics["over_time"]
    # from 10 January to 9 April 100 came, from 1 February to 30 April 400; the third night's months are not over
    assert found["errors"] == {"commit": {"error": (10 + 100) / 500, "nights": 2}}
    assert [(point["day"], point["came"]) for point in found["points"]] == [("2026-01-09", 100), ("2026-01-31", 400)]
    page = make.signed_in(make.make_user(Role.MANAGER)).get(reverse("analytics:forecast_detail"))
    assert [one["said"][3] for one in page.context["errors"]] == pytest.approx([-0.1, 0.25])
    assert "+25.0" in page.content.decode()


def test_a_day_that_begins_nothing_is_not_found_and_a_long_past_run_is_said(house):
    client, url = make.signed_in(make.make_user(Role.MANAGER)), reverse("analytics:forecast_detail")
    assert client.get(url + "?length=month&from=2026-05-02").status_code == 404
    assert client.get(url + "?length=quarter&from=nonsense").status_code == 404
    run_steps(actor=None, as_of=dt.date(2026, 3, 31), only=["forecast"])
    page = client.get(url)
    assert page.context["span"].period == Period.read("2026-04-01", "quarter")
    assert "so the page speaks from the day after" in page.content.decode()


def test_a_forecast_can_be_asked_for_as_of_a_day(house):
    client = make.signed_in(make.make_user(Role.MANAGER))
    page = client.get(reverse("analytics:forecast_detail") + "?run=1").content.decode()
    token = page.partition('name="form_token" value="')[2].partition('"')[0]
    url = reverse("analytics:forecast_run")
    assert client.post(url, {"as_of": "2999-01-01", "form_token": token}).status_code == 422
    assert client.post(url, {"as_of": "2026-03-31", "form_token": token}).status_code == 302
    assert not ModelRun.objects.filter(step="forecast").exists(), "the worker does it"


def test_the_months_around_the_running_one(house):
    page = ForecastPage(make.make_user(Role.MANAGER), span_asked("", "month", TODAY), None, "rep")
    months = [str(month.start) for month, _, _ in page.month_rows]
    assert (months[0], months[-1], len(months)) == ("2025-11-01", "2026-10-01", 12)
    assert page.undated == 1
    data = page.chart({"won": "Won"})
    assert (data["won"][5:8], data["running"], data["commit"][7]) == ([300, 50, None], 6, 1000)
