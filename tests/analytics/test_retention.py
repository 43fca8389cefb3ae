"""Retention: published figures, random bases against plain counting, and the edges in sentences."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.models import CohortCount, RetentionRate
from analytics.periods import Period, PeriodKind
from analytics.runs import run_steps
from analytics.steps.order_rows import customer_ranges
from tests.analytics.bases import Sale, cdnow_sales, make_base

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 3, 18)
SPAN = 430
PUBLISHED = [
    ("1997-04-01", 2357, 524, 0.2223, 0.3625, 0.2989),
    ("1997-07-01", 524, 214, 0.4084, 0.5062, 0.4932),
    ("1997-10-01", 418, 203, 0.4856, 0.6233, 0.6261),
    ("1998-01-01", 404, 196, 0.4851, 0.6222, 0.5661),
    ("1998-04-01", 384, 169, 0.4401, 0.5742, 0.4725),
]
COHORTS = {
    "1997-01": [781, 124, 95, 70, 65, 77, 65, 53, 52, 45, 62, 59, 45, 47, 63, 37, 37, 33],
    "1997-02": [857, 134, 110, 75, 77, 75, 61, 61, 74, 70, 59, 57, 59, 70, 56, 59, 60],
    "1997-03": [719, 87, 84, 78, 63, 64, 55, 57, 73, 65, 47, 51, 78, 32, 38, 45],
}


def analyze(as_of, period="month"):
    """The figures of retention and of cohorts, as the command gives them."""
    wanted = {"retention": {"period": period}, "cohorts": {"period": period}}
    runs = run_steps(actor=None, as_of=as_of, only=["retention", "cohorts"], parameters=wanted)
    return [run.metrics for run in runs]


def test_retention_and_cohorts_of_the_cdnow_sample_are_the_published_ones():
    make_base(cdnow_sales())
    retention, _ = analyze(dt.date(1998, 6, 30), "quarter")
    names = ("start", "active_at_start", "retained", "raw", "sales_adjusted", "net_revenue")
    found = [tuple(round(p[n], 4) if isinstance(p[n], float) else p[n] for n in names) for p in retention["periods"]]
    assert found == PUBLISHED
    _, cohorts = analyze(dt.date(1998, 6, 30))
    assert cohorts["cohorts"] == COHORTS


@st.composite
def sales(draw) -> list[Sale]:
    """Few customers over more than a year: returns, free items, money without a rate, days after as-of."""
    customers = draw(st.integers(1, 7))
    day = st.integers(-SPAN, 40).map(lambda days: DAY + dt.timedelta(days=days))
    amount = st.sampled_from([Decimal(text) for text in ("-80", "0", "9.99", "10", "33.335")] + [None])
    sale = st.builds(Sale, st.integers(1, customers), day, amount, st.sampled_from([True, True, True, False]))
    return draw(st.lists(sale, max_size=40))


def bought(base, period, until):
    """By customer with a purchase in the period: the money of all its orders there."""
    inside = [sale for sale in base if period.start <= sale.day <= min(period.end, until)]
    buyers = {sale.customer for sale in inside if sale.is_purchase}
    return {
        number: sum((sale.amount or Decimal(0) for sale in inside if sale.customer == number), Decimal(0))
        for number in buyers
    }


def counted_rates(base, kind):
    """The stored columns by plain counting, by start of the period."""
    days = [sale.day for sale in base if sale.is_purchase and sale.day <= DAY]
    found, period = {}, Period.of(min(days, default=DAY), kind).next
    while days and period.start <= DAY:
        before, now = bought(base, period.previous, DAY), bought(base, period, DAY)
        kept = set(before) & set(now)
        found[period.start] = (
            period.end > DAY,
            len(before),
            len(kept),
            sum(before.values(), Decimal(0)),
            sum((before[number] for number in kept), Decimal(0)),
            sum((now[number] for number in kept), Decimal(0)),
        )
        period = period.next
    return found


def counted_cohorts(base, kind):
    days: dict[int, set[Period]] = {}
    for sale in base:
        if sale.is_purchase and sale.day <= DAY:
            days.setdefault(sale.customer, set()).add(Period.of(sale.day, kind))
    found: dict[str, list[set[int]]] = {}
    for periods in days.values():
        found.setdefault(min(periods).key, []).append({period.number - min(periods).number for period in periods})
    last = Period.of(DAY, kind)
    first = {min(periods).key: min(periods) for periods in days.values()}
    return {
        key: [sum(age in ages for ages in customers) for age in range(last.number - first[key].number + 1)]
        for key, customers in sorted(found.items())
    }


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(base=sales(), kind=st.sampled_from(PeriodKind.values))
def test_rates_and_cohorts_of_random_bases_are_those_of_plain_counting(base, kind):
    with transaction.atomic():
        make_base(base)
        _, cohorts = analyze(DAY, kind)
        columns = ("is_partial", "active_at_start", "retained", "sales", "sales_kept", "sales_now")
        for one in PeriodKind.values:
            stored = RetentionRate.objects.filter(period=one, dimension="").values_list("start", *columns)
            assert {start: tuple(figures) for start, *figures in stored} == counted_rates(base, one)
        assert cohorts["cohorts"] == counted_cohorts(base, kind)
        months = CohortCount.objects.filter(period="month", age=0).values_list("cohort", "customers")
        assert {f"{day:%Y-%m}": count for day, count in months} == {
            key: ages[0] for key, ages in counted_cohorts(base, "month").items()
        }
        transaction.set_rollback(True)


def test_customers_read_in_parts_give_the_figures_of_all_at_once(monkeypatch):
    make_base(cdnow_sales()[:900])
    run_steps(actor=None, as_of=dt.date(1998, 6, 30), only=["rfm", "history"])
    whole, stored = analyze(dt.date(1998, 6, 30)), _stored()
    monkeypatch.setattr("analytics.steps.order_rows.ORDERS_AT_ONCE", 70)
    assert len(customer_ranges(dt.date(1998, 6, 30))) > 5
    assert analyze(dt.date(1998, 6, 30)) == whole
    assert _stored() == stored


def _stored() -> list[list[str]]:
    left_out = ("id", "run_id")
    return [
        sorted(str([value for name, value in row.items() if name not in left_out]) for row in model.objects.values())
        for model in (RetentionRate, CohortCount)
    ]


def test_the_customers_of_a_dimension_add_up_to_all_of_them():
    make_base(cdnow_sales()[:800])
    analyze(dt.date(1998, 6, 30))
    for total in RetentionRate.objects.filter(dimension="", active_at_start__gt=0):
        for dimension in ("channel", "family", "country", "market"):
            rows = RetentionRate.objects.filter(period=total.period, start=total.start, dimension=dimension)
            assert sum(row.active_at_start for row in rows) == total.active_at_start
            assert sum(row.sales_kept for row in rows) == total.sales_kept
