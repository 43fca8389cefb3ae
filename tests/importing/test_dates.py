"""Dates: the column decides whether 03/04 is in March or in April."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.importing.dates import DateOrder, OrderVotes, parse_date, parse_moment
from crm.importing.values import Limits, Reading, ValueType, parser_for

STYLES = {DateOrder.DMY: "%d/%m/%Y", DateOrder.MDY: "%m/%d/%Y", DateOrder.YMD: "%Y/%m/%d"}


def order_of(*texts: str, asked: DateOrder | None = None) -> DateOrder | None:
    votes = OrderVotes()
    votes.add(texts)
    return votes.decide(asked)


@pytest.mark.parametrize(
    "text",
    [
        "2016-03-05", "2016/3/5", "20160305", "5 Mar 2016", "5. März 2016", "March 5, 2016", "5-Mar-16", "2016-Mar-05",
        "Sat, 5 March 2016", "5th March 2016", "2016-03-05T10:20:30Z",
    ],
)  # fmt: skip
def test_a_date_that_says_what_it_is_needs_no_order(text):
    assert parse_date(text, DateOrder.NONE) == dt.date(2016, 3, 5)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("5/3/2016 3:05 PM", dt.datetime(2016, 3, 5, 15, 5)),
        ("5.3.2016 12:00:01 am", dt.datetime(2016, 3, 5, 0, 0, 1)),
        ("05-03-16 23:59", dt.datetime(2016, 3, 5, 23, 59)),
        ("20160305102030", dt.datetime(2016, 3, 5, 10, 20, 30)),
        ("2016-03-05 10:20:30.25", dt.datetime(2016, 3, 5, 10, 20, 30, 250_000)),
        ("2016-03-05T10:20+02:00", dt.datetime(2016, 3, 5, 10, 20, tzinfo=dt.timezone(dt.timedelta(hours=2)))),
    ],
)
def test_a_moment_is_read(text, moment):
    assert parse_moment(text, DateOrder.DMY) == moment


@pytest.mark.parametrize(
    "text", ["31/02/2020", "2020-13-01", "0201-01-01", "20191233", "25:00", "2020-01-01 25:00", "43101", "soon"]
)
def test_what_is_no_date_is_refused_with_a_reason(text):
    assert text in str(parse_moment(text, DateOrder.DMY))


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["03/04/2020", "13/04/2020"], DateOrder.DMY),
        (["03/04/2020", "04/13/2020"], DateOrder.MDY),
        (["03/04/2020"], None),
        (["03/03/2020", "2020-05-04"], DateOrder.NONE),
        (["13/04/2020", "04/13/2020"], DateOrder.MIXED),
        (["97/10/23"], DateOrder.YMD),
        ([f"{day}/04/2020" for day in range(13, 31)] * 2 + ["04/31/2020"], DateOrder.DMY),
    ],
)
def test_the_column_decides_the_order(texts, order):
    assert order_of(*texts) is order


def test_what_the_person_says_counts_only_where_the_column_leaves_it_open():
    assert order_of("03/04/2020", asked=DateOrder.MDY) is DateOrder.MDY
    assert order_of("13/04/2020", asked=DateOrder.MDY) is DateOrder.DMY


def test_in_a_mixed_column_only_certain_dates_are_read():
    assert parse_date("13/04/2020", DateOrder.MIXED) == dt.date(2020, 4, 13)
    assert parse_date("04/13/2020", DateOrder.MIXED) == dt.date(2020, 4, 13)
    assert "its column has both" in str(parse_date("03/04/2020", DateOrder.MIXED))


@given(
    st.lists(st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)), min_size=1, max_size=30), st.sampled_from(list(STYLES))
)
def test_days_written_in_one_order_are_read_back_or_asked_about(days, style):
    texts = [day.strftime(STYLES[style]) for day in days]
    order = order_of(*texts)
    if order is None:
        assert all(day.day <= 12 for day in days)
    else:
        assert [parse_date(text, order) for text in texts] == days


@given(st.text(max_size=25), st.sampled_from(DateOrder))
def test_no_text_breaks_the_reading(text, order):
    assert isinstance(parse_moment(text, order), (str, dt.datetime))


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("2011-07-01 12:00", "2011-07-01 10:00:00+00:00"),
        ("2011-03-27 02:30", "2011-03-27 01:30:00+00:00"),
        ("2011-10-30 02:30", "2011-10-30 00:30:00+00:00"),
    ],
)
def test_naive_times_are_in_the_zone_and_clock_changes_are_decided(text, stored):
    parse = parser_for(ValueType.DATETIME, Limits(), Reading(zone=ZoneInfo("Europe/Berlin")))
    assert parse(text) == stored
