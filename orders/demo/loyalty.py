"""The demo's loyalty programme: its tiers, and the persons who take part."""

from __future__ import annotations

import datetime as dt

import numpy as np
from django.db.models import Max

from crm.demo.house import Batch, Fill, House
from crm.demo.writing import copy_columns
from orders.loyalty.keeping import credit_and_expire
from orders.models import LoyaltyMember, LoyaltyProgramme, LoyaltyTier

TIERS = (
    ("Blue", 0, "Birthday greeting with a small present."),
    ("Silver", 300, "Free delivery."),
    ("Gold", 800, "Free delivery, and ten per cent off framing."),
)
JOINED = 0.35  # of the persons


def load(house: House) -> Fill | None:
    """Make the programme; the function that lets a batch's persons take part. None where there is one already."""
    if LoyaltyProgramme.objects.exists():
        return None
    start = max(house.start, house.end - dt.timedelta(days=2 * 365))
    LoyaltyProgramme.objects.create(pk=1, name="Larkmoor Circle", starts_on=start, points_per_unit=1, valid_months=18)
    LoyaltyTier.objects.bulk_create(
        LoyaltyTier(name=name, least_points=least, benefit=benefit) for name, least, benefit in TIERS
    )
    return fill


def fill(batch: Batch) -> None:
    book = batch.book
    if book is None:
        raise RuntimeError("The loader of the loyalty programme comes after that of contacts in CRM_DEMO_LOADERS.")
    rng = batch.rng("loyalty")
    rows = np.flatnonzero(~book.is_organization & (rng.random(len(book.id)) < JOINED))
    if not len(rows):
        return
    last = LoyaltyMember.objects.aggregate(last=Max("pk"))["last"] or 0
    joined = book.created_on[rows]
    batch.house.counts["members"] += copy_columns(
        LoyaltyMember,
        {"contact": book.id[rows], "joined_on": joined, "created_at": joined.astype("M8[s]")},
        count=len(rows),
    )
    credit_and_expire(batch.house.end, after=last)
