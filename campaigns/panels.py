"""What campaigns put on a contact's page: the tabs of the campaigns and of the plays that they were in."""

from __future__ import annotations

from typing import Any, cast

from django.db import models
from django.db.models import OuterRef
from django.http import HttpRequest

from campaigns.models import Campaign, Offer, Play, PlayEntry, Recipient
from campaigns.plays.queries import places_of
from campaigns.preferences import pace_of
from campaigns.queries import campaigns_of
from contacts.models import Contact
from crm.access import VisibleQuerySet, can
from crm.catalogue import RecordPanel
from crm.choices import Verb
from crm.company import current_company
from crm.field_rights import hidden_fields, hidden_specs
from crm.models import User
from crm.requests import SignedInRequest

NEWEST = 50


def campaigns_tab(request: HttpRequest, record: models.Model) -> dict[str, Any] | None:
    """The campaigns of a contact, the newest first, with what they did."""
    user, contact = cast(SignedInRequest, request).user, cast(Contact, record)
    if not can(user, Verb.VIEW, Campaign):
        return None
    rows = list(campaigns_of(user, contact)[: NEWEST + 1])
    return {
        "rows": rows[:NEWEST],
        "pace": pace_of(contact),
        "has_more": len(rows) > NEWEST,
        "shows_money": "amount" not in hidden_fields(user, Recipient),
        "shows_chances": "propensity" not in hidden_specs(user, "contacts.contact")
        and "margin_amount" not in hidden_fields(user, Offer),
        "base": current_company().currency,
    }


def counted_campaigns(user: User) -> VisibleQuerySet[Recipient]:
    """The places of a contact in campaigns."""
    rows: VisibleQuerySet[Recipient] = Recipient.objects.visible_to(user).filter(contact=OuterRef("pk"))
    return rows


def count_campaigns(request: HttpRequest, record: models.Model) -> int | None:
    """As they were counted along with the contact; none, or for who may not see campaigns: no tab."""
    may_see = can(cast(SignedInRequest, request).user, Verb.VIEW, Campaign)
    return record.campaigns_count or None if may_see else None  # type: ignore[attr-defined]


def plays_tab(request: HttpRequest, record: models.Model) -> dict[str, Any] | None:
    """The plays of a contact, those that they are in first."""
    user = cast(SignedInRequest, request).user
    if not can(user, Verb.VIEW, Play):
        return None
    return {"rows": list(places_of(user, cast(Contact, record))[:NEWEST])}


def counted_plays(user: User) -> VisibleQuerySet[PlayEntry]:
    """The places of a contact in plays; not those as control."""
    rows: VisibleQuerySet[PlayEntry] = PlayEntry.objects.visible_to(user)
    return rows.filter(contact=OuterRef("pk"), is_control=False)


def count_plays(request: HttpRequest, record: models.Model) -> int | None:
    """As they were counted along with the contact; none, or for who may not see plays: no tab."""
    may_see = can(cast(SignedInRequest, request).user, Verb.VIEW, Play)
    return record.plays_count or None if may_see else None  # type: ignore[attr-defined]


CONTACT_PANELS = (
    RecordPanel(
        "campaigns", "Campaigns", "campaigns/_contact_campaigns.html", campaigns_tab, place="tab", order=19,
        count=count_campaigns, counted=counted_campaigns,
    ),
    RecordPanel(
        "plays", "Plays", "campaigns/_contact_plays.html", plays_tab, place="tab", order=19, count=count_plays,
        counted=counted_plays,
    ),
)  # fmt: skip
