"""Working time: by when somebody has to answer who works certain days and hours, and may be away."""

from __future__ import annotations

import datetime as dt

from leads.models import Intake

MOST_DAYS = 60
MIDNIGHT = dt.time(0)


def due_moment(intake: Intake | None, now: dt.datetime, minutes: int, zone: dt.tzinfo) -> dt.datetime:
    """The moment at which so many minutes of the person's working time are over, counted from now. Whoever has said
    nothing about hours works always; time away does not count."""
    left = dt.timedelta(minutes=minutes)
    if intake is None:
        return now + left
    local = now.astimezone(zone)
    day = local.date()
    for _ in range(MOST_DAYS):
        if intake.works_on(day):
            begin = max(dt.datetime.combine(day, intake.works_from or MIDNIGHT, zone), local)
            end = (
                dt.datetime.combine(day, intake.works_until, zone)
                if intake.works_until
                else dt.datetime.combine(day + dt.timedelta(days=1), MIDNIGHT, zone)
            )
            if begin < end:
                if begin + left <= end:
                    return begin + left
                left -= end - begin
        day += dt.timedelta(days=1)
    return now + dt.timedelta(days=MOST_DAYS)
