"""The company of this instance: its row, its today, its days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

from django.utils import timezone

from crm.customfields.definitions import ROWS_AS_JSON, definitions_at_hand
from crm.database.kept import KeptRows
from crm.models import Company

NO_NAME = "CRM"

_of_this_request: ContextVar[Company | None] = ContextVar("company", default=None)


def current_company() -> Company:
    """The company's row; an unsaved one with the defaults (UTC, EUR) before the instance is set up.

    Read once a request of a signed-in person, each time elsewhere.
    """
    return _of_this_request.get() or read_company()


@contextmanager
def company_at_hand() -> Iterator[Company]:
    """Read the company and the custom fields once for everything inside, and count days and times in its zone."""
    company = next(iter(_with_custom_fields().read()), None) or Company(pk=1, name=NO_NAME)
    token = _of_this_request.set(company)
    try:
        with timezone.override(company.zone), definitions_at_hand(getattr(company, "custom_fields", None)):
            yield company
    finally:
        _of_this_request.reset(token)


def read_company() -> Company:
    """The company's row as it stands in the database now."""
    return Company.objects.filter(pk=1).first() or Company(pk=1, name=NO_NAME)


@cache
def _with_custom_fields() -> KeptRows[Company]:
    return KeptRows(Company.objects.filter(pk=1).annotate(custom_fields=ROWS_AS_JSON))


def company_today(company: Company | None = None) -> dt.date:
    """Today in the company's time zone."""
    return timezone.now().astimezone((company or current_company()).zone).date()


def end_of_day(day: dt.date, company: Company | None = None) -> dt.datetime:
    """The first moment after `day` in the company's time zone; "as of D" is everything before it."""
    zone = (company or current_company()).zone
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time.min, tzinfo=zone)
