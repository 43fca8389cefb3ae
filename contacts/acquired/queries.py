"""Reads of acquired lists: how many of their names are here, and how many of them may be written to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Q, QuerySet

from contacts.models import AcquiredList, Contact, ListedContact
from contacts.permission.rule import permitted
from crm.company import company_today
from crm.models import User


def count_names(records: Sequence[Any], user: User | None) -> None:
    """Give each list `names_here` and `names_permitted` (marketing by e-mail today), of contacts the person may see."""
    entries = ListedContact.objects.visible_to(user).filter(acquired_list__in=[one.pk for one in records])
    may = entries.filter(contact__in=permitted(Contact.objects.all()).values("pk"))
    here, allowed = _counted(entries), _counted(may)
    for one in records:
        one.names_here, one.names_permitted = here.get(one.pk, 0), allowed.get(one.pk, 0)


def lists_of(contact: Contact) -> list[tuple[AcquiredList, bool]]:
    """The lists that a contact stands on, each with whether its licence has ended. Whoever read the contact with
    `is_listed` is spared the question for one who stands on none."""
    if not getattr(contact, "is_listed", True):
        return []
    today = company_today()
    return [(one, one.has_ended(today)) for one in contact.acquired_lists.order_by("name")]


def search_lists(rows: QuerySet[AcquiredList], text: str, user: User | None = None) -> QuerySet[AcquiredList]:
    """Lists with every word somewhere in their name or vendor."""
    for word in text.split()[:8]:
        rows = rows.filter(Q(name__icontains=word) | Q(vendor__icontains=word))
    return rows


def _counted(entries: Any) -> dict[int, int]:
    rows = entries.order_by().values("acquired_list").annotate(n=Count("pk"))
    return dict(rows.values_list("acquired_list", "n"))
