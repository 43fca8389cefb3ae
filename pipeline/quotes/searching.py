"""Quotes in the search of everything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db.models import Case, IntegerField, Value, When

from contacts.queries import UNSEEN_CONTACT
from crm.access import veil
from crm.company import company_today
from crm.field_rights import hides
from crm.filtering.folding import folded
from crm.search.finding import MOST_HITS, drawn, find_keys
from crm.search.spec import SearchFound, SearchHit, SearchSource
from crm.templatetags.figures import money
from pipeline.models import Quote

if TYPE_CHECKING:
    from crm.models import User


def find_quotes(user: User, text: str, limit: int) -> SearchFound:
    """Quotes by any part of number or title, the number that is the text first, then the newest."""
    rows = Quote.objects.visible_to(user)
    keys = find_keys(rows, user, text, lambda typed: rows.filter(search_text__contains=folded(typed)).order_by())
    if not keys:
        return SearchFound()
    rank = Case(When(number__iexact=text, then=Value(0)), default=Value(1), output_field=IntegerField())
    best = Quote.objects.filter(pk__in=keys).order_by(rank, "-created_at", "-pk").values_list("pk", flat=True)[:limit]
    return SearchFound(drawn(show_quotes, user, list(best)), min(len(keys), MOST_HITS), is_capped=len(keys) > MOST_HITS)


def show_quotes(user: User, keys: Sequence[int]) -> dict[int, SearchHit]:
    shows_amount, today = not hides(user, "pipeline.quote.amount"), company_today()
    rows = list(Quote.objects.visible_to(user).filter(pk__in=keys).select_related("contact"))
    veil(user, rows, {"contact": UNSEEN_CONTACT})
    return {
        quote.pk: SearchHit(
            str(quote),
            quote.get_absolute_url(),
            "file-earmark-text",
            " · ".join(
                [
                    str(quote.contact),
                    *([money(quote.amount, quote.currency)] if shows_amount else []),
                    quote.state_on(today).label.lower(),
                ]
            ),
        )
        for quote in rows
    }


SOURCES = (
    SearchSource("quotes", "Quotes", "pipeline.quote", find_quotes, show_quotes, all_url_name="pipeline:quote_list"),
)
