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
    """The answer of today for a purpose, by the channels that it holds for."""

    channels: tuple[str, ...]
    permission: Permission


def standings(contact: Contact, purpose: str = MARKETING) -> list[Standing]:
    """The answers for the channels by which the contact can be reached, those that are the same as one; one query."""
    now = timezone.now()
    asked: dict[str, Combinable] = {}
    for channel in ConsentChannel:
        asked[f"answer_{channel}"] = answer_for(channel, purpose, now)
        asked[f"said_{channel}"] = said_for(channel, purpose, now)
    found = Contact.objects.filter(pk=contact.pk).annotate(**asked).values(*asked).get()
    grouped: dict[tuple[bool, str], list[tuple[str, Permission]]] = {}
    for channel in ConsentChannel:
        one = permission_of(found[f"answer_{channel}"], found[f"said_{channel}"])
        if one.answer != Answer.UNREACHABLE:
            grouped.setdefault((not one.is_yes, one.sentence), []).append((channel.label, one))
    return [Standing(tuple(label for label, _ in rows), rows[0][1]) for _, rows in sorted(grouped.items())]


def ledger_of(user: User | None, contact: Contact, most: int) -> list[Consent]:
    """What the contact allowed and took back, the newest first."""
    rows = Consent.objects.visible_to(user).filter(contact=contact).select_related("recorded_by")
    return list(rows[:most])


def purposes() -> list[Purpose]:
    return list(Purpose.objects.all())
