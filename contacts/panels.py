"""What contacts itself puts on a contact's page: facts, ways to reach them, their people, what was changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from django.db import models
from django.http import HttpRequest
from django.urls import reverse

from contacts import queries
from contacts.choices import Market
from contacts.forms import ORGANIZATION_ONLY, PERSON_ONLY
from contacts.models import Contact
from crm.access import can, scope_of
from crm.catalogue import RecordPanel
from crm.choices import Scope, Verb
from crm.customfields.showing import fact_lines
from crm.models import Attachment
from crm.notes.queries import files_of
from crm.past.panels import CHANGES
from crm.requests import SignedInRequest

MOST_PEOPLE = 100
FACT_LABELS = (
    ("reach", "E-mail, phone"), ("address", "Address"), ("website", "Website"), ("organization", "Works at"),
    ("parent", "Belongs to"), ("markets", "Market"), ("industry", "Industry"), ("employees", "Employees"),
    ("revenue", "Their revenue"), ("birthday", "Birthday"), ("territory", "Territory"), ("source", "Source"),
    ("external_id", "External id"), ("tags", "Tags"),
)  # fmt: skip


def facts(request: HttpRequest, record: models.Model) -> dict[str, Any]:
    """The contact's own data, as `queries.for_record` read it."""
    contact = cast(Contact, record)
    may_change = can(cast(SignedInRequest, request).user, Verb.CHANGE, contact)
    return {
        "contact": contact,
        "points": contact.points.all(),
        "addresses": contact.addresses.all(),
        "markets": [Market(market).label for market in contact.markets if market in Market.values],
        "may_change": may_change,
        "missing": list(_missing(contact)) if may_change else [],
    }


def _missing(contact: Contact) -> Iterator[tuple[str, str]]:
    """Facts that the contact can have and has not, with what they are called."""
    for name, label in FACT_LABELS:
        is_of_kind = name not in ((*PERSON_ONLY,) if contact.is_organization else (*ORGANIZATION_ONLY,))
        there = {"reach": contact.points.all(), "address": contact.addresses.all()}
        if is_of_kind and not there.get(name, getattr(contact, name, None)):
            yield name, label


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


def files(request: HttpRequest, record: models.Model) -> dict[str, Any]:
    """Files at the contact; whoever sees the contact may add one."""
    user = cast(SignedInRequest, request).user
    return {
        "files": files_of(user, record),
        "may_add": can(user, Verb.ADD, Attachment),
        "may_remove": scope_of(user, Attachment, Verb.DELETE) == Scope.ALL,
        "upload_url": reverse("contacts:file_add", args=[record.pk]),
    }


CONTACT_PANELS = (
    RecordPanel("facts", "Facts", "contacts/_facts.html", facts, order=50),
    RecordPanel("further_facts", "Further facts", "crm/_further_facts.html", further_facts, order=55),
    RecordPanel("people", "People", "contacts/_people.html", people, place="tab", order=40, count=count_people),
    RecordPanel("files", "Files", "notes/_files.html", files, place="tab", order=80),
    CHANGES,
)
