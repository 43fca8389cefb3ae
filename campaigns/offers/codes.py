"""What an offer says in a mail, and the codes by which orders tell of it.

A code is twelve random letters (60 bits), another for each person: nobody guesses one. An order may carry it as people
write it, in small letters or with other signs between.
"""

from __future__ import annotations

import datetime as dt

from django.db import connection

from campaigns.models import GivenOffer, Offer
from crm.templatetags.figures import full_day

EXAMPLE = "ABCD-EFGH-2345"
TELL_SQL = """
WITH coded AS (
  SELECT o.id AS order_id, o.ordered_at, g.id AS given_id, g.offer_id, r.contact_id, f.limit_per_customer AS most,
    CASE WHEN o.contact_id <> r.contact_id THEN 'other'
      WHEN o.ordered_on < f.valid_from OR o.ordered_on > f.valid_until THEN 'expired' ELSE 'accepted' END AS verdict
  FROM orders_order o
  JOIN campaigns_givenoffer g ON g.code = upper(regexp_replace(o.offer_code, '[^0-9A-Za-z]', '', 'g'))
  JOIN campaigns_recipient r ON r.id = g.recipient_id
  JOIN campaigns_offer f ON f.id = g.offer_id
  WHERE o.offer_code <> '' AND o.is_purchase
), told AS (
  SELECT order_id, given_id, CASE WHEN verdict = 'accepted' AND row_number() OVER (
      PARTITION BY offer_id, contact_id, verdict ORDER BY ordered_at, order_id) > most
    THEN 'too_often' ELSE verdict END AS verdict
  FROM coded
), gone AS (
  DELETE FROM campaigns_redemption x WHERE NOT EXISTS (SELECT 1 FROM told t WHERE t.order_id = x.order_id)
)
INSERT INTO campaigns_redemption AS x (order_id, given_id, verdict, told_at)
SELECT order_id, given_id, verdict, now() FROM told ORDER BY order_id
ON CONFLICT (order_id) DO UPDATE SET given_id = excluded.given_id, verdict = excluded.verdict, told_at = now()
WHERE (x.given_id, x.verdict) IS DISTINCT FROM (excluded.given_id, excluded.verdict)
"""


def tell_codes() -> int:
    """Hold every order that carries a code against the offers that were given; one statement, and again it changes
    nothing. How many orders are told otherwise than before."""
    with connection.cursor() as cursor:
        cursor.execute(TELL_SQL)
        return int(cursor.rowcount)


def says(offer: Offer, code: str, today: dt.date) -> dict[str, str]:
    """The merge fields of an offer; nothing once it has ended."""
    if offer.valid_until and offer.valid_until < today:
        return {}
    return {
        "offer": offer.in_words,
        "offer_benefit": offer.benefit_words,
        "offer_until": full_day(offer.valid_until) if offer.valid_until else "",
        "offer_code": code,
    }


def said_by(given: GivenOffer, today: dt.date) -> dict[str, str]:
    """The merge fields of what somebody was given."""
    return says(given.offer, given.code_in_words, today)
