"""What stands on a deal's page beside its facts, and of deals on a contact's page."""

from __future__ import annotations

from typing import Any, cast

from django.db import models
from django.db.models import OuterRef, Q
from django.http import HttpRequest

from contacts.models import Contact
from crm.access import VisibleQuerySet, can
from crm.catalogue import RecordPanel
from crm.choices import Verb
from crm.models import User
from crm.paths import path_of
from crm.requests import SignedInRequest
from crm.small_tables import small_table
from pipeline.models import Deal
from pipeline.queries import deals_of, parts_of

NEWEST = 50
COLUMNS = ("title", "stage", "outcome", "amount", "expected_on")
PHONE = {"amount": "cell-end", "stage": "cell-secondary"}


def checklist(request: HttpRequest, record: models.Model) -> dict[str, Any] | None:
    """What is to be done before an open deal goes on from its stage."""
    deal = cast(Deal, record)
    if not deal.is_open or not deal.stage.checklist:
        return None
    return {"deal": deal, "may_tick": can(cast(SignedInRequest, request).user, Verb.CHANGE, deal)}


def parts(request: HttpRequest, record: models.Model) -> dict[str, Any]:
    """Lines, people, shares and competitors of a deal that was read `with_parts`, its `people_seen` with it."""
    deal, user = cast(Deal, record), cast(SignedInRequest, request).user
    people = deal.people_seen  # type: ignore[attr-defined]
    return {"deal": deal, "may_change": can(user, Verb.CHANGE, deal), **parts_of(user, deal, people)}


def deals_tab(request: HttpRequest, record: models.Model) -> dict[str, Any]:
    """The contact's deals as a table, open ones first, and where all of them are."""
    request, contact = cast(SignedInRequest, request), cast(Contact, record)
    rows = list(deals_of(request.user, contact).select_related("stage")[: NEWEST + 1])
    return {
        "contact": contact,
        "table": small_table("pipeline.deal", COLUMNS, PHONE, request, rows[:NEWEST]),
        "all_url": f"{path_of('pipeline:deal_list')}?contact={contact.pk}",
        "has_more": len(rows) > NEWEST,
        "new_url": _new_url(request, contact),
    }


def counted_deals(user: User) -> VisibleQuerySet[Deal]:
    """The current deals of a contact or with its organization that the person may see."""
    return Deal.objects.visible_to(user).current().filter(Q(contact=OuterRef("pk")) | Q(organization=OuterRef("pk")))


def count_deals(request: HttpRequest, record: models.Model) -> int:
    """As they were counted along with the contact."""
    return record.deals_count  # type: ignore[attr-defined]


def new_deal_button(request: HttpRequest, record: models.Model) -> dict[str, Any] | None:
    url = _new_url(cast(SignedInRequest, request), cast(Contact, record))
    return {"url": url} if url else None


def _new_url(request: SignedInRequest, contact: Contact) -> str:
    """Where a deal with this contact is opened; empty for who may open none."""
    if contact.is_archived or not can(request.user, Verb.ADD, Deal):
        return ""
    field = "organization" if contact.is_organization else "contact"
    return f"{path_of('pipeline:deal_create')}?{field}={contact.pk}"


DEAL_PANELS = (
    RecordPanel("checklist", "Checklist of the stage", "pipeline/_checklist.html", checklist, order=10),
    RecordPanel("parts", "In this deal", "pipeline/_parts.html", parts, order=20),
)
CONTACT_PANELS = (
    RecordPanel(
        "deals",
        "Deals",
        "pipeline/_deals.html",
        deals_tab,
        place="tab",
        order=15,
        count=count_deals,
        counted=counted_deals,
    ),
    RecordPanel("new_deal", "New deal", "pipeline/_new_deal.html", new_deal_button, place="action", order=15),
)
