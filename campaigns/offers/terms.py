"""What the offers of a campaign are worth: margin in the company's currency, and how likely each is taken.

The chance that a person takes an offer is its rate x how much likelier than the average they are to respond (the
learned propensity; 1 where they have none), at most 1. The rate is the share that took it of those who were given it at
least a week ago, told apart by whether they had bought of the product (or its group) before; each is drawn towards the
rate of the whole offer, and that towards what its maker expects, as if 100 more people had behaved so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Avg, Count, Exists, OuterRef, Q
from django.utils import timezone

from campaigns.choices import RecipientState, Verdict
from campaigns.models import Campaign, GivenOffer, Offer, Redemption, ResponseScore
from crm.company import company_today, current_company
from crm.languages.refusing import refused
from crm.models import ExchangeRate

WEIGHT = 100
SETTLED_DAYS = 7
GOT = (RecipientState.SENT, RecipientState.UNCERTAIN, RecipientState.PAST)


@dataclass(frozen=True)
class Terms:
    """An offer as it is weighed: margin in the company's currency, and its rate for who has bought of it before
    (`known`) and for who has not (`fresh`)."""

    offer: Offer
    margin: Decimal
    fresh: float
    known: float


def margin_in_base(offer: Offer) -> Decimal:
    """The margin of an offer in the company's currency. Raises ValidationError where no rate is known."""
    if offer.currency == current_company().currency:
        return offer.margin_amount
    rates = ExchangeRate.objects.filter(currency=offer.currency, valid_from__lte=company_today())
    rate = rates.order_by("-valid_from").values_list("rate", flat=True).first()
    if rate is None:
        raise refused(
            "Offer “%(offer)s”: there is no exchange rate for %(currency)s.", offer=offer, currency=offer.currency
        )
    return round(offer.margin_amount * rate, 2)


def terms_of(offers: Sequence[Offer]) -> list[Terms]:
    """What these offers are worth, in their order; two queries. Raises ValidationError."""
    settled = GivenOffer.objects.filter(
        offer__in=offers, recipient__state__in=GOT, given_at__lt=timezone.now() - dt.timedelta(days=SETTLED_DAYS)
    ).order_by()
    taken = Exists(Redemption.objects.filter(given=OuterRef("pk"), verdict=Verdict.ACCEPTED))
    rows = settled.annotate(is_taken=taken).values_list("offer", "had_bought")
    counted = rows.annotate(n=Count("pk"), taken=Count("pk", filter=Q(is_taken=True)))
    seen = {(key, had_bought): (n, hits) for key, had_bought, n, hits in counted}
    found = []
    for offer in offers:
        parts = [seen.get((offer.pk, had_bought), (0, 0)) for had_bought in (False, True)]
        whole = _drawn(sum(n for n, _ in parts), sum(hits for _, hits in parts), float(offer.expected_rate))
        fresh, known = (_drawn(n, hits, whole) for n, hits in parts)
        found.append(Terms(offer, margin_in_base(offer), fresh, known))
    return found


def offers_of(campaign: Campaign) -> list[Offer]:
    """The offers that a campaign may make, in a fixed order."""
    rows = Offer.objects.filter(campaigns__campaign=campaign).select_related("product", "segment")
    return list(rows.order_by("pk"))


def mean_propensity() -> float:
    """The average chance to respond; 0 where nobody has one."""
    return float(ResponseScore.objects.aggregate(mean=Avg("probability"))["mean"] or 0)


def _drawn(n: int, hits: int, towards: float) -> float:
    """A share with a few people behind it, drawn towards another."""
    return (hits + WEIGHT * towards) / (n + WEIGHT)
