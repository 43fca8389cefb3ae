"""Surveys in the search of everything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db.models import Case, IntegerField, Value, When

from crm.catalogue import SearchFound, SearchHit, SearchSource
from crm.filtering.folding import folded
from crm.search.finding import MOST_HITS, drawn, find_keys
from feedback.models import Survey

if TYPE_CHECKING:
    from crm.models import User


def find_surveys(user: User, text: str, limit: int) -> SearchFound:
    """Surveys by any part of their name, those that begin with it first."""
    rows = Survey.objects.visible_to(user)
    keys = find_keys(rows, user, text, lambda typed: rows.filter(search_text__contains=folded(typed)).order_by())
    first = Case(When(sort_name__startswith=folded(text), then=Value(0)), default=Value(1), output_field=IntegerField())
    best = Survey.objects.filter(pk__in=keys).order_by(first, "sort_name", "pk").values_list("pk", flat=True)[:limit]
    hits = drawn(show_surveys, user, list(best))
    return SearchFound(hits, min(len(keys), MOST_HITS), is_capped=len(keys) > MOST_HITS)


def show_surveys(user: User, keys: Sequence[int]) -> dict[int, SearchHit]:
    return {
        one.pk: SearchHit(
            one.name, one.get_absolute_url(), "ui-checks", f"{one.get_kind_display()} · {one.get_state_display()}"
        )
        for one in Survey.objects.visible_to(user).filter(pk__in=keys)
    }


SOURCES = (
    SearchSource(
        "surveys", "Surveys", "feedback.survey", find_surveys, show_surveys, all_url_name="feedback:survey_list"
    ),
)
