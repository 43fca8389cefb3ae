"""Reads of offers: how many got each, who took it, what it brought, of the people whom a person may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Case, Count, F, FloatField, Q, QuerySet, Sum, When
from django.db.models.functions import Cast

from campaigns.choices import Verdict
from campaigns.models import Campaign, GivenOffer, Offer, Redemption
from campaigns.offers.terms import GOT
from campaigns.tallies import sees_everybody
from contacts.models import Contact
from crm.company import company_today
from crm.field_rights import hidden_fields
from crm.intervals import wilson
from crm.models import User
from orders.models import Order

NEWEST = 25
REVENUE = Cast("order__base_amount", FloatField())
# what is left of an order: its cost at the rate of its amount; where that is not known, what the offer was thought to
COST = Cast("order__cost", FloatField()) * REVENUE / Cast("order__amount", FloatField())
MARGIN = Case(
    When(Q(order__cost__isnull=False) & ~Q(order__amount=0), then=REVENUE - COST),
    default=Cast("given__margin_amount", FloatField()),
)


@dataclass(frozen=True)
class OfferFigures:
    """`given`: who got it; `taken`: how many of them took it, in `orders`. Money in the company's currency: `revenue`
    and `margin` of those orders, `expected` when it was given; None where it is hidden."""

    given: int = 0
    expected: float | None = 0.0
    taken: int = 0
    orders: int = 0
    revenue: float | None = 0.0
    margin: float | None = 0.0

    @property
    def rate(self) -> float | None:
        return self.taken / self.given if self.given else None

    @property
    def bounds(self) -> tuple[float, float] | None:
        """95 % interval of the rate (Wilson)."""
        return wilson(self.rate, self.given) if self.rate is not None else None


def read_figures(records: Sequence[Any], user: User | None) -> None:
    """Give each offer its figures as `figures`; two queries."""
    found = figures_by(user, "offer", given=Q(offer__in=records))
    for offer in records:
        offer.figures = found.get(offer.pk) or masked(OfferFigures(), user)


def figures_by(user: User | None, path: str, given: Q) -> dict[Any, OfferFigures]:
    """The figures of given offers by the values of a path of `GivenOffer`."""
    rows = _seen(user, GivenOffer.objects.filter(given, recipient__state__in=GOT)).order_by()
    expected = Sum(F("chance") * Cast("margin_amount", FloatField()))
    found = {
        key: OfferFigures(given=n, expected=amount or 0.0)
        for key, n, amount in rows.values_list(path).annotate(n=Count("pk"), amount=expected)
    }
    taken = Redemption.objects.filter(given__in=rows.values("pk"), verdict=Verdict.ACCEPTED).order_by()
    sums = taken.values_list(f"given__{path}").annotate(
        taken=Count("given", distinct=True), orders=Count("pk"), revenue=Sum(REVENUE), margin=Sum(MARGIN)
    )
    for key, people, orders, revenue, margin in sums:
        found[key] = replace(found[key], taken=people, orders=orders, revenue=revenue or 0.0, margin=margin or 0.0)
    return {key: masked(one, user) for key, one in found.items()}


def masked(figures: OfferFigures, user: User | None) -> OfferFigures:
    """Without the money that is hidden from a person."""
    if user is None:
        return figures
    hidden, orders = hidden_fields(user, Offer), hidden_fields(user, Order)
    if "base_amount" in orders or "amount" in orders:
        figures = replace(figures, revenue=None, margin=None)
    if "cost" in orders:
        figures = replace(figures, margin=None)
    return replace(figures, expected=None, margin=None) if "margin_amount" in hidden else figures


def _seen(user: User | None, rows: QuerySet[GivenOffer]) -> QuerySet[GivenOffer]:
    if sees_everybody(user):
        return rows
    return rows.filter(recipient__contact__in=Contact.objects.visible_to(user).order_by().values("pk"))


def figures_of(user: User, offer: Offer) -> OfferFigures:
    """The figures of one offer."""
    read_figures([offer], user)
    figures: OfferFigures = offer.figures  # type: ignore[attr-defined]
    return figures


def campaigns_of_offer(user: User, offer: Offer) -> list[tuple[Campaign, OfferFigures]]:
    """The campaigns that may make it or have made it, the newest first, with what came of it in each."""
    found = figures_by(user, "recipient__campaign", given=Q(offer=offer))
    rows = Campaign.objects.visible_to(user).filter(Q(pk__in=found) | Q(offers__offer=offer)).distinct()
    return [(one, found.get(one.pk) or masked(OfferFigures(), user)) for one in rows.order_by("-starts_on", "-pk")]


def offers_of_campaign(user: User, campaign: Campaign) -> list[tuple[Offer, OfferFigures]]:
    """The offers of a campaign with what came of each."""
    found = figures_by(user, "offer", given=Q(recipient__campaign=campaign))
    rows = Offer.objects.filter(Q(pk__in=found) | Q(campaigns__campaign=campaign)).distinct().select_related("product")
    return [(one, found.get(one.pk) or masked(OfferFigures(), user)) for one in rows.order_by("sort_name", "pk")]


def newest_redemptions(user: User, offer: Offer) -> list[Redemption]:
    """The newest orders with a code of it, of those that the person may see, with whom it was given to."""
    rows = Redemption.objects.visible_to(user).filter(given__offer=offer)
    if not sees_everybody(user):
        rows = rows.filter(given__recipient__contact__in=Contact.objects.visible_to(user).order_by().values("pk"))
    rows = rows.select_related("order__contact", "given__recipient__contact", "given__recipient__campaign")
    return list(rows.order_by("-order__ordered_at", "-order_id")[:NEWEST])


def state_of(offer: Offer) -> tuple[str, str]:
    """Its state in a word, and the tone of it."""
    if offer.archived_at:
        return "archived", "neutral"
    today = company_today()
    if offer.valid_until and offer.valid_until < today:
        return "ended", "warn"
    if offer.valid_from and offer.valid_from > today:
        return "to come", "accent"
    return "open", "good"
