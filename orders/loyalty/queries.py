"""Reads of the loyalty programme."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q, Sum

from crm.company import company_today
from crm.models import User
from orders.models import LoyaltyMember, LoyaltyTier, PointsEntry

YEAR = dt.timedelta(days=365)


@dataclass(frozen=True)
class Standing:
    """Where a member stands: the balance, the points earned in the last year, the tier, and how far the next is."""

    member: LoyaltyMember
    balance: int
    earned: int
    tier: LoyaltyTier | None
    next_tier: LoyaltyTier | None

    @property
    def missing(self) -> int:
        """Points to the next tier."""
        return self.next_tier.least_points - self.earned if self.next_tier else 0


def balance_of(member: LoyaltyMember) -> int:
    """The sum of the member's ledger."""
    return PointsEntry.objects.filter(member=member).aggregate(points=Sum("points"))["points"] or 0


def standing_of(member: LoyaltyMember) -> Standing:
    """Two queries: the ledger's sums, the tiers."""
    sums = PointsEntry.objects.filter(member=member).aggregate(
        balance=Sum("points"), earned=Sum("points", filter=_lately())
    )
    earned = max(sums["earned"] or 0, 0)
    tiers = list(LoyaltyTier.objects.all())
    return Standing(
        member=member,
        balance=sums["balance"] or 0,
        earned=earned,
        tier=_reached(tiers, earned),
        next_tier=next((tier for tier in tiers if tier.least_points > earned), None),
    )


def tiers_of(contacts: Iterable[int]) -> dict[int, LoyaltyTier]:
    """The tier of each of these contacts that has one, by id. Two queries."""
    tiers = list(LoyaltyTier.objects.all())
    members = LoyaltyMember.objects.filter(contact__in=set(contacts)).order_by()
    earned = members.annotate(earned=Sum("entries__points", filter=_lately("entries__")))
    found = {contact: _reached(tiers, points or 0) for contact, points in earned.values_list("contact", "earned")}
    return {contact: tier for contact, tier in found.items() if tier is not None}


def _lately(path: str = "") -> Q:
    """Earned in the last year, by the day of the purchase: who joins a programme is credited orders of long ago."""
    return Q(**{f"{path}order__ordered_on__gt": company_today() - YEAR})


def _reached(tiers: Sequence[LoyaltyTier], earned: int) -> LoyaltyTier | None:
    """The highest tier (they come from the lowest on) for so many points."""
    return next((tier for tier in reversed(tiers) if tier.least_points <= max(earned, 0)), None)


def ledger_of(user: User | None, member: LoyaltyMember, most: int) -> list[PointsEntry]:
    """The entries, the newest first."""
    rows = PointsEntry.objects.visible_to(user).filter(member=member).select_related("order", "actor")
    return list(rows[:most])
