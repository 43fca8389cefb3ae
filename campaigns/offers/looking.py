"""The offers of a campaign as they stand to one contact, and what its mail would say of the best."""

from __future__ import annotations

from django.core.exceptions import ValidationError

from campaigns.models import Campaign
from campaigns.offers.choosing import Weighed, weighed
from campaigns.offers.codes import EXAMPLE, says
from campaigns.offers.terms import offers_of, terms_of
from campaigns.sending.audience import offered
from contacts.models import Contact
from crm.company import company_today
from crm.models import User


def offers_for(campaign: Campaign, contact: Contact, user: User) -> list[Weighed]:
    """The offers held against one contact, the best first; none where they cannot be (the check says why)."""
    offers = offers_of(campaign)
    if not offers:
        return []
    try:
        terms = terms_of(offers)
        return weighed(offered(campaign, user, terms, only=contact.pk), terms)
    except ValidationError:
        return []


def best_says(found: list[Weighed]) -> dict[str, str]:
    """The merge fields of the best of them, with a code that is none."""
    if not found or found[0].why:
        return {}
    return says(found[0].offer, EXAMPLE, company_today())
