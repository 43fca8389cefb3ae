"""On the page of a contact: a quiet word that it may be the same as another, and all such pairs in a tab."""

from __future__ import annotations

from typing import Any, cast

from django.db import models
from django.db.models import OuterRef, Q
from django.http import HttpRequest

from analytics.duplicates.comparing import how_sure
from analytics.models import DuplicatePair
from analytics.steps.duplicates import PROBABLE
from contacts.models import Contact
from crm.access import VisibleQuerySet
from crm.catalogue import RecordPanel
from crm.models import User
from crm.requests import SignedInRequest

MOST = 20


def counted(user: User) -> VisibleQuerySet[Any]:
    """The pairs of a contact that are one party rather than not, both of which the person sees."""
    rows: Any = DuplicatePair.objects.visible_to(user)
    one_of_both = Q(first=OuterRef("pk")) | Q(second=OuterRef("pk"))
    return rows.waiting().filter(one_of_both, probability__gte=PROBABLE)


def count(request: HttpRequest, record: models.Model) -> int | None:
    """As they were counted along with the contact; none, no tab."""
    return getattr(record, "duplicates_count", 0) or None


def pairs(request: HttpRequest, record: models.Model) -> dict[str, Any] | None:
    """The pairs of the contact with the other of both, the surest first; nothing is asked where there are none."""
    if not count(request, record):
        return None
    rows: Any = DuplicatePair.objects.visible_to(cast(SignedInRequest, request).user)
    found = rows.waiting().of_contact(record.pk).filter(probability__gte=PROBABLE).select_related("first", "second")
    return {"pairs": [(pair, _other(pair, record), how_sure(pair.probability)) for pair in found[:MOST]]}


def _other(pair: DuplicatePair, record: models.Model) -> Contact:
    return pair.second if pair.first_id == record.pk else pair.first


CONTACT_PANELS = (
    RecordPanel("duplicate", "May be the same", "analytics/duplicates/_hint.html", pairs, place="pill", order=30),
    RecordPanel(
        "duplicates",
        "Duplicates",
        "analytics/duplicates/_tab.html",
        pairs,
        place="tab",
        order=60,
        count=count,
        counted=counted,
    ),
)
