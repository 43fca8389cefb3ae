"""What feedback puts on a contact's page: what they last said."""

from __future__ import annotations

from typing import Any, cast

from django.db import models
from django.http import HttpRequest
from django.urls import reverse

from contacts.models import Contact
from crm.catalogue import RecordPanel
from crm.field_rights import mask
from crm.requests import SignedInRequest
from feedback.models import Response

NEWEST = 3


def newest_responses(request: HttpRequest, record: models.Model) -> dict[str, Any] | None:
    """The newest responses of the contact; None where there are none."""
    user, contact = cast(SignedInRequest, request).user, cast(Contact, record)
    rows = Response.objects.visible_to(user).filter(contact=contact).select_related("survey", "touch_point")
    found = list(rows.order_by("-told_at", "-pk")[: NEWEST + 1])
    if not found:
        return None
    for one in found:
        mask(user, one)
    all_url = f"{reverse('feedback:response_list')}?contact={contact.pk}"
    return {"responses": found[:NEWEST], "all_url": all_url, "has_more": len(found) > NEWEST}


CONTACT_PANELS = (
    RecordPanel("satisfaction", "What they say of us", "feedback/_contact_panel.html", newest_responses, order=58),
)
