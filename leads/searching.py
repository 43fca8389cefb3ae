"""Leads in the search of everything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from crm.field_rights import hidden_specs
from crm.search.finding import find_by_text
from crm.search.spec import SearchFound, SearchHit, SearchSource
from leads.models import Lead

if TYPE_CHECKING:
    from crm.models import User

LABEL = "leads.lead"
TOLD = ("name", "organization", "status", "source", "archived_at")


def find_leads(user: User, text: str, limit: int) -> SearchFound:
    """Current leads by any part of name, organization, e-mail, phone or external id."""
    return find_by_text(Lead.objects.visible_to(user).current(), user, text, limit, show_leads)


def show_leads(user: User, keys: Sequence[int]) -> dict[int, SearchHit]:
    """Leads with their status and source, as far as this person may know them."""
    hidden = hidden_specs(user, LABEL)
    rows = Lead.objects.visible_to(user).filter(pk__in=keys).only(*TOLD)
    return {lead.pk: SearchHit(lead.name, lead.get_absolute_url(), "funnel", _note(lead, hidden)) for lead in rows}


def _note(lead: Lead, hidden: frozenset[str]) -> str:
    organization = lead.organization if "organization" not in hidden and lead.organization != lead.name else ""
    source = lead.source if "source" not in hidden else ""
    parts = (organization, lead.get_status_display().lower(), source, "archived" if lead.is_archived else "")
    return " · ".join(part for part in parts if part)


SOURCES = (SearchSource("leads", "Leads", LABEL, find_leads, show_leads, all_url_name="leads:lead_list"),)
