"""People who allowed a channel, and campaigns of it that have started."""

from __future__ import annotations

import csv
import io

from django.utils import timezone

from campaigns.models import Campaign
from campaigns.sending import actions
from contacts.choices import ConsentLevel, PointKind
from contacts.models import Address, Consent, Contact, ContactPoint
from tests.campaigns.sample import agreed, ready

STREETS = ("Lindenweg 4", "Lindenweg  4", "Am Markt 1", "")


def allowing(channel: str, count: int = 4, **fields) -> list[Contact]:
    """People with a phone and mostly an address, who allowed this channel."""
    people = agreed(count, **fields)
    allow(people, channel, ConsentLevel.OPT_IN)
    Address.objects.bulk_create(
        Address(
            contact=one, street=STREETS[at % 4], postal_code="50667", city="Köln" * bool(STREETS[at % 4]), country="DE"
        )
        for at, one in enumerate(people)
        if STREETS[at % 4]
    )
    ContactPoint.objects.bulk_create(
        ContactPoint(
            contact=one, kind=PointKind.PHONE, value=f"0221 55{at}", normalised=f"+4922155{at}", is_primary=True
        )
        for at, one in enumerate(people)
    )
    return people


def allow(people: list[Contact], channel: str, level: int) -> None:
    Consent.objects.bulk_create(
        Consent(contact=one, channel=channel, purpose="marketing", level=level, recorded_at=timezone.now())
        for one in people
    )


def launched(actor, channel: str, **fields) -> Campaign:
    campaign = ready(actor, channel=channel, **fields)
    actions.launch_campaign(actor=actor, campaign=campaign)
    campaign.refresh_from_db()
    return campaign


def rows_in(response) -> list[dict[str, str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))
