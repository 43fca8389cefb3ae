"""Reads of segments of responsibility and of reviews."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse

from contacts.models import Contact, ContactQuerySet, Responsibility
from contacts.responsibility.segments import contacts_of, filter_of, label_of
from crm.company import company_today
from crm.filtering.counting import RowCount, count_rows
from crm.models import User

DUE, PLANNED, NONE = "due", "planned", "none"
REVIEW_CHOICES = [(DUE, "due"), (PLANNED, "planned"), (NONE, "without a date")]


@dataclass(frozen=True)
class Line:
    """One segment on its page: its contacts, and how many are to be reviewed."""

    responsibility: Responsibility
    label: str
    contacts: RowCount
    due: RowCount
    url: str


def lines_for(user: User) -> list[Line]:
    """All segments, each with the contacts that the person may see."""
    lines = []
    for one in Responsibility.objects.visible_to(user).select_related("owner", "territory", "view"):
        rows = contacts_of(one).filter(pk__in=Contact.objects.visible_to(user).values("pk"))
        due = rows.filter(review("in", [DUE]))
        lines.append(Line(one, label_of(one), count_rows(rows), count_rows(due), list_url(one)))
    return lines


def list_url(one: Responsibility) -> str:
    """The contact list with the segment in it."""
    if one.view_id:
        asked = {"view": str(one.view_id)}
    else:
        asked = {"territory": str(one.territory_id)} if one.territory_id else {"filter": filter_of(one)}
    return f"{reverse('contacts:contact_list')}?{urlencode(asked)}"


def review(look_up: str, value: Any) -> Q:
    """The comparison of the filter `review`: `in` due, planned, none; `filled` and `empty`: with and without a day."""
    asked = set(value) if look_up == "in" else ({NONE} if look_up == "empty" else {DUE, PLANNED})
    today = company_today()
    meant = {DUE: Q(review_on__lte=today), PLANNED: Q(review_on__gt=today), NONE: Q(review_on=None)}
    found = Q(pk__in=[])
    for one in asked & set(meant):
        found |= meant[one]
    return found


def due_for(user: User, most: int) -> list[Contact]:
    """Accounts that this person is to review by today, the longest due first: own ones, and those of own segments
    that nobody owns."""
    rows: ContactQuerySet = Contact.objects.visible_to(user)
    mine = Q(owner=user) | Q(owner=None, responsible=user)
    return list(rows.current().filter(mine, review_on__lte=company_today()).order_by("review_on", "id")[:most])
