"""Reads of permission for the page of a contact."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import connection
from django.db.models.expressions import Combinable
from django.utils import timezone

from contacts.choices import Answer, ConsentChannel
from contacts.models import Consent, Contact, Purpose
from contacts.permission.rule import MARKETING, Permission, answer_for, permission_of, said_for
from crm.models import User

ANY_CONTACT, ANY_MOMENT = -1_801_439_850, dt.datetime(1801, 4, 3, 9, 8, 5, tzinfo=dt.UTC)  # of nobody, and of no day


@dataclass(frozen=True)
class Standing:
    """The answer of today for a purpose, by the channels that it holds for."""

    channels: tuple[str, ...]
    permission: Permission


def standings(contact: Contact, purpose: str = MARKETING) -> list[Standing]:
    """The answers for the channels by which the contact can be reached, those that are the same as one; one query."""
    statement, parameters = _question(purpose)
    now = timezone.now()
    asked = [contact.pk if one == ANY_CONTACT else now if one == ANY_MOMENT else one for one in parameters]
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        found = cursor.fetchone()
    answers, told = found[: len(ConsentChannel)], found[len(ConsentChannel) :]
    grouped: dict[tuple[bool, str], list[tuple[str, Permission]]] = {}
    for channel, answer, said in zip(ConsentChannel, answers, told, strict=True):
        one = permission_of(answer, json.loads(said) if said else None)
        if one.answer != Answer.UNREACHABLE:
            grouped.setdefault((not one.is_yes, one.sentence), []).append((channel.label, one))
    return [Standing(tuple(label for label, _ in rows), rows[0][1]) for _, rows in sorted(grouped.items())]


@cache
def _question(purpose: str) -> tuple[str, tuple[Any, ...]]:
    """The statement of all answers, then of the consents in force, for a stand-in of contact and moment: to put the
    rule into SQL takes longer than to ask it, and it is the same for every contact."""
    asked: dict[str, Combinable] = {f"answer_{one}": answer_for(one, purpose, ANY_MOMENT) for one in ConsentChannel}
    asked |= {f"said_{one}": said_for(one, purpose, ANY_MOMENT) for one in ConsentChannel}
    rows = Contact.objects.filter(pk=ANY_CONTACT).annotate(**asked).values_list(*asked)
    statement, parameters = rows.query.sql_with_params()
    return statement, tuple(parameters)


def ledger_of(user: User | None, contact: Contact, most: int) -> list[Consent]:
    """What the contact allowed and took back, the newest first."""
    rows = Consent.objects.visible_to(user).filter(contact=contact).select_related("recorded_by")
    return list(rows[:most])


def purposes() -> list[Purpose]:
    return list(Purpose.objects.all())
