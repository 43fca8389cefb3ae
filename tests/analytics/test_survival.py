"""Kaplan-Meier beside the figures of lifelines and a count by hand; what keeping more is worth, beside arithmetic."""

import csv
import datetime as dt
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.economics import Base, Wish, worth_of
from analytics.runs import run_steps
from analytics.survival import kaplan_meier, median_length, share_after
from tests.factories import make_contact, make_subscription

TELCO = Path(__file__).parents[1] / "data" / "telco_churn.csv"
MONTHS = (1, 6, 12, 24, 36, 48, 60, 72)
# lifelines 0.30.3, share still customer after so many months
PUBLISHED = {
    "": (0.946, 0.8848, 0.8432, 0.7887, 0.7485, 0.7088, 0.6644, 0.5928),
    "Month-to-month": (0.9019, 0.7858, 0.7031, 0.5859, 0.4911, 0.3973, 0.2972, 0.129),
    "One year": (1.0, 0.9973, 0.9908, 0.9783, 0.9593, 0.9165, 0.8318, 0.5681),
    "Two year": (1.0, 1.0, 1.0, 1.0, 0.9987, 0.9957, 0.9862, 0.9357),
}


def telco(contract: str) -> list[tuple[float, int, int]]:
    with TELCO.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if contract in ("", row["Contract"])]
    counts = Counter((int(row["tenure"]), row["Churn"] == "Yes") for row in rows)
    return [(months, n if ended else 0, 0 if ended else n) for (months, ended), n in counts.items()]


@pytest.mark.parametrize("contract", PUBLISHED)
def test_curves_of_the_telco_set_are_those_of_lifelines(contract):
    points = kaplan_meier(telco(contract))
    found = tuple(round(share_after(points, months), 4) for months in MONTHS)
    assert found == pytest.approx(PUBLISHED[contract], abs=1e-4)


def test_intervals_of_the_yearly_contracts_are_those_of_lifelines():
    by_time = {point.time: (point.low, point.high) for point in kaplan_meier(telco("One year"))}
    assert by_time[12] == pytest.approx((0.984220, 0.994653), abs=1e-6)
    assert by_time[36] == pytest.approx((0.946363, 0.969178), abs=1e-6)
    assert by_time[72] == pytest.approx((0.446758, 0.672523), abs=1e-6)


def test_a_curve_by_hand_with_its_interval():
    # 6 contracts: 1 ends at 1, 1 is left out at 2, 1 ends at 3, 3 are left out at 4
    points = kaplan_meier([(1, 1, 0), (2, 0, 1), (3, 1, 0), (4, 0, 3)])
    assert [(point.time, point.at_risk, point.ended) for point in points] == [(1, 6, 1), (3, 4, 1)]
    assert [point.share for point in points] == pytest.approx([5 / 6, 5 / 6 * 3 / 4])
    # the intervals that lifelines 0.30.3 prints
    assert [(point.low, point.high) for point in points] == [
        pytest.approx((0.273123, 0.974712), abs=1e-6),
        pytest.approx((0.141853, 0.893051), abs=1e-6),
    ]
    assert median_length(points) is None


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=40))
def test_a_curve_falls_and_is_the_plain_share_where_nobody_is_left_out(contracts):
    points = kaplan_meier([(time, int(ended), int(not ended)) for time, ended in contracts])
    shares = [point.share for point in points]
    assert shares == sorted(shares, reverse=True)
    assert all(0 <= point.low <= point.share <= point.high <= 1 or point.share == 0 for point in points)
    all_ended = kaplan_meier([(time, 1, 0) for time, _ in contracts])
    for point in all_ended:
        assert point.share == pytest.approx(sum(time > point.time for time, _ in contracts) / len(contracts))


@pytest.mark.django_db
def test_the_run_follows_running_contracts_up_to_its_day_and_no_further():
    for number, (start, end) in enumerate(
        [("2025-01-01", None), ("2025-01-01", "2025-07-01"), ("2025-06-01", "2026-02-15"), ("2026-03-20", None)]
    ):
        make_subscription(
            contact=make_contact(), plan=f"P{number}", started_on=dt.date.fromisoformat(start),
            ended_on=dt.date.fromisoformat(end) if end else None,
        )  # fmt: skip
    (run,) = run_steps(actor=None, as_of=dt.date(2026, 1, 31), only=["retention"])
    curve = run.metrics["survival"][0]
    assert (curve["plan"], curve["n"], curve["ended"]) == ("", 3, 1)
    assert curve["points"][0][:4] == [6, 3, 1, 0.666667]
    assert run.metrics["contracts"][-7:-5] == [["2025-07-01", 3, 1], ["2025-08-01", 2, 0]]


BASE = Base(kind="quarter", active=1000, kept=400, sales=90_000, sales_kept=60_000, sales_now=48_000, margin=0.4)


def test_keeping_five_percent_more_for_a_quarter_is_plain_multiplication():
    worth = worth_of(BASE, Wish(5, 0.25, 0.1, 3), brings=BASE.kept_brings)
    assert (worth.more, worth.sales, worth.profit) == pytest.approx((20, 20 * 120, 20 * 120 * 0.4 - 60))


def test_those_kept_more_leave_at_the_rate_of_all_others_and_later_money_is_discounted():
    worth = worth_of(BASE, Wish(5, 1, 0.1), brings=BASE.lost_brought)
    by_hand = sum(20 * 0.4**t * 50 / 1.1 ** (t / 4) for t in range(4))
    assert worth.sales == pytest.approx(by_hand)


def test_no_more_are_kept_than_are_lost():
    worth = worth_of(BASE, Wish(1000, 0.25), brings=1)
    assert (worth.more, worth.is_capped) == (600, True)
