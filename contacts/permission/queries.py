"""Reads of permission for the page of a contact."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models.expressions import Combinable
from django.utils import timezone

from contacts.choices import Answer, ConsentChannel
from contacts.models import Consent, Contact, Purpose
from contacts.permission.rule import MARKETING, Permission, answer_for, permission_of, said_for
from crm.models import User


@dataclass(frozen=True)
class Standing:
    """By a channel for a purpose: the answer of today."""

    channel: ConsentChannel
    permission: Permission


def standings(contact: Contact, purpose: str = MARKETING) -> list[Standing]:
    """The answer for every channel by which the contact can be reached; one query."""
    now = timezone.now()
    asked: dict[str, Combinable] = {}
    for channel in ConsentChannel:
        asked[f"answer_{channel}"] = answer_for(channel, purpose, now)
        asked[f"said_{channel}"] = said_for(channel, purpose, now)
    found = Contact.objects.filter(pk=contact.pk).annotate(**asked).values(*asked).get()
    standing = [
        Standing(channel, permission_of(found[f"answer_{channel}"], found[f"said_{channel}"]))
        for channel in ConsentChannel
    ]
    return [one for one in standing if one.permission.answer != Answer.UNREACHABLE]


def ledger_of(user: User | None, contact: Contact, most: int) -> list[Consent]:
    """What the contact allowed and took back, the newest first."""
    rows = Consent.objects.visible_to(user).filter(contact=contact).select_related("recorded_by")
    return list(rows[:most])


def purposes() -> list[Purpose]:
    return list(Purpose.objects.all())
