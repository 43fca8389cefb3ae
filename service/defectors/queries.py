"""Reads of customers who ended."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from contacts.models import Contact
from crm.filtering.searching import finds_names_only, search_condition
from crm.models import User
from service.models import Defection, WinBackAttempt


def search_defections(rows: QuerySet[Any], text: str, user: User | None = None) -> QuerySet[Any]:
    """Those whose customer the text finds."""
    if not (text := text.strip()):
        return rows
    names_only = finds_names_only(user, "contacts.contact")
    return rows.filter(contact__in=Contact.objects.filter(search_condition(text, names_only=names_only)).values("pk"))


def attempts_of(defection: Defection) -> list[WinBackAttempt]:
    """What was tried, the newest first."""
    return list(WinBackAttempt.objects.filter(defection=defection).select_related("actor").order_by("-at", "-pk"))


def after_this(user: User, defection: Defection) -> Defection | None:
    """The next one to be worked on, by what they were worth."""
    rows = Defection.objects.visible_to(user).filter(result_on=None).exclude(pk=defection.pk)
    lower = rows.filter(worth_amount__lte=defection.worth_amount).order_by("-worth_amount", "-pk").first()
    return lower or rows.order_by("-worth_amount", "-pk").first()
