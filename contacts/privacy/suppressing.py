"""What is kept of a refusal when the one who said no is erased: not the address, only what it hashes to."""

from __future__ import annotations

from django.utils import timezone

from contacts.choices import ConsentChannel, ConsentLevel, PointKind
from contacts.models import ContactPoint
from contacts.permission.rule import MARKETING, POINTS, in_force
from contacts.privacy.tables import Person
from crm.mail.choices import SuppressionReason
from crm.mail.suppression import keep_digest
from crm.models import SuppressedAddress

CHANNELS = (ConsentChannel.EMAIL, ConsentChannel.PHONE, ConsentChannel.WIRELESS)


def keep_refusals(person: Person) -> int:
    """Remember the hash of each address that nothing is sent to, and of each address or number whose owner's word in
    force on marketing is a no; how many. Of contacts that were merged each one's word counts: a no is never lost."""
    points = list(ContactPoint.objects.filter(contact__in=person.ids).values_list("kind", "normalised"))
    mails = [one for kind, one in points if kind == PointKind.EMAIL]
    kept = dict(SuppressedAddress.objects.filter(address__in=mails).values_list("address", "reason"))
    for channel in CHANNELS:
        if _said_no(person, channel):
            for kind, one in points:
                if kind == POINTS[channel]:
                    kept.setdefault(one, SuppressionReason.WITHDRAWN)
    for address, reason in kept.items():
        keep_digest(address, reason)
    return len(kept)


def _said_no(person: Person, channel: str) -> bool:
    now = timezone.now()
    words = (in_force(key, channel, MARKETING, now).values_list("level", flat=True).first() for key in person.ids)
    return any(level == ConsentLevel.NONE for level in words)
