"""Deals in the search of everything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from contacts.queries import UNSEEN_CONTACT, UNSEEN_ORGANIZATION
from crm.access import veil
from crm.field_rights import hides
from crm.search.finding import find_by_text
from crm.search.spec import SearchFound, SearchHit, SearchSource
from crm.templatetags.figures import money
from pipeline.models import Deal

if TYPE_CHECKING:
    from crm.models import User


def find_deals(user: User, text: str, limit: int) -> SearchFound:
    """Current deals by any part of title or external id."""
    return find_by_text(Deal.objects.visible_to(user).current(), user, text, limit, show_deals)


def show_deals(user: User, keys: Sequence[int]) -> dict[int, SearchHit]:
    shows_amount = not hides(user, "pipeline.deal.amount")
    rows = list(Deal.objects.visible_to(user).filter(pk__in=keys).select_related("stage", "organization", "contact"))
    veil(user, rows, {"organization": UNSEEN_ORGANIZATION, "contact": UNSEEN_CONTACT})
    return {
        deal.pk: SearchHit(deal.title, deal.get_absolute_url(), "briefcase", _note(deal, shows_amount)) for deal in rows
    }


def _note(deal: Deal, shows_amount: bool) -> str:
    customer = deal.organization or deal.contact
    amount = money(deal.amount, deal.currency) if shows_amount and deal.amount is not None else ""
    parts = [str(customer) if customer else "", deal.stage.name, amount, "archived" if deal.is_archived else ""]
    return " · ".join(part for part in parts if part)


SOURCES = (SearchSource("deals", "Deals", "pipeline.deal", find_deals, show_deals, all_url_name="pipeline:deal_list"),)
