"""What becomes of leads when an import is taken back: they are found, compared and scored by what they have then."""

from __future__ import annotations

from django.db import connection
from psycopg import sql

from contacts.normalising import normalise_phone
from crm.importing.taking_back.rules import TakingBack
from leads.keeping import refresh_search_of
from leads.models import ScoreRule
from leads.scoring.engine import score_leads

KEY_ADDRESSES = sql.SQL("""
UPDATE leads_lead SET email_key = lower(email) WHERE id IN ({chosen}) AND email_key <> lower(email)
""")
NUMBERS = sql.SQL("SELECT DISTINCT phone, country FROM leads_lead WHERE id IN ({chosen})")
KEY_NUMBERS = sql.SQL("""
UPDATE leads_lead l SET phone_key = k.key
FROM unnest(%s::text[], %s::text[], %s::text[]) AS k (phone, country, key)
WHERE l.id IN ({chosen}) AND l.phone = k.phone AND l.country = k.country AND l.phone_key <> k.key
""")


def refresh_keys_of(chosen: sql.Composable) -> None:
    """What the leads whose ids a query selects are compared by; each number is read once."""
    with connection.cursor() as cursor:
        cursor.execute(KEY_ADDRESSES.format(chosen=chosen))
        cursor.execute(NUMBERS.format(chosen=chosen))
        pairs = cursor.fetchall()
        keys = [normalise_phone(phone, country) if phone else "" for phone, country in pairs]
        phones, countries = [phone for phone, _ in pairs], [country for _, country in pairs]
        cursor.execute(KEY_NUMBERS.format(chosen=chosen), [phones, countries, keys])


def score_leads_of(chosen: sql.Composable) -> None:
    """Score the leads whose ids a query selects by what they have now; where there are no rules, nothing is asked."""
    if not ScoreRule.objects.filter(is_active=True).exists():
        return
    with connection.cursor() as cursor:
        cursor.execute(chosen)
        keys = [key for (key,) in cursor.fetchall()]
    score_leads(keys)


RULES = TakingBack(mends={"leads.lead": (refresh_keys_of, refresh_search_of, score_leads_of)})
