"""Writes of customers who ended: found or written down, tried to win back, settled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum

from contacts.actions import log_interaction
from contacts.models import Contact
from crm.company import company_today
from crm.languages.refusing import refused
from crm.log import log
from crm.models import User
from crm.saving import assign, locked, refuse_lost_sight
from crm.templatetags.figures import in_sentence
from orders.models import Order
from service.defectors.choices import DefectionSource, DefectionState
from service.models import Defection, Ticket, WinBackAttempt

YEAR = dt.timedelta(days=365)


@transaction.atomic
def note_defection(
    *, actor: User | None, contact: Contact, fields: Mapping[str, Any], ticket: Ticket | None = None
) -> Defection:
    """Write down that a customer ended (`ended_on`, today unless given). Raises ValidationError where that stands there
    already, without a result."""
    customer = Contact.objects.select_for_update(no_key=True).get(pk=contact.pk)
    if Defection.objects.filter(contact=customer, result_on=None).exists():
        raise refused("%(customer)s is on the list already, without a result.", customer=customer)
    ended_on = fields.get("ended_on") or company_today()
    if ended_on > company_today() + YEAR:
        raise ValidationError({"ended_on": "That is more than a year ahead."})
    defection = Defection(**{**fields, "ended_on": ended_on}, contact=customer, ticket=ticket)
    defection.source = DefectionSource.TICKET if ticket is not None else DefectionSource.HAND
    defection.owner = defection.owner or customer.owner or actor
    defection.worth_amount = worth_of(customer, ended_on)
    defection.save()
    refuse_lost_sight(actor, defection)
    _log(actor, "create", defection, f"{customer} ended")
    return defection


@transaction.atomic
def change_defection(*, actor: User | None, defection: Defection, version: int, fields: Mapping[str, Any]) -> Defection:
    """Change reason, words, day or owner. Raises `StaleRecord`."""
    current: Defection = locked(defection, version)
    if changed := assign(current, fields):
        current.version += 1
        current.save()
        refuse_lost_sight(actor, current)
        _log(actor, "change", current, f"Changed {', '.join(changed)} of the end of {current}")
    return current


@transaction.atomic
def try_to_win_back(*, actor: User | None, defection: Defection, fields: Mapping[str, Any]) -> WinBackAttempt:
    """Write down an attempt. Raises ValidationError where it is settled, or nothing is said of it."""
    current = Defection.objects.select_for_update().get(pk=defection.pk)
    if current.is_settled:
        raise ValidationError("This has a result already.")
    if not (fields.get("offer") or fields.get("words")):
        raise ValidationError("Say what you offered, or what came of it.")
    attempt = WinBackAttempt.objects.create(defection=current, actor=actor, **fields)
    current.state = DefectionState.TRIED
    current.tried_at = current.tried_at or attempt.at
    current.version += 1
    current.save()
    subject = f"Tried to win them back{f': {attempt.offer}' if attempt.offer else ''}"
    log_interaction(
        actor=actor, contact=current.contact, channel=attempt.way, subject=subject[:200], body=attempt.words,
        occurred_at=attempt.at,
    )  # fmt: skip
    _log(actor, "try to win back", current, f"Tried to win {current} back: {attempt}")
    return attempt


@transaction.atomic
def settle_defection(
    *, actor: User | None, defection: Defection, version: int, state: str, reason: str = ""
) -> Defection:
    """How it came out. Without a reason nobody learns of it: one is asked for, unless they are back."""
    current: Defection = locked(defection, version)
    if current.is_settled:
        raise refused("It has a result already: %(state)s.", state=lambda: in_sentence(current.get_state_display()))
    if state not in (DefectionState.WON, DefectionState.LOST, DefectionState.DROPPED):
        raise ValidationError({"state": "The results are: won back, lost, not followed up."})
    current.reason = reason or current.reason
    if state == DefectionState.LOST and not current.reason:
        raise ValidationError({"reason": "Say why they went, as far as they said."})
    current.state, current.result_on, current.version = state, company_today(), current.version + 1
    current.save()
    _log(actor, "settle", current, f"{current}: {current.get_state_display().lower()}")
    return current


@transaction.atomic
def reopen_defection(*, actor: User | None, defection: Defection) -> Defection:
    """The result was none after all. Doing it twice is doing it once."""
    current = Defection.objects.select_for_update().get(pk=defection.pk)
    if not current.is_settled:
        return current
    if Defection.objects.filter(contact=current.contact_id, result_on=None).exists():
        raise refused("%(current)s is on the list once more already.", current=current)
    current.state = DefectionState.TRIED if current.tried_at else DefectionState.OPEN
    current.result_on, current.version = None, current.version + 1
    current.save()
    _log(actor, "reopen", current, f"{current} is worked on again")
    return current


def worth_of(contact: Contact, ended_on: dt.date) -> Decimal:
    """What a customer brought in the year up to a day, in the company's currency; returns are taken off."""
    rows = Order.objects.filter(contact=contact, ordered_on__gt=ended_on - YEAR, ordered_on__lte=ended_on)
    return rows.aggregate(total=Sum("base_amount"))["total"] or Decimal(0)


def _log(actor: User | None, verb: str, defection: Defection, summary: str) -> None:
    log(actor=actor, verb=verb, object=defection, contact_id=defection.contact_id, summary=summary)
