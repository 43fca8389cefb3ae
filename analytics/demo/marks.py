"""What people of the demo company say of a few customers: for what they are significant, though no figure tells."""

from __future__ import annotations

import datetime as dt

from django.db.models import Count

from analytics.choices import Significance
from analytics.models import SignificanceMark
from crm.demo.house import Batch, Fill, House
from orders.models import Order

SAID = (
    (Significance.BENCHMARK, "Others in their trade ask what they ordered before they order themselves."),
    (Significance.INSPIRATION, "They told us of two uses for our products that stand in the catalogue now."),
    (Significance.DOOR_OPENER, "They took us along to their trade association."),
)
AGO = 40


def load(house: House) -> Fill:
    return fill


def fill(batch: Batch) -> None:
    """With the first batch of a house that has none: the customers with the most orders, as the people who look after
    them see it."""
    if batch.number or SignificanceMark.objects.exists():
        return
    busiest = Order.objects.filter(contact__isnull=False).values("contact_id", "contact__owner_id")
    rows = list(busiest.annotate(count=Count("pk")).order_by("-count", "contact_id")[: len(SAID)])
    said_on = batch.house.end - dt.timedelta(days=AGO)
    marks = [
        SignificanceMark(
            contact_id=row["contact_id"],
            kind=kind,
            reason=reason,
            made_by_id=row["contact__owner_id"],
            made_at=dt.datetime.combine(said_on, dt.time(10 + place), tzinfo=batch.house.zone),
        )
        for place, (row, (kind, reason)) in enumerate(zip(rows, SAID, strict=False))
    ]
    SignificanceMark.objects.bulk_create(marks)
