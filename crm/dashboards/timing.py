"""When a dashboard is mailed: an hour on the clock of its owner, of every day, a weekday or a day of the month."""

from __future__ import annotations

import calendar
import datetime as dt
import zoneinfo

from crm.dashboards.choices import Rhythm

ONE_DAY = dt.timedelta(days=1)


def next_moment(
    *, rhythm: str, weekday: int, day: int, hour: int, zone: zoneinfo.ZoneInfo, after: dt.datetime
) -> dt.datetime:
    """The first such moment after that one, in UTC.

    An hour that the clock leaves out in spring is the hour behind the gap; one that comes twice in autumn is the first.
    """
    one = after.astimezone(zone).date() - ONE_DAY
    while True:
        if _is_its_day(one, rhythm, weekday, day):
            moment = dt.datetime.combine(one, dt.time(hour), tzinfo=zone).astimezone(dt.UTC)
            if moment > after:
                return moment
        one += ONE_DAY


def _is_its_day(one: dt.date, rhythm: str, weekday: int, day: int) -> bool:
    if rhythm == Rhythm.WEEKLY:
        return one.weekday() == weekday
    if rhythm == Rhythm.MONTHLY:
        return one.day == min(day, calendar.monthrange(one.year, one.month)[1])
    return True
