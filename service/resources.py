"""What the API shows of tickets: the catalogue's fields and the records' own."""

from __future__ import annotations

from typing import Any

from crm.catalogue import FieldSpec
from crm.rest.resources import Resource
from service import queries
from service.models import Ticket


def _own(name: str, label: str, path: str = "", **more: Any) -> FieldSpec:
    return FieldSpec(name, label, path or name, column=False, filter=False, **more)


def _version(ticket: Ticket) -> int:
    return ticket.version


TICKETS = Resource(
    name="tickets",
    label="service.ticket",
    noun="ticket",
    default_sort="-opened_at",
    extras=(
        _own("queue_id", "The queue, by id"),
        _own("contact_id", "The customer, by id", stored="service.ticket.contact"),
        _own("organization_id", "The organization, by id", stored="service.ticket.organization"),
        _own("requester_name", "The name that they gave", stored="service.ticket.contact"),
        _own("due_for", "What is due: first_reply, next_reply or solution"),
        _own("merged_into_id", "The ticket that this one was merged into"),
        _own("follows_id", "The closed ticket that this one goes on from"),
        _own("closed_at", "When it was closed"),
        _own("version", "The version, for a change"),
        _own("updated_at", "When it was last changed"),
    ),
    search=queries.search_tickets,
    version=_version,
    updated_path="updated_at",
)
