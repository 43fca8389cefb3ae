"""What can be changed of deals from their list, one cell or many rows at a time. The stage is changed by moving."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from crm.bulk.editing import EditField, Editing
from crm.models import Team, User
from pipeline.actions import change_deal
from pipeline.forms import people_to_give, teams_to_give
from pipeline.keeping import refresh_deals
from pipeline.models import Deal
from pipeline.queries import search_deals


def _people(user: User) -> QuerySet[User]:
    return people_to_give(user, Deal())


def _teams(user: User) -> QuerySet[Team]:
    return teams_to_give(user, Deal())


def change(*, record: Deal, **given: Any) -> Deal:
    return change_deal(deal=record, **given)


EDITING = Editing(
    "deal",
    (
        EditField("next_step", "next_step"),
        EditField("owner", "owner", offered=_people, by_charge=True),
        EditField("team", "team", offered=_teams, by_charge=True),
        EditField("expected_on", "expected_on"),
        EditField("forecast_category", "forecast_category"),
        EditField("amount", "amount"),
        EditField("currency", "currency"),
        EditField("source", "source"),
        EditField("next_step_on", "next_step_on"),
    ),
    change=change,
    after=refresh_deals,
    search=search_deals,
    custom=True,
)
