"""What a quote keeps of its lines, and what the deal follows."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import connection

from crm.models import User
from pipeline.actions.deals import change_deal
from pipeline.models import Deal, Letterhead, Quote, QuoteLine
from pipeline.quotes.totals import both_discounts, discount_given, surcharge_in, totals_of

SERIAL_SQL = """
INSERT INTO pipeline_quoteseries (year, last) VALUES (%s, 1)
ON CONFLICT (year) DO UPDATE SET last = pipeline_quoteseries.last + 1 RETURNING last
"""
SEARCH_SQL = """
UPDATE pipeline_quote SET search_text = crm_fold(concat_ws(' ', number, title)) WHERE id = ANY(%s)
"""


def letterhead() -> Letterhead:
    """The house's, or one with the defaults before anybody has set it."""
    return Letterhead.objects.select_related("logo").filter(pk=1).first() or Letterhead(pk=1)


def next_serial(year: int) -> int:
    """The next number of the year. Others wait until the caller's transaction ends, and one that is undone leaves no
    gap: its number is the next one's."""
    with connection.cursor() as cursor:
        cursor.execute(SERIAL_SQL, [year])
        return int(cursor.fetchone()[0])


def number_of(prefix: str, year: int, serial: int, revision: int) -> str:
    """`Q-2026-0017`, and `Q-2026-0017-2` for its second version."""
    return f"{prefix}{year}-{serial:04}" + (f"-{revision}" if revision > 1 else "")


def refresh_quote(quote: Quote) -> None:
    """Add the stored lines up, and write what the quote keeps of them."""
    lines = list(QuoteLine.objects.filter(quote=quote))
    totals = totals_of(lines, quote.currency, quote.discount)
    quote.net_amount, quote.tax_amount, quote.amount = totals.net, totals.tax, totals.total
    quote.largest_discount = max((_discount(line, quote.discount) for line in lines), default=Decimal(0))
    quote.save(update_fields=["net_amount", "tax_amount", "amount", "largest_discount", "updated_at"])
    refresh_search([quote.pk])


def refresh_search(quote_ids: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(SEARCH_SQL, [quote_ids])


def follow_deal(actor: User | None, quote: Quote) -> None:
    """Where the quote is the one that counts for its deal: an open deal is worth what it comes to, before tax, and
    is with its customer where it named none."""
    if not quote.is_primary or quote.deal_id is None:
        return
    deal = Deal.objects.select_for_update().get(pk=quote.deal_id)
    if deal.is_open and not deal.is_archived:
        fields: dict[str, Any] = {"amount": quote.net_amount, "currency": quote.currency}
        if deal.organization_id is None and deal.contact_id is None:
            fields["organization" if quote.contact.is_organization else "contact"] = quote.contact
        # who keeps a quote may have lost sight of its deal, which is worth what the quote comes to all the same
        seen = Deal.objects.visible_to(actor).filter(pk=deal.pk).exists()
        change_deal(actor=actor if seen else None, deal=deal, version=deal.version, fields=fields)


def _discount(line: QuoteLine, over_all: Decimal) -> Decimal:
    if line.quantity is None or line.unit_price is None:
        return Decimal(0)
    return discount_given(
        unit_price=line.unit_price,
        surcharge=surcharge_in(line.options),
        discount=both_discounts(line.discount, over_all),
        list_price=line.list_price,
    )
