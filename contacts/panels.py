"""What contacts itself puts on a contact's page: facts, ways to reach them, their people, what was changed."""

from __future__ import annotations

from typing import Any, cast

from django.db import models
from django.http import HttpRequest

from contacts import queries
from contacts.choices import Market
from contacts.models import Contact
from crm.catalogue import RecordPanel
from crm.customfields.showing import fact_lines
from crm.past.panels import CHANGES
from crm.requests import SignedInRequest

MOST_PEOPLE = 100


def facts(request: HttpRequest, record: models.Model) -> dict[str, Any]:
    """The contact's own data, as `queries.for_record` read it."""
    contact = cast(Contact, record)
    return {
        "contact": contact,
        "points": contact.points.all(),
        "addresses": contact.addresses.all(),
        "markets": [Market(market).label for market in contact.markets if market in Market.values],
    }


def people(request: HttpRequest, record: models.Model) -> dict[str, Any]:
    """The organization's people that the person may see, the first hundred by name."""
    rows = queries.people_of(cast(SignedInRequest, request).user, cast(Contact, record))
    return {"people": rows[:MOST_PEOPLE], "organization": record}


def count_people(request: HttpRequest, record: models.Model) -> int | None:
    """As `queries.for_record` counted them."""
    count: int | None = record.people_count  # type: ignore[attr-defined]
    return count


def further_facts(request: HttpRequest, record: models.Model) -> dict[str, Any] | None:
    """The custom fields that the contact has values of and the person may know."""
    lines = fact_lines(cast(SignedInRequest, request).user, record)
    return {"lines": lines} if lines else None


CONTACT_PANELS = (
    RecordPanel("facts", "Facts", "contacts/_facts.html", facts, order=50),
    RecordPanel("further_facts", "Further facts", "crm/_further_facts.html", further_facts, order=55),
    RecordPanel("people", "People", "contacts/_people.html", people, place="tab", order=40, count=count_people),
    CHANGES,
)
