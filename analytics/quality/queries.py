"""How good the data are, of the contacts that a person sees: over all, by fault, by source, by owner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Avg, Count, F, Func, Max, Q, QuerySet, TextField
from django.urls import reverse

from analytics.models import QualityScore
from analytics.quality.words import FAULTS, field_of
from analytics.steps.quality import quality_rules
from contacts.models import Contact
from crm.filtering.folding import Fold
from crm.filtering.trees.asked import FILTER
from crm.filtering.trees.nodes import Condition, as_text
from crm.models import User

MOST_LINES = 25
POOREST = 100


@dataclass(frozen=True)
class Line:
    """One source, owner or fault: how many contacts, their mean score, how many are poor, and the list of these."""

    label: str
    count: int
    url: str
    mean: float | None = None
    poor: int = 0
    poor_url: str = ""
    fault: str = ""


def scores_of(user: User) -> QuerySet[QualityScore]:
    """The scores of the current contacts that a person sees."""
    rows: QuerySet[QualityScore] = QualityScore.objects.filter(
        contact__in=Contact.objects.visible_to(user).filter(archived_at=None).order_by()
    )
    return rows


def overall(user: User) -> dict[str, Any]:
    """count, mean score, means of the parts (0 to 1), and how many are poor."""
    least = quality_rules().least_score
    parts = {name: Avg(name) for name in ("complete", "valid", "fresh", "unique")}
    poor = Count("pk", filter=Q(score__lt=least))
    found = scores_of(user).aggregate(count=Count("pk"), mean=Avg("score"), poor=poor, **parts)
    return {**found, "least": least, "poor_url": list_url(quality_max=least - 1)}


def by_fault(user: User, hidden: frozenset[str]) -> list[Line]:
    """The faults of these contacts, the most frequent first; none of a field that the person may not see."""
    if "quality_fault" in hidden:
        return []
    each = Func(F("faults"), function="unnest", output_field=TextField())
    rows = scores_of(user).annotate(fault=each).values_list("fault").annotate(count=Count("pk")).order_by("-count")
    return [
        Line(FAULTS[fault], count, list_url(quality_fault=fault), fault=fault)
        for fault, count in rows
        if fault in FAULTS and field_of(fault) not in hidden
    ]


def by_source(user: User) -> list[Line]:
    """The sources with most contacts, as the filter of the list tells them apart (case and accents aside)."""
    least = quality_rules().least_score
    rows = scores_of(user).annotate(folded=Fold("contact__source")).values("folded")
    found = _counted(rows, least, label=Max("contact__source"))
    lines = []
    for one in found:
        asked = Condition("source", "is", one["label"]) if one["label"] else Condition("source", "empty")
        tree = {FILTER: as_text(asked)}
        poor = {**tree, "quality_max": least - 1}
        lines.append(_line(one, one["label"] or "without a source", list_url(**tree), list_url(**poor)))
    return lines


def by_owner(user: User) -> list[Line]:
    """The owners with most contacts, and those that nobody owns."""
    least = quality_rules().least_score
    found = _counted(scores_of(user).values("contact__owner"), least, label=Max("contact__owner__name"))
    lines = []
    for one in found:
        owner = {"owner": one["contact__owner"] or "none"}
        poor = {**owner, "quality_max": least - 1}
        label = one["label"] or ("nobody" if one["contact__owner"] is None else "somebody without a name")
        lines.append(_line(one, label, list_url(**owner), list_url(**poor)))
    return lines


def _counted(rows: Any, least: int, *, label: Any) -> list[dict[str, Any]]:
    poor = Count("pk", filter=Q(score__lt=least))
    return list(
        rows.annotate(label=label, count=Count("pk"), mean=Avg("score"), poor=poor).order_by("-count")[:MOST_LINES]
    )


def _line(one: dict[str, Any], label: str, url: str, poor_url: str) -> Line:
    return Line(label, one["count"], url, one["mean"], one["poor"], poor_url)


def list_url(**asked: Any) -> str:
    """The list of contacts, narrowed so."""
    return f"{reverse('contacts:contact_list')}?{urlencode(asked)}"
