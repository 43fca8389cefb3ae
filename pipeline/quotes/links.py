"""The link of a quote: a sealed token of one purpose, which says nothing but which quote it opens."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.urls import reverse

from crm.foreign.tokens import Purpose, make_token, read_token
from pipeline.models import Quote

OPENS_FOR = dt.timedelta(days=400)
"""Longer than any quote is valid: who comes late reads that it is over, instead of nothing."""


def token_of(quote: Quote) -> str:
    return make_token(Purpose.QUOTE, {"quote": quote.pk}, OPENS_FOR)


def link_to(quote: Quote) -> str:
    """The address of the public page."""
    return f"{settings.CRM_BASE_URL}{reverse('pipeline:quote_page', args=[token_of(quote)])}"


def quote_behind(token: str) -> Quote | None:
    """The quote that a token opens; None for one that is forged, over, of another purpose, or was never sent."""
    payload = read_token(Purpose.QUOTE, token)
    if payload is None:
        return None
    related = ("contact", "recipient", "owner", "document", "deal")
    sent = Quote.objects.select_related(*related).filter(sent_on__isnull=False)
    return sent.filter(pk=payload["quote"]).first()
