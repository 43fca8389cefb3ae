"""Reads of the loyalty programme."""

from __future__ import annotations

import datetime as dt
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
    # by the day of the purchase: who joins a programme is credited orders of long ago
    lately = Q(order__ordered_on__gt=company_today() - YEAR)
    sums = PointsEntry.objects.filter(member=member).aggregate(
        balance=Sum("points"), earned=Sum("points", filter=lately)
    )
    earned = max(sums["earned"] or 0, 0)
    tiers = list(LoyaltyTier.objects.all())
    reached = [tier for tier in tiers if tier.least_points <= earned]
    above = [tier for tier in tiers if tier.least_points > earned]
    return Standing(
        member=member,
        balance=sums["balance"] or 0,
        earned=earned,
        tier=reached[-1] if reached else None,
        next_tier=above[0] if above else None,
    )


def ledger_of(user: User | None, member: LoyaltyMember, most: int) -> list[PointsEntry]:
    """The entries, the newest first."""
    rows = PointsEntry.objects.visible_to(user).filter(member=member).select_related("order", "actor")
    return list(rows[:most])
