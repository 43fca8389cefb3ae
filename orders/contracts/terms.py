"""Days of contracts: when a term ends, when it renews."""

from __future__ import annotations

import calendar
import datetime as dt

from crm.company import company_today
from orders.models import Subscription


def months_later(day: dt.date, months: int) -> dt.date:
    """The same day so many months on; the last of the month where it has no such day (as PostgreSQL adds months)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def term_after(subscription: Subscription, start: dt.date) -> dt.date | None:
    """The first day of the term after the one that begins on `start`; None without a term.

    A contract that began on the 31st renews on the last day of shorter months, and on the 31st again after them.
    """
    if not subscription.term_months:
        return None
    day, began = months_later(start, subscription.term_months), subscription.started_on.day
    if start.day == _last_of(start) and began > start.day:
        day = day.replace(day=min(began, _last_of(day)))
    return day


def next_renewal(subscription: Subscription) -> dt.date | None:
    """The first day of the term after the next one; None without a term."""
    return term_after(subscription, subscription.renews_on or company_today())


def _last_of(day: dt.date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def last_day_of_term(subscription: Subscription) -> dt.date:
    """The day to which it is cancelled if nothing else was agreed: the one before it would renew, or today."""
    return subscription.renews_on - dt.timedelta(days=1) if subscription.renews_on else company_today()


def first_renewal(subscription: Subscription) -> dt.date | None:
    """The first renewal that is still to come, counted from the start by the term."""
    if not subscription.term_months or subscription.ended_on or subscription.cancelled_on:
        return None
    today = company_today()
    start, months = subscription.started_on, subscription.term_months
    terms = max(1, ((today.year - start.year) * 12 + today.month - start.month) // months)
    while (day := months_later(start, months * terms)) <= today:
        terms += 1
    return day
