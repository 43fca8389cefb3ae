"""What is looked over about the offers of a campaign before it starts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from campaigns.mail.blocks import texts_of
from campaigns.mail.merging import fields_without_fallback
from campaigns.models import Campaign, Offer, Variant
from campaigns.offers.choosing import counted
from campaigns.offers.terms import offers_of, terms_of
from campaigns.sending.audience import mails_with_offers, offered
from contacts.choices import YES
from crm.company import current_company
from crm.models import User
from crm.templatetags.figures import about, full_day, plural


@dataclass(frozen=True)
class OfferCount:
    """How many people of the audience an offer is the best for (`offer` None: none is open to them), and the margin
    that it is expected to bring, in the company's currency."""

    offer: Offer | None
    count: int
    expected: float


@dataclass(frozen=True)
class OfferCheck:
    """What was found: `faults` are in the way, `notes` are worth knowing."""

    faults: list[str]
    notes: list[str]
    counts: list[OfferCount]


def look_over_offers(campaign: Campaign, variants: Sequence[Variant], user: User | None, step: int = 1) -> OfferCheck:
    """The offers of a campaign held against its mails, its days and its people, of whom one of `step` is asked."""
    offers, found = offers_of(campaign), OfferCheck([], [], [])
    using, is_needed = mails_with_offers(variants)
    if not offers:
        if using:
            found.faults.append("Its mail speaks of an offer: choose which offers it may make.")
        return found
    for offer in offers:
        found.faults.extend(_faults_of(offer, campaign, variants))
    if not using:
        found.notes.append("It may make offers, but no mail of it says one: write {{offer}} and {{offer_code}}.")
    if found.faults or not campaign.audience.filter(is_excluded=False).exists():
        return found
    try:
        found.counts.extend(_counts(campaign, offers, user, step))
    except ValidationError as error:
        found.faults.extend(error.messages)
    for one in found.counts:
        if one.offer is None and using:
            found.notes.append(_without(one.count, is_needed, is_estimate=step > 1))
    return found


def _without(count: int, is_needed: bool, *, is_estimate: bool) -> str:
    people = f"{about(count)} people" if is_estimate else plural(count, "person", "people")
    if is_needed:
        return f"No offer is open to {people}: they are left out, as its mail says nothing instead ({{{{offer|…}}}})."
    return f"No offer is open to {people}: they read what stands instead."


def _faults_of(offer: Offer, campaign: Campaign, variants: Sequence[Variant]) -> list[str]:
    zone = current_company().zone
    day = max(campaign.starts_at or timezone.now(), timezone.now()).astimezone(zone).date()
    asked: set[str] = set()
    for one in variants:
        asked |= fields_without_fallback("\n".join((one.subject, one.preheader, texts_of(one.blocks))))
    found = []
    if offer.archived_at:
        found.append(f"Offer “{offer}” is archived.")
    if offer.valid_until and offer.valid_until < day:
        found.append(f"Offer “{offer}” ends on {full_day(offer.valid_until)}, before the mail goes out.")
    if offer.valid_from and offer.valid_from > day:
        found.append(f"Offer “{offer}” begins on {full_day(offer.valid_from)}, after the mail goes out.")
    if "offer_until" in asked and not offer.valid_until:
        found.append(f"Offer “{offer}” has no last day: say what to write instead, {{{{offer_until|…}}}}.")
    if "offer_benefit" in asked and not offer.benefit_words:
        found.append(f"Offer “{offer}” has no benefit in figures: say what to write instead, {{{{offer_benefit|…}}}}.")
    return found


def _counts(campaign: Campaign, offers: Sequence[Offer], user: User | None, step: int) -> list[OfferCount]:
    start = offered(campaign, user, terms_of(offers), step=step)
    named: dict[Any, Offer] = {offer.pk: offer for offer in offers}
    rows = [
        OfferCount(named.get(key), n * step, amount * step)
        for key, (n, amount) in counted(start, [str(one) for one in YES]).items()
    ]
    return sorted(rows, key=lambda row: (row.offer is None, -row.count))
