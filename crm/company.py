"""The company of this instance: its row, its today, its days."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from crm.models import Company


def current_company() -> Company:
    """The company's row; an unsaved one with the defaults (UTC, EUR) before the instance is set up."""
    return Company.objects.filter(pk=1).first() or Company(pk=1, name="CRM")


def company_today(company: Company | None = None) -> dt.date:
    """Today in the company's time zone."""
    return timezone.now().astimezone((company or current_company()).zone).date()


def end_of_day(day: dt.date, company: Company | None = None) -> dt.datetime:
    """The first moment after `day` in the company's time zone; "as of D" is everything before it."""
    zone = (company or current_company()).zone
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time.min, tzinfo=zone)
