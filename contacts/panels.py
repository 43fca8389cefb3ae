"""What contacts itself puts on a contact's page beside the facts (`contacts.layouts`): people, files, changes."""

from __future__ import annotations

from typing import Any, cast

from django.db import models
from django.http import HttpRequest

from contacts import queries
from contacts.models import Contact
from crm.catalogue import RecordPanel
from crm.notes.panels import NEWEST_FILES, files_panel
from crm.past.panels import CHANGES
from crm.requests import SignedInRequest

MOST_PEOPLE = 100


def people(request: HttpRequest, record: models.Model) -> dict[str, Any]:
    """The organization's people that the person may see, the first hundred by name."""
    rows = queries.people_of(cast(SignedInRequest, request).user, cast(Contact, record))
    return {"people": rows[:MOST_PEOPLE], "organization": record}


def count_people(request: HttpRequest, record: models.Model) -> int | None:
    """As `queries.read_record` counted them."""
    count: int | None = record.people_count  # type: ignore[attr-defined]
    return count


CONTACT_PANELS = (
    RecordPanel("people", "People", "contacts/_people.html", people, place="tab", order=40, count=count_people),
    files_panel("contacts:file_add", "contacts.contact"),
    NEWEST_FILES,
    CHANGES,
)
