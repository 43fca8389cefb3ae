"""Holds: a person's data are kept, whatever a rule or a request says."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone

from contacts.choices import PointKind
from contacts.models import Contact, ContactPoint, Hold
from crm.company import company_today
from crm.log import log
from crm.models import IncomingMail, OutgoingMail, User


def holds_of(ids: tuple[int, ...] | list[int]) -> list[Hold]:
    """The holds that stand today on any of these contacts."""
    return list(Hold.objects.standing(company_today()).filter(contact__in=ids))


def held_contacts() -> QuerySet[Any]:
    """The contacts whose data are held, with those that were merged into them. A hold stands on the contact that goes
    on: merging leads it there."""
    held = Hold.objects.standing(company_today()).order_by().values("contact")
    return Contact._base_manager.filter(Q(pk__in=held) | Q(merged_into__in=held)).order_by()


def is_held_address(path: str) -> Exists:
    """The condition on rows that the address at `path` is one of somebody whose data are held."""
    points = ContactPoint.objects.filter(kind=PointKind.EMAIL, contact__in=held_contacts().values("pk"))
    return Exists(points.order_by().filter(normalised=Lower(OuterRef(path))))


def not_held_mails(mails: QuerySet[OutgoingMail]) -> QuerySet[OutgoingMail]:
    """Without those to, or about, somebody whose data are held."""
    rows = mails.exclude(Exists(held_contacts().filter(pk=OuterRef("contact_id"))))
    return rows.exclude(is_held_address("recipient"))


def not_held_incoming(mails: QuerySet[IncomingMail]) -> QuerySet[IncomingMail]:
    """Without those from, or about, somebody whose data are held."""
    rows = mails.exclude(Exists(held_contacts().filter(pk=OuterRef("contact_id"))))
    return rows.exclude(is_held_address("from_address")).exclude(is_held_address("bounced_address"))


def family_of(contact: Contact) -> list[int]:
    """The contact that goes on and those that were merged into it: a hold on one of them holds all."""
    first = contact.merged_into_id or contact.pk
    return [first, *Contact.objects.filter(merged_into=first).values_list("pk", flat=True)]


@transaction.atomic
def place_hold(*, actor: User | None, contact: Contact, reason: str, ends_on: dt.date | None = None) -> Hold:
    """Keep this person's data until a day, or until it is ended. Raises ValidationError for a day that is over, an
    erased person, and somebody whose erasure works already."""
    current = Contact.objects.select_for_update().get(pk=contact.merged_into_id or contact.pk)
    if current.erased_at is not None:
        raise ValidationError("They were erased already: there is nothing to hold.")
    if not reason.strip():
        raise ValidationError({"reason": "Say why: who is held back asks for it."})
    if ends_on is not None and ends_on < company_today():
        raise ValidationError({"ends_on": "This day is over. Leave it empty to hold until somebody ends it."})
    hold = Hold.objects.create(actor=actor, contact=current, reason=reason.strip(), ends_on=ends_on)
    until = f"until {ends_on:%Y-%m-%d}" if ends_on else "until it is ended"
    log(actor=actor, verb="hold data", object=hold, contact_id=current.pk, summary=f"Data of {current} held {until}")
    return hold


@transaction.atomic
def end_hold(*, actor: User | None, hold: Hold) -> None:
    """From now on the hold keeps nothing. Raises ValidationError where it does not stand."""
    current = Hold.objects.select_for_update().get(pk=hold.pk)
    if not current.stands_on(company_today()):
        raise ValidationError("This hold has ended already.")
    current.ended_at = timezone.now()
    current.save(update_fields=["ended_at"])
    log(actor=actor, verb="end hold", object=current, contact_id=current.contact_id, summary="A hold was ended")
