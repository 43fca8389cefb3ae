"""The demo's test of two variants: three in ten of a past campaign were tested, the others got what the test said."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db.models import Count, F, Q
from django.db.models.functions import Mod

from campaigns.choices import DecidesBy
from campaigns.models import Campaign, Recipient
from campaigns.sending.deciding import Arm, as_data, decide

TESTED = "Spring mouldings"
DAYS = 3


def tell_winner() -> None:
    """Decide the test of the campaign by the clicks of those who were in it."""
    campaign = Campaign.objects.filter(name=TESTED).first()
    people = Recipient.objects.filter(campaign=campaign, variant__is_control=False).order_by()
    sent_at = people.order_by("sent_at").values_list("sent_at", flat=True).first()
    if campaign is None or sent_at is None:
        return
    variants = list(campaign.variants.filter(is_control=False).order_by("position", "pk"))
    tested = people.annotate(place=Mod(F("contact"), 10)).filter(place__lt=3)
    clicked = Count("pk", filter=Q(clicked=True))
    counts = {key: (n, hits) for key, n, hits in tested.values_list("variant").annotate(n=Count("pk"), hits=clicked)}
    decision = decide([Arm(one.name, *counts.get(one.pk, (0, 0))) for one in variants])
    given = next((one for one in variants if one.name == decision.winner), variants[0])
    others = people.annotate(place=Mod(F("contact"), 10)).filter(place__gte=3)
    Recipient.objects.filter(pk__in=others.values("pk")).update(variant=given)
    campaign.test_share, campaign.decides_by, campaign.launched_at = Decimal("0.3"), DecidesBy.CLICKS, sent_at
    campaign.decides_at = campaign.decided_at = sent_at + dt.timedelta(days=DAYS)
    campaign.decision, campaign.winner = as_data(decision), given if decision.winner else None
    campaign.save()
