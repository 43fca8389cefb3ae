"""Reports in the search of everything: saved ones by name, ready ones by their label."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.urls import reverse

from crm.models import SavedReport
from crm.reports.offering import may_have
from crm.reports.subjects import all_ready
from crm.search.finding import drawn, find_keys
from crm.search.spec import SearchFound, SearchHit, SearchSource

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from crm.models import User

ICON = "bar-chart-line"
KIND = ("report", "reports")  # what may be typed before a name


def find(user: User, text: str, limit: int) -> SearchFound:
    """Reports in whose name each word begins a word; `report` alone finds all."""
    words = [word for word in text.casefold().split() if word not in KIND]

    def narrowed(typed: str) -> QuerySet[SavedReport]:
        found = SavedReport.objects.visible_to(user).order_by("name", "id")
        for word in typed.split():
            found = found.filter(name__icontains=word)
        return found

    keys = find_keys(SavedReport.objects.all(), user, " ".join(words), narrowed)[: limit + 1]
    hits = list(drawn(show, user, keys))
    is_asked = bool(words) or text.casefold().strip() in KIND
    for ready in all_ready().values() if is_asked else ():
        parts = ready.label.casefold().split()
        if all(any(part.startswith(word) for part in parts) for word in words) and may_have(user, ready):
            hits.append(SearchHit(ready.label, reverse("reports:ready", args=[ready.name]), ICON, ready.area))
    return SearchFound(tuple(hits[:limit]), len(hits))


def show(user: User, keys: Sequence[int]) -> dict[int, SearchHit]:
    return {one.pk: _hit(one) for one in SavedReport.objects.visible_to(user).filter(pk__in=keys)}


def _hit(report: SavedReport) -> SearchHit:
    return SearchHit(report.name, report.get_absolute_url(), ICON, report.sentence)


REPORTS = SearchSource("reports", "Reports", "crm.savedreport", find, show)
