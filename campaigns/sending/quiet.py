"""The quiet hours of the house, for the mails of apps below: named in the settings (`CRM_QUIET_HOURS`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from campaigns.sending.audience import rules
from campaigns.sending.hours import Clocks

Rule = Callable[[str, dt.datetime], tuple[dt.datetime, dt.datetime | None]]


def quiet_hours() -> Rule | None:
    """By the name of a time zone (empty: the company's) and a moment: from when on, and until when, mails may leave;
    None where no hour is quiet."""
    clocks = Clocks(rules())

    def opening(zone: str, moment: dt.datetime) -> tuple[dt.datetime, dt.datetime | None]:
        found = clocks.next_opening(zone, moment)
        return found.opens_at, found.closes_at

    return opening if clocks.quiet else None
