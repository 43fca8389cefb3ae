"""Reads of permission for the page of a contact."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache

from django.db.models import Func, JSONField, Q
from django.db.models.expressions import Combinable
from django.utils import timezone

from contacts.choices import Answer, ConsentChannel
from contacts.models import Consent, Contact, Purpose
from contacts.permission.rule import MARKETING, Permission, answer_for, permission_of, said_for
from crm.database.kept import ANY_KEY, ANY_MOMENT, KeptStatement
from crm.languages.words import translated
from crm.models import User

ALONG = "permission_told"


@dataclass(frozen=True)
class Standing:
    """The answer of today for a purpose, by the channels that it holds for."""

    channels: tuple[str, ...]
    permission: Permission


def standings(contact: Contact, purpose: str = MARKETING) -> list[Standing]:
    """The answers for the channels by which the contact can be reached, those that are the same as one; one query, or
    none for a contact that was read with `answers_along`."""
    read_along = contact.__dict__.get(ALONG) if purpose == MARKETING else None
    (found,) = [read_along] if read_along else _question(purpose).ask(contact.pk, timezone.now())
    answers, told = found[: len(ConsentChannel)], found[len(ConsentChannel) :]
    grouped: dict[tuple[bool, str], list[tuple[str, Permission]]] = {}
    for channel, answer, said in zip(ConsentChannel, answers, told, strict=True):
        one = permission_of(answer, json.loads(said) if isinstance(said, str) else said)
        if one.answer != Answer.UNREACHABLE:
            grouped.setdefault((not one.is_yes, one.sentence), []).append((translated(channel.label), one))
    return [Standing(tuple(label for label, _ in rows), rows[0][1]) for _, rows in sorted(grouped.items())]


def answers_along() -> dict[str, Combinable]:
    """What `standings` needs for marketing, as an annotation by which a contact is read at a moment (`ANY_MOMENT`)."""
    return {ALONG: Func(*_asked(MARKETING).values(), function="jsonb_build_array", output_field=JSONField())}


@cache
def _question(purpose: str) -> KeptStatement:
    asked = _asked(purpose)
    return KeptStatement.of(Contact.objects.filter(pk=ANY_KEY).annotate(**asked).values_list(*asked))


def _asked(purpose: str) -> dict[str, Combinable]:
    """All answers, then the consents in force."""
    asked: dict[str, Combinable] = {f"answer_{one}": answer_for(one, purpose, ANY_MOMENT) for one in ConsentChannel}
    return asked | {f"said_{one}": said_for(one, purpose, ANY_MOMENT) for one in ConsentChannel}


def ledger_of(user: User | None, contact: Contact, most: int) -> list[Consent]:
    """What the contact allowed and took back, the newest first; with what contacts did that were merged into it."""
    seen = Consent.objects.visible_to(user).filter(contact=contact).order_by().values("pk")
    rows = Consent.objects.filter(Q(pk__in=seen) | Q(contact__merged_into=contact))
    rows = rows.select_related("recorded_by", "contact")
    return list(rows[:most])


def purposes() -> list[Purpose]:
    return list(Purpose.objects.all())
