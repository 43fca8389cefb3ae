"""What stands on the page of a lead, and of leads on the page of a contact."""

from __future__ import annotations

from typing import Any, cast

from django.db import models
from django.db.models import OuterRef
from django.http import HttpRequest

from crm.catalogue import RecordPanel
from crm.incoming.panels import MAILS
from crm.models import User
from crm.past.panels import CHANGES
from crm.requests import SignedInRequest
from leads.models import Lead, LeadQuerySet
from leads.nurturing.panels import nurturing

MOST_LEADS = 50


def leads_of(request: HttpRequest, record: models.Model) -> dict[str, Any]:
    """The contact's leads that the person may see, the newest first."""
    rows = Lead.objects.visible_to(cast(SignedInRequest, request).user).filter(contact=record.pk)
    return {"leads": rows.select_related("owner")[:MOST_LEADS]}


def counted_leads(user: User) -> LeadQuerySet:
    """The leads of a contact that the person may see."""
    return Lead.objects.visible_to(user).filter(contact=OuterRef("pk"))


def count_leads(request: HttpRequest, record: models.Model) -> int | None:
    """As they were counted along with the contact; no tab where there are none."""
    return record.leads_count or None  # type: ignore[attr-defined]


LEAD_PANELS = (
    RecordPanel("nurturing", "Sequence", "leads/nurturing/_panel.html", nurturing, order=30),
    MAILS,
    CHANGES,
)
CONTACT_PANELS = (
    RecordPanel(
        "leads",
        "Leads",
        "leads/_contact_leads.html",
        leads_of,
        place="tab",
        order=48,
        count=count_leads,
        counted=counted_leads,
    ),
)
