"""The scores: published figures, random bases (a thousand in the long form) by plain counting, edges in sentences."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql

from analytics.models import RfmScore, RfmSegment
from analytics.steps import rfm
from tests.analytics.bases import Sale, cdnow_sales, counted_scores, make_base, score, stored_scores
from tests.drills.tally import size

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("segments")]
DAY = dt.date(2026, 3, 31)
SPAN = 40
LONG_AGO = [-89, -90, -91, -364, -365, -366, -400]
WINDOWS = st.sampled_from([None, None, 1, 7, SPAN])
PUBLISHED = {
    dt.date(1997, 9, 30): {
        "purchases": 4960,
        "net_revenue": 173115.55,
        "by_score": {"r": [480, 478, 459, 475, 465], "f": [1398, 0, 439, 216, 304], "m": [480, 464, 471, 471, 471]},
        "segments": {
            "lost": 455, "need attention": 424, "hibernating": 412, "champions": 322, "promising": 295, "loyal": 183,
            "potential loyal": 102, "at risk": 77, "big spenders": 73, "cannot lose": 14,
        },
    },
    dt.date(1998, 6, 30): {
        "purchases": 6919,
        "net_revenue": 244091.94,
        "by_score": {"r": [482, 471, 463, 470, 471], "f": [1205, 0, 406, 358, 388], "m": [481, 462, 472, 471, 471]},
        "segments": {
            "lost": 457, "need attention": 423, "hibernating": 403, "champions": 381, "loyal": 348, "promising": 174,
            "at risk": 78, "potential loyal": 50, "big spenders": 28, "cannot lose": 15,
        },
    },
}  # fmt: skip


def test_scores_of_the_cdnow_sample_are_the_published_ones_at_both_dates():
    make_base(cdnow_sales())
    for as_of, figures in PUBLISHED.items():
        run = score(as_of)
        assert run.row_count == run.metrics["customers"] == 2357
        assert {name: run.metrics[name] for name in figures} == figures
        assert run.data_from == dt.date(1997, 1, 1)


@st.composite
def sales(draw) -> list[Sale]:
    """Small bases with many ties: returns, free items, days around as-of, few amounts, money without a rate."""
    customers = draw(st.integers(1, 12))
    amounts = draw(
        st.sampled_from([["10.00"], ["0.00", "10.00"], ["-5.00", "0.00", "9.99", "10.00", "10.01", "250.00"]])
    )
    return draw(
        st.lists(
            st.builds(
                Sale,
                st.integers(1, customers),
                st.one_of(st.integers(-SPAN, 5), st.sampled_from(LONG_AGO)).map(
                    lambda days: DAY + dt.timedelta(days=days)
                ),
                st.one_of(st.sampled_from(amounts).map(Decimal), st.sampled_from([Decimal("3.33"), None])),
                st.sampled_from([True, True, True, False]),
            ),
            max_size=30,
        )
    )


def refill(table, fill, advance=None):
    """In place of `rebuild`, which makes a table and six indexes: the same query, into the table that is there."""
    names: list[sql.Composable] = [sql.Identifier(field.column) for field in RfmScore._meta.fields]
    columns = sql.SQL(", ").join(names)
    with connection.cursor() as cursor:
        query = "INSERT INTO {} ({}) SELECT {} FROM ({}) AS fresh"
        cursor.execute(sql.SQL(query).format(sql.Identifier(table), columns, columns, fill))
        return cursor.rowcount


def check(base, window_days):
    with transaction.atomic():  # taken back after each base
        make_base(base)
        run = score(DAY, window_days=window_days)
        assert stored_scores() == counted_scores(base, DAY, window_days)
        assert run.metrics["customers"] == RfmScore.objects.count()
        transaction.set_rollback(True)


@pytest.mark.slow
@pytest.mark.timeout(900)
@settings(max_examples=size(100, 1000), deadline=None, suppress_health_check=list(HealthCheck))
@given(base=sales(), window_days=WINDOWS)
def test_scores_of_many_bases_are_those_of_plain_counting(monkeypatch, base, window_days):
    monkeypatch.setattr(rfm, "rebuild", refill)
    check(base, window_days)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(base=sales(), window_days=WINDOWS)
def test_scores_in_the_swapped_table_are_those_of_plain_counting(base, window_days):
    check(base, window_days)


def test_a_customer_of_returns_only_has_no_score():
    make_base([Sale(1, DAY, Decimal(-5), is_purchase=False), Sale(2, DAY, Decimal(5))])
    score(DAY)
    assert set(stored_scores()) == {"C2"}


def test_a_return_lowers_the_money_and_is_no_purchase():
    earlier = DAY - dt.timedelta(days=9)
    make_base([Sale(1, earlier, Decimal(50)), Sale(1, DAY, Decimal(-20), is_purchase=False)])
    score(DAY)
    assert stored_scores()["C1"][:3] == (earlier, 1, Decimal(30))


def test_orders_after_the_day_are_not_there_yet():
    make_base([Sale(1, DAY, Decimal(5)), Sale(1, DAY + dt.timedelta(days=1), Decimal(70))])
    score(DAY)
    assert stored_scores()["C1"][:3] == (DAY, 1, Decimal(5))


def test_the_window_holds_its_last_day_and_not_the_day_before_its_first():
    make_base([Sale(number, DAY - dt.timedelta(days=number), Decimal(5)) for number in (0, 6, 7)])
    score(DAY, window_days=7)
    assert set(stored_scores()) == {"C0", "C6"}


@pytest.mark.parametrize(
    ("base", "sentence"),
    [
        ([], "No customer has a purchase up to 31 Mar 2026, so nobody has a score."),
        ([Sale(1, DAY, Decimal(-5), is_purchase=False)], "No customer has a purchase"),
        ([Sale(1, DAY, Decimal(5))], "Only one customer has a purchase"),
        ([Sale(1, DAY, Decimal(5)), Sale(2, DAY, Decimal(7))], "All customers bought last on the same day"),
        ([Sale(1, DAY, None), Sale(2, DAY, Decimal(7))], "1 order is in a currency without an exchange rate"),
    ],
)
def test_an_odd_base_is_explained_in_a_sentence(base, sentence):
    make_base(base)
    said = [text.replace("\N{NO-BREAK SPACE}", " ") for text in score(DAY).metrics["sentences"]]
    assert any(text.startswith(sentence) for text in said), said


def test_customers_that_fit_no_segment_have_no_name_and_are_counted():
    RfmSegment.objects.exclude(name="champions").delete()
    make_base([Sale(1, DAY, Decimal(5))])
    run = score(DAY)
    assert stored_scores()["C1"][6] == ""
    assert run.metrics["segments"] == {}
    assert "1 of them fit no row of the table of segments and have no name." in run.metrics["sentences"]


def test_an_archived_customer_keeps_the_score():
    made = make_base([Sale(1, DAY, Decimal(5))])
    made[1].archived_at = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    made[1].save()
    score(DAY)
    assert set(stored_scores()) == {"C1"}
