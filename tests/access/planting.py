"""Marks every text of a record, so that a test can look for it wherever it should not be."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from contacts.keeping import refresh_search
from contacts.models import Contact
from crm.choices import Role
from crm.models import ImportRun, JobRun, StoredFile, User
from feedback.keeping import refresh_responses
from orders.keeping import refresh_totals
from service.keeping import refresh_tickets
from tests import factories as make

MARK = "CANARY-"
KEPT = {"sort_name", "search_text", "import_key"}  # made of the others


def planted(record: models.Model, mark: str = MARK) -> models.Model:
    """Every free text of the record holds a marker of its own, named after the field; written past all actions."""
    changes: dict[str, Any] = {}
    for field in record._meta.concrete_fields:
        text = f"{mark}{record._meta.model_name}.{field.name}-{uuid.uuid4().hex[:8]}"
        inner = field.base_field if isinstance(field, ArrayField) else field
        is_text = isinstance(inner, (models.CharField, models.TextField)) and not inner.choices
        if not is_text or field.name in KEPT or isinstance(field, models.FileField):
            continue
        if inner.max_length is not None and inner.max_length < 40:
            continue
        text = text[: inner.max_length or 300]
        changes[field.name] = [text] if isinstance(field, ArrayField) else text
    type(record)._default_manager.filter(pk=record.pk).update(**changes)
    record.refresh_from_db()
    return record


def plant_contact(owner: User | None, mark: str = MARK, **fields: Any) -> Contact:
    """A contact with everything that can hang on one, each text marked."""
    contact = make.make_contact(
        owner=owner, team=owner.team if owner else None, emails=("a@b.example",), phones=("+4930123456",),
        city="Berlin", **fields,
    )  # fmt: skip
    order = make.make_order(contact, lines=({"quantity": 1, "amount": 5, "product": make.make_product()},))
    quote = make.make_quote(contact, recipient=contact, owner=owner, team=owner.team if owner else None)
    parts = [
        contact, order, make.make_interaction(contact, outcome="x", body="x"), make.make_subscription(contact),
        make.make_invoice(contact, order=order), make.make_registration(contact),
        *contact.points.all(), *contact.addresses.all(), *order.lines.all(), quote, *quote.lines.all(),
    ]  # fmt: skip
    for part in parts:
        planted(part, mark)
    ticket = make.make_ticket(contact, owner=owner, team=owner.team if owner else None, body=f"{mark}message.text-1")
    planted(ticket, mark)
    refresh_tickets([ticket.pk])
    response = make.make_response(contact, 3, comment="x")
    planted(response.answers.get(), mark)
    refresh_responses([response.pk])
    Contact.objects.filter(pk=contact.pk).update(custom={"note": f"{mark}custom"})
    refresh_search([contact.pk])
    refresh_totals([order.pk])
    contact.refresh_from_db()
    return contact


def plant_work(owner: User) -> None:
    """What else is one's own: a job, a file, an import."""
    planted(JobRun.objects.create(kind="analysis", title="x", actor=owner))
    stored = StoredFile.objects.create(name="x", owner=owner, size=1)
    ImportRun.objects.create(kind="contacts", file=stored, actor=owner)
    planted(stored)


def limited_roles() -> tuple[str, ...]:
    return tuple(role for role in Role.values if role != Role.ADMIN)
