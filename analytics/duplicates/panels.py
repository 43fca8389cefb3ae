"""On the page of a contact: a quiet word that it may be the same as another."""

from __future__ import annotations

from typing import Any, cast

from django.db import models
from django.http import HttpRequest

from analytics.models import DuplicatePair
from analytics.steps.duplicates import PROBABLE
from contacts.models import Contact
from crm.catalogue import RecordPanel
from crm.requests import SignedInRequest


def hint(request: HttpRequest, record: models.Model) -> dict[str, Any] | None:
    """The surest pair of the contact that the person may see both of, if it is one party rather than not."""
    user = cast(SignedInRequest, request).user
    rows = DuplicatePair.objects.visible_to(user).waiting().of_contact(record.pk)
    pair = rows.filter(probability__gte=PROBABLE).select_related("first", "second").first()
    if pair is None:
        return None
    other: Contact = pair.second if pair.first_id == record.pk else pair.first
    return {"pair": pair, "other": other}


CONTACT_PANELS = (
    RecordPanel("duplicate", "May be the same", "analytics/duplicates/_hint.html", hint, place="pill", order=30),
)
