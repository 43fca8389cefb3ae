"""The leads behind a figure of the tracking page, as a filter of their list: exactly those that were counted."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse

from crm.company import end_of_day
from crm.models import User
from crm.templatetags.figures import full_day
from leads.choices import LeadStatus

REACHED: dict[str, tuple[str, Q]] = {
    "all": ("came in", Q()),
    "contacted": ("were contacted", ~Q(first_touch_at=None) | ~Q(qualified_at=None) | Q(converted=True)),
    "qualified": ("were qualified", ~Q(qualified_at=None) | Q(converted=True)),
    "converted": ("became customers", Q(converted=True)),
    "lost": ("were disqualified", Q(status=LeadStatus.DISQUALIFIED)),
    "open": ("are open", ~Q(status__in=(LeadStatus.CONVERTED, LeadStatus.DISQUALIFIED))),
}
DIMENSIONS = {"source": "Source", "list": "List", "owner": "Owner", "week": "Week of entry"}
COLUMNS = {"source": "source", "list": "list_name", "owner": "owner_id"}


def between(first: dt.date, last: dt.date) -> Q:
    """Leads that came in on these days of the company."""
    return Q(created_at__gte=end_of_day(first - dt.timedelta(days=1)), created_at__lt=end_of_day(last))


def mark_url(dimension: str, value: str, first: dt.date, last: dt.date, reached: str) -> str:
    """The list of the leads behind a figure."""
    mark = "|".join([dimension, value.replace("|", "\\p"), first.isoformat(), last.isoformat(), reached])
    return f"{reverse('leads:lead_list')}?{urlencode({'counted': mark, 'state': 'all'})}"


def condition(mark: str) -> Q:
    """The condition that a mark means. Raises ValueError with a sentence."""
    dimension, value, first, last, reached = _read(mark)
    found = between(first, last) & REACHED[reached][1]
    if dimension == "owner":
        found &= Q(owner=int(value)) if value else Q(owner=None)
    elif dimension in COLUMNS:
        found &= Q(**{COLUMNS[dimension]: value})
    return found


def words(mark: str) -> str:
    """`Fair, came in 1 Jan 2026 to 31 Mar 2026, were qualified`."""
    dimension, value, first, last, reached = _read(mark)
    name = value
    if dimension == "owner":
        name = User.objects.filter(pk=int(value)).values_list("name", flat=True).first() or "" if value else "nobody"
    parts = [name or "none named" if dimension in COLUMNS else "", f"{full_day(first)} to {full_day(last)}"]
    return ", ".join(part for part in (*parts, REACHED[reached][0]) if part)


def _read(mark: str) -> tuple[str, str, dt.date, dt.date, str]:
    parts: list[Any] = mark.split("|")
    try:
        dimension, value, first, last, reached = parts
        days = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
        is_known = (dimension in DIMENSIONS or dimension == "total") and reached in REACHED
        if not is_known or (dimension == "owner" and value and not (value.isdecimal() and len(value) < 19)):
            raise ValueError
    except ValueError:
        raise ValueError("This is no figure of the tracking page.") from None
    return dimension, value.replace("\\p", "|"), *days, reached
