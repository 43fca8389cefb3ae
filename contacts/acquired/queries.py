"""Reads of acquired lists: how many of their names are here, and how many of them may be written to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from contacts.models import AcquiredList, Contact, ListedContact
from contacts.permission.counting import Permitted, permitted_among
from contacts.permission.rule import permitted
from crm.company import company_today
from crm.models import User


@dataclass
class Names:
    """The contacts of a list that a person may see: how many they are, and how many of them may be written to today."""

    acquired_list: int
    user: User | None
    here: int

    @cached_property
    def permitted(self) -> int:
        """Marketing by e-mail; each is asked."""
        return permitted(self._people()).count()

    @cached_property
    def permitted_about(self) -> Permitted:
        """The same for a page, estimated where they are many."""
        return permitted_among(self._people(), self.here)

    def _people(self) -> QuerySet[Contact]:
        entries = ListedContact.objects.visible_to(self.user).filter(acquired_list=self.acquired_list)
        people: QuerySet[Contact] = Contact.objects.filter(pk__in=entries.values("contact"))
        return people.order_by()


def count_names(records: Sequence[Any], user: User | None) -> None:
    """Give each list its `names`."""
    entries = ListedContact.objects.visible_to(user).filter(acquired_list__in=[one.pk for one in records])
    counts = entries.order_by().values("acquired_list").annotate(n=Count("pk"))
    here = dict(counts.values_list("acquired_list", "n"))
    for one in records:
        one.names = Names(one.pk, user, here.get(one.pk, 0))


def lists_along() -> ArraySubquery:
    """The lists that a contact stands on, by which it is read as `list_rows` for `lists_of`."""
    rows = AcquiredList.objects.filter(entries__contact=OuterRef("pk")).order_by("name")
    return ArraySubquery(rows.values(row=JSONObject(id="pk", name="name", ends="licence_ends_on")))


def lists_of(contact: Contact) -> list[tuple[AcquiredList, bool]]:
    """The lists that a contact stands on, by name, each with whether its licence has ended."""
    today, rows = company_today(), contact.__dict__.get("list_rows")
    if rows is None:
        return [(one, one.has_ended(today)) for one in contact.acquired_lists.order_by("name")]
    lists = [AcquiredList(pk=row["id"], name=row["name"], licence_ends_on=_day(row["ends"])) for row in rows]
    return [(one, one.has_ended(today)) for one in lists]


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def search_lists(rows: QuerySet[AcquiredList], text: str, user: User | None = None) -> QuerySet[AcquiredList]:
    """Lists with every word somewhere in their name or vendor."""
    for word in text.split()[:8]:
        rows = rows.filter(Q(name__icontains=word) | Q(vendor__icontains=word))
    return rows
