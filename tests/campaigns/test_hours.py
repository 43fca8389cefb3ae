"""When mails leave, beside a clock that is looked at minute by minute, over days on which clocks are changed."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from campaigns.choices import Timing
from campaigns.models import Campaign, SendingRules
from campaigns.sending.hours import Plan, first_moment
from contacts.zones import country_zones, region_zones, weekend_of
from crm.models import Company

MINUTE = dt.timedelta(minutes=1)
ZONES = (
    "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "America/Sao_Paulo", "Pacific/Apia",
    "Asia/Kolkata", "Pacific/Kiritimati", "Asia/Riyadh",
)  # fmt: skip
# around changes of the clock: Berlin, New York, Lord Howe (half an hour), Sao Paulo (midnight), Apia (a day left out)
DAYS = ("2026-03-28", "2026-10-24", "2026-03-07", "2026-10-31", "2026-04-04", "2018-11-03", "2018-02-17", "2011-12-29")


def shown(moment: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    return moment.astimezone(zone).replace(tzinfo=None)


def looked_for(moment: dt.datetime, is_it) -> dt.datetime:
    """The first minute from `moment` on of which this holds."""
    while not is_it(moment):
        moment += MINUTE
    return moment


def is_quiet(rules: SendingRules, moment: dt.datetime, zone: str) -> bool:
    wall = shown(moment, ZoneInfo(zone))
    if wall.date() in rules.quiet_days or (rules.quiet_weekends and wall.weekday() in weekend_of(zone)):
        return True
    since, until, time = rules.quiet_from, rules.quiet_until, wall.time()
    if since is None or until is None:
        return False
    return since <= time < until if since < until else time >= since or time < until


@pytest.fixture(autouse=True, scope="module")
def house():
    """A company in Berlin, without a database."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("campaigns.sending.hours.current_company", lambda: Company(time_zone="Europe/Berlin"))
        yield


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(ZONES), st.sampled_from(DAYS), st.integers(0, 2 * 1440))
@example("Europe/Berlin", "2026-03-29", 150)
@example("Europe/Berlin", "2026-10-25", 150)
@example("Pacific/Apia", "2011-12-30", 600)
def test_a_time_of_a_clock_is_the_first_moment_at_which_it_is_reached(name, day, minutes):
    zone, wall = ZoneInfo(name), dt.datetime.fromisoformat(day) + minutes * MINUTE
    start = (wall - dt.timedelta(hours=20)).replace(tzinfo=dt.UTC)
    found = first_moment(wall, zone)
    assert found == looked_for(start, lambda moment: shown(moment, zone) >= wall)


TIMES = st.none() | st.tuples(st.integers(0, 1439), st.integers(0, 1439)).filter(lambda two: two[0] != two[1])


@settings(max_examples=50, deadline=None)
@given(
    st.sampled_from(ZONES), st.sampled_from(DAYS), st.integers(0, 2 * 1440), TIMES, st.booleans(), st.booleans(),
    st.sampled_from(list(Timing)), st.integers(-1440, 1440),
)  # fmt: skip
@example("America/New_York", "2026-10-31", 1700, (60, 150), False, False, Timing.MOMENT, 0)
def test_mails_leave_at_the_first_minute_that_is_planned_and_not_quiet(
    name, day, after, times, has_days_off, has_holiday, timing, ahead
):
    started_at = dt.datetime.fromisoformat(f"{day}T00:00:00+00:00") + after * MINUTE
    clock = [dt.time(*divmod(one, 60)) for one in times] if times else [None, None]
    days = [shown(started_at, ZoneInfo(name)).date()] if has_holiday else []
    rules = SendingRules(quiet_from=clock[0], quiet_until=clock[1], quiet_weekends=has_days_off, quiet_days=days)
    campaign = Campaign(timing=timing, starts_at=started_at + ahead * MINUTE)
    plan = Plan(campaign, rules, started_at)
    wall = shown(campaign.starts_at, ZoneInfo("Europe/Berlin"))
    planned = first_moment(wall, ZoneInfo(name)) if timing != Timing.MOMENT else campaign.starts_at
    if planned < started_at and timing == Timing.LOCAL:
        later = (first_moment(wall + n * dt.timedelta(days=1), ZoneInfo(name)) for n in range(1, 9))
        planned = next(moment for moment in later if moment >= started_at)
    found = plan.opening(name, started_at)
    assert found.opens_at == looked_for(max(planned, started_at), lambda at: not is_quiet(rules, at, name))
    if found.closes_at and found.closes_at - found.opens_at < dt.timedelta(days=3):
        assert found.closes_at == looked_for(found.opens_at, lambda at: is_quiet(rules, at, name))
    line = plan.schedule({name: 3}, started_at).lines[0]
    assert (line.count, line.first_at, line.last_at) == (3, found.opens_at, found.opens_at)


def test_every_country_and_region_has_a_zone_that_there_is():
    for zone in {*country_zones().values(), *region_zones().values()}:
        assert ZoneInfo(zone).key == zone
    assert {country for country, _ in region_zones()} <= set(country_zones())
    assert (weekend_of("Asia/Riyadh"), weekend_of("Europe/Berlin")) == ({4, 5}, {5, 6})
