"""People of a chunk asked once more before anything leaves: permission, fatigue, and what the fields say of each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from campaigns.choices import NOTHING_TO_SAY, OFFER_OVER
from campaigns.mail.merging import values_of
from campaigns.models import Campaign, GivenOffer, Recipient, Variant
from campaigns.offers.codes import said_by
from campaigns.sending.audience import tired_of
from contacts.choices import YES
from contacts.models import Address, Contact
from contacts.permission.rule import answer_for
from crm.company import company_today, current_company

# what merge fields, calls and pieces say; the rest of a row is three quarters of the time that reading takes
READ = ("name", "first_name", "last_name", "organization__name", "owner")


@dataclass
class Asked:
    """What is known of a chunk's people: contacts with `answer` and `tired_of`, offers by recipient."""

    contacts: Mapping[int, Contact]
    cities: Mapping[int, str]
    variants: Mapping[int, Variant]
    gifts: Mapping[int, GivenOffer]
    company: str
    today: dt.date

    def reason_against(self, row: Recipient) -> str:
        """Why nothing may go to them now; empty: it may."""
        contact = self.contacts[row.contact_id]
        if contact.answer not in YES:  # type: ignore[attr-defined]
            return str(contact.answer)  # type: ignore[attr-defined]
        return str(contact.tired_of)  # type: ignore[attr-defined]

    def said(self, row: Recipient) -> dict[str, str]:
        """What the fields of their offer say; nothing without one, or once it has ended."""
        given = self.gifts.get(row.pk)
        return said_by(given, self.today) if given else {}

    def values(self, row: Recipient) -> dict[str, str]:
        """What every field says of them."""
        city = self.cities.get(row.contact_id, "")
        return values_of(self.contacts[row.contact_id], city, self.company) | self.said(row)

    def why_unknown(self, row: Recipient) -> str:
        """Why a field says nothing of them."""
        return OFFER_OVER if row.pk in self.gifts and not self.said(row) else NOTHING_TO_SAY


def ask(campaign: Campaign, claimed: Sequence[Recipient]) -> Asked:
    """Ask everything of a chunk in a few queries."""
    keys = [row.contact_id for row in claimed]
    contacts = Contact.objects.filter(pk__in=keys).select_related("organization").only(*READ).prefetch_related("owner")
    answered = contacts.annotate(
        answer=answer_for(campaign.channel_of_consent, campaign.purpose), tired_of=tired_of(campaign)
    )
    gifts = GivenOffer.objects.filter(recipient__in=[row.pk for row in claimed]).select_related("offer__product")
    return Asked(
        contacts=answered.in_bulk(),
        cities=_cities(keys),
        variants=Variant.objects.in_bulk([row.variant_id for row in claimed]),
        gifts={given.recipient_id: given for given in gifts},
        company=current_company().name,
        today=company_today(),
    )


def _cities(keys: Sequence[int]) -> dict[int, str]:
    rows = Address.objects.filter(contact__in=keys).order_by("contact", "is_primary", "-pk")
    return dict(rows.values_list("contact", "city"))
