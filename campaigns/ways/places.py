"""Where a piece goes: a postal address with its household, a number, a handle."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from campaigns.choices import CampaignChannel
from contacts.choices import PointKind
from contacts.models import Address, ContactPoint
from contacts.postal import postal_lines

POINTS: dict[str, PointKind] = {
    CampaignChannel.PHONE: PointKind.PHONE,
    CampaignChannel.SMS: PointKind.PHONE,
    CampaignChannel.SOCIAL: PointKind.HANDLE,
}


@dataclass(frozen=True)
class Place:
    """`text`: the lines of an address below the name, a number, a handle. `household`: alike for who lives there."""

    text: str
    country: str = ""
    household: str = ""


def places_of(channel: str, keys: Sequence[int]) -> dict[int, Place]:
    """By the ids of contacts; who has none is not among them, nor who has a town alone, where
    no letter arrives. One query."""
    if channel == CampaignChannel.POST:
        rows = Address.objects.filter(contact__in=keys).order_by("contact", "is_primary", "-pk")
        return {row.contact_id: _postal(row) for row in rows if row.street.strip() and row.city.strip()}
    points = ContactPoint.objects.filter(contact__in=keys, kind=POINTS[channel])
    found = points.order_by("contact", "is_primary", "-pk").values_list("contact", "kind", "normalised", "value")
    return {
        contact: Place(normalised if kind == PointKind.PHONE else value) for contact, kind, normalised, value in found
    }


def _postal(address: Address) -> Place:
    told = "|".join((address.street, address.postal_code, address.city, address.country))
    folded = "".join(one for one in unicodedata.normalize("NFKD", told.casefold()) if one.isalnum())
    household = hashlib.sha256(folded.encode()).hexdigest()[:32]
    return Place("\n".join(postal_lines(address)), address.country, household)
