"""What can be changed of leads from their list, one cell or many rows at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from crm.bulk.editing import EditField, Editing
from crm.models import Team, User
from leads.actions import change_lead
from leads.forms import people_to_give, teams_to_give
from leads.keeping import place_leads, refresh_search
from leads.models import Lead
from leads.scoring.engine import score_leads
from orders.models import Product


def _people(user: User) -> QuerySet[User]:
    return people_to_give(user, Lead())


def _teams(user: User) -> QuerySet[Team]:
    return teams_to_give(user, Lead())


def _products(user: User) -> QuerySet[Product]:
    return Product.objects.visible_to(user).current()


def settle(keys: Sequence[int]) -> None:
    """What the search, the territories and the scores make of changed leads."""
    refresh_search(keys)
    place_leads(keys)
    score_leads(keys)


def change(*, record: Lead, **given: Any) -> Lead:
    return change_lead(lead=record, **given)


EDITING = Editing(
    "lead",
    (
        EditField("organization", "organization"),
        EditField("owner", "owner", offered=_people, by_charge=True),
        EditField("team", "team", offered=_teams, by_charge=True),
        EditField("product", "product", offered=_products, options_url_name="orders:product_options"),
        EditField("source", "source"),
        EditField("list_kind", "list_kind"),
        EditField("list_name", "list_name"),
        EditField("campaign", "campaign"),
        EditField("market", "market"),
        EditField("industry", "industry"),
        EditField("language", "language"),
        EditField("tags", "tags"),
    ),
    change=change,
    after=settle,
    tags="tags",
    custom=True,
)
