"""The demo's offers: what a past campaign gave to whom, the orders that came with its codes, and what is planned."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import connection

from campaigns.models import Campaign, Offer, Segment
from campaigns.offers.codes import tell_codes
from orders.models import Product

GIVEN_BY, PLANNED_BY, FOR = "Hanging season", "Museum glass for galleries", "Galleries and museums"
RAIL, SETS, GLASS, BOARD, ADVICE = (
    "Picture rail, a fifth off", "Security sets, 5 off", "Museum glass, a tenth off", "Cotton board, three for two",
    "A visit of our framer",
)  # fmt: skip
GIVE_SQL = """
INSERT INTO campaigns_givenoffer (recipient_id, offer_id, code, chance, margin_amount, had_bought, given_at)
SELECT r.id, o.id, h.code, o.expected_rate, o.margin_amount, o.id = %(second)s, r.sent_at
FROM campaigns_recipient r JOIN campaigns_variant v ON v.id = r.variant_id
JOIN contacts_contact c ON c.id = r.contact_id
CROSS JOIN LATERAL (SELECT translate(upper(left(md5('offer' || c.external_id), 12)), '01', 'XY') AS code) h
JOIN campaigns_offer o ON o.id = CASE WHEN h.code < '7' THEN %(second)s ELSE %(first)s END
WHERE r.campaign_id = %(campaign)s AND NOT v.is_control ORDER BY c.external_id ON CONFLICT (code) DO NOTHING
"""
ORDER_SQL = """
UPDATE orders_order o SET offer_code = f.code FROM (
  SELECT DISTINCT ON (g.code) b.id, g.code FROM campaigns_givenoffer g
  JOIN campaigns_recipient r ON r.id = g.recipient_id JOIN orders_order b ON b.contact_id = r.contact_id
  WHERE r.campaign_id = %(campaign)s AND b.is_purchase AND b.ordered_at >= r.sent_at
    AND b.ordered_at < r.sent_at + interval '45 days' AND right(g.code, 1) < 'A'
  ORDER BY g.code, b.ordered_at, b.number
) f WHERE o.id = f.id
"""


def make_offers(owner: int | None, today: dt.date) -> None:
    """Five offers: two that a past campaign gave, three that the planned one may make."""
    segment = Segment.objects.filter(name=FOR).first()

    def make(
        name: str, words: str, number: str, benefit: str, value: str, margin: str, rate: str, **more: Any
    ) -> Offer:
        product = Product.objects.filter(external_id=number).first()
        offer: Offer = Offer.objects.create(
            name=name, words=words, product=product, benefit=benefit, benefit_value=Decimal(value) if value else None,
            margin_amount=Decimal(margin), expected_rate=Decimal(rate), owner_id=owner, **more,
        )  # fmt: skip
        return offer

    past = {"valid_from": today - dt.timedelta(days=40), "valid_until": today + dt.timedelta(days=10)}
    rail = make(RAIL, "The picture rail with its fixings", "H-6010", "percent", "20", "6.50", "0.03", **past)
    sets = make(SETS, "Ten security sets for public walls", "H-6070", "amount", "5", "11.40", "0.015", **past)
    until = {"valid_until": today + dt.timedelta(days=60), "rest_days": 60}
    planned = [
        make(GLASS, "Museum glass, 99 % UV", "G-3060", "percent", "10", "42.20", "0.02", segment=segment, **until),
        make(BOARD, "Cotton museum board", "P-4050", "price", "10.60", "6.30", "0.05", **until),
        make(ADVICE, "A visit of our framer, to measure and advise", "", "none", "", "25.00", "0.01", **until),
    ]
    for campaign in Campaign.objects.filter(name=PLANNED_BY):
        for offer in planned:
            campaign.offers.create(offer=offer)
    for campaign in Campaign.objects.filter(name=GIVEN_BY):
        for offer in (rail, sets):
            campaign.offers.create(offer=offer)
        values = {"campaign": campaign.pk, "first": rail.pk, "second": sets.pk}
        with connection.cursor() as cursor:
            cursor.execute(GIVE_SQL, values)
            cursor.execute(ORDER_SQL, values)
    tell_codes()
