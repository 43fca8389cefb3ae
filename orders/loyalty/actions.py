"""Writes of the loyalty programme: somebody joins, spends, is given points by hand."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction

from contacts.models import Contact
from crm.company import company_today
from crm.languages.refusing import refused
from crm.log import log
from crm.models import User
from crm.templatetags.figures import number
from orders.choices import PointsKind
from orders.loyalty.queries import balance_of
from orders.models import LoyaltyMember, PointsEntry


@transaction.atomic
def enrol_member(*, actor: User | None, contact: Contact, joined_on: dt.date | None = None) -> LoyaltyMember:
    """Let a contact take part; who takes part already stays as they are."""
    member, is_new = LoyaltyMember.objects.get_or_create(
        contact=contact, defaults={"joined_on": joined_on or company_today()}
    )
    if is_new:
        summary = f"{contact.name} joined the loyalty programme"
        log(actor=actor, verb="enrol", object=member, contact_id=contact.pk, summary=summary)
    return member


def spend_points(*, actor: User | None, member: LoyaltyMember, points: int, note: str) -> PointsEntry:
    """Take points for something. Raises where the balance does not reach; of two at once, one waits for the other."""
    if points < 1:
        raise ValidationError({"points": "Spend one point or more."})
    return _add(actor=actor, member=member, kind=PointsKind.SPENT, points=-points, note=note)


def adjust_points(*, actor: User | None, member: LoyaltyMember, points: int, note: str) -> PointsEntry:
    """Give or take points by hand, with the reason. Raises without one, or where the balance does not reach."""
    if not points:
        raise ValidationError({"points": "Say how many points, with a minus to take some."})
    if not note.strip():
        raise ValidationError({"note": "Say why: an adjustment without a reason cannot be explained later."})
    return _add(actor=actor, member=member, kind=PointsKind.ADJUSTED, points=points, note=note)


@transaction.atomic
def _add(*, actor: User | None, member: LoyaltyMember, kind: PointsKind, points: int, note: str) -> PointsEntry:
    LoyaltyMember.objects.select_for_update().get(pk=member.pk)
    balance = balance_of(member)
    if points < 0 and balance + points < 0:
        raise ValidationError(
            {
                "points": refused(
                    "There are %(balance)s points; %(points)s are too many.",
                    balance=lambda: number(max(balance, 0)),
                    points=lambda: number(-points),
                )
            }
        )
    entry = PointsEntry.objects.create(member=member, kind=kind, points=points, note=note.strip(), actor=actor)
    summary = f"Loyalty: {points:+,} points ({kind.label.lower()})"
    log(actor=actor, verb=str(kind), object=entry, contact_id=member.contact_id, summary=summary)
    return entry
