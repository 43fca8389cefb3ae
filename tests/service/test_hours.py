"""Working time beside a clock that looks at each minute, over days on which the clock on the wall is changed."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st

from service.hours import WorkingHours

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "America/Sao_Paulo",
    "Pacific/Apia",
)
# around changes of the clock: Berlin, New York, Lord Howe (half an hour), Sao Paulo (midnight), Apia (a day left out)
BEGINNINGS = tuple(
    dt.datetime.fromisoformat(f"{day}T00:00:00+00:00")
    for day in ("2026-03-28", "2026-10-24", "2026-03-07", "2026-04-04", "2018-02-17", "2017-10-14", "2011-12-29")
)
MINUTE = dt.timedelta(minutes=1)


def by_minutes(hours: WorkingHours, start: dt.datetime, end: dt.datetime) -> dt.timedelta:
    """Minutes at whose beginning somebody works."""
    found, moment = dt.timedelta(), start
    while moment < end:
        wall = moment.astimezone(hours.zone)
        if wall.date() not in hours.holidays and any(
            opens <= wall.time() and (wall.time() < closes or closes == dt.time())
            for opens, closes in hours.week[wall.weekday()]
        ):
            found += MINUTE
        moment += MINUTE
    return found


@st.composite
def weeks(draw) -> tuple[tuple[tuple[dt.time, dt.time], ...], ...]:
    """Up to two windows a day, at any minute; some until midnight."""
    week = []
    for _ in range(7):
        ends = sorted(draw(st.sets(st.integers(0, 1439), max_size=4)))
        times = [dt.time(*divmod(end, 60)) for end in ends[: len(ends) // 2 * 2]]
        if times and draw(st.booleans()):
            times[-1] = dt.time()
        week.append(tuple(zip(times[::2], times[1::2], strict=True)))
    return tuple(week)


NINE_TO_FIVE = ((dt.time(9), dt.time(17)),)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(ZONES), weeks(), st.sampled_from(BEGINNINGS), st.integers(0, 2000), st.integers(0, 3000),
    st.integers(1, 1500), st.booleans(),
)  # fmt: skip
@example("Europe/Berlin", (((dt.time(1), dt.time(2, 30)),),) * 7, BEGINNINGS[0], 600, 2000, 60, False)
@example("Europe/Berlin", (((dt.time(1), dt.time(2, 30)),),) * 7, BEGINNINGS[1], 600, 2000, 60, False)
def test_working_time_is_that_of_a_clock_that_looks_each_minute(zone, week, begin, after, length, needed, has_holiday):
    start = begin + after * MINUTE
    end = start + length * MINUTE
    holidays = frozenset({(start + dt.timedelta(days=1)).date()}) if has_holiday else frozenset()
    hours = WorkingHours(ZoneInfo(zone), week, holidays)
    assert hours.worked(start, end) == by_minutes(hours, start, end)
    due = hours.due(start, needed * MINUTE)
    if due is None:
        assert not any(week)
    else:
        assert hours.worked(start, due) == needed * MINUTE
        assert hours.worked(start, due - dt.timedelta(seconds=1)) < needed * MINUTE


def test_friday_evening_goes_on_on_monday_and_over_a_holiday_on_tuesday():
    berlin = ZoneInfo("Europe/Berlin")
    week = (*(NINE_TO_FIVE,) * 5, (), ())
    friday = dt.datetime(2026, 4, 10, 16, tzinfo=berlin)
    assert WorkingHours(berlin, week).due(friday, dt.timedelta(hours=3)) == dt.datetime(2026, 4, 13, 11, tzinfo=berlin)
    closed = WorkingHours(berlin, week, frozenset({dt.date(2026, 4, 13)}))
    assert closed.due(friday, dt.timedelta(hours=3)) == dt.datetime(2026, 4, 14, 11, tzinfo=berlin)
