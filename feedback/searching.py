"""Surveys, suggestions and reviews in the search of everything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import Case, IntegerField, QuerySet, Value, When

from contacts.queries import UNSEEN_CONTACT
from crm.access import veil
from crm.field_rights import hides, mask
from crm.filtering.folding import folded
from crm.filtering.searching import finds_names_only
from crm.search.finding import MOST_HITS, drawn, find_keys
from crm.search.spec import SearchFound, SearchHit, SearchSource
from crm.templatetags.figures import number
from feedback.ideas.queries import search_suggestions
from feedback.models import Review, Suggestion, Survey
from feedback.queries import search_reviews
from feedback.specs import UNKNOWN

if TYPE_CHECKING:
    from crm.models import User

EXCERPT = 80


def find_surveys(user: User, text: str, limit: int) -> SearchFound:
    """Surveys by any part of their name, those that begin with it first."""
    rows = Survey.objects.visible_to(user)
    keys = find_keys(rows, user, text, lambda typed: rows.filter(search_text__contains=folded(typed)).order_by())
    if not keys:
        return SearchFound()
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


def find_suggestions(user: User, text: str, limit: int) -> SearchFound:
    """Suggestions that have every word, those whose title begins with the text first, then what most ask for."""
    rows = Suggestion.objects.visible_to(user)

    def narrowed(typed: str) -> QuerySet[Any]:
        first = Case(When(title__fold__startswith=folded(typed), then=Value(0)), default=Value(1))
        return search_suggestions(rows, typed, user).order_by(first, "-votes", "-pk")

    keys = find_keys(rows, user, text, narrowed, hides(user, "feedback.suggestion.text"))
    hits = drawn(show_suggestions, user, keys[:limit])
    return SearchFound(hits, min(len(keys), MOST_HITS), is_capped=len(keys) > MOST_HITS)


def show_suggestions(user: User, keys: Sequence[int]) -> dict[int, SearchHit]:
    rows = list(Suggestion.objects.visible_to(user).filter(pk__in=keys))
    for one in rows:
        mask(user, one)
    return {one.pk: SearchHit(one.title, one.get_absolute_url(), "lightbulb", _state_of(one)) for one in rows}


def _state_of(suggestion: Suggestion) -> str:
    votes = suggestion.votes
    asked = f"{number(votes)} customer{'' if votes == 1 else 's'}" if votes else "nobody asked yet"
    return f"{suggestion.get_state_display()} · {asked}"


def find_reviews(user: User, text: str, limit: int) -> SearchFound:
    """Reviews that have every word, or whose customer the text finds, the newest first."""
    rows = Review.objects.visible_to(user)

    def narrowed(typed: str) -> QuerySet[Any]:
        return search_reviews(rows, typed, user).order_by("-written_at", "-pk")

    rights = (hides(user, "feedback.review.text"), finds_names_only(user, "contacts.contact"))
    keys = find_keys(rows, user, text, narrowed, *rights)
    hits = drawn(show_reviews, user, keys[:limit])
    return SearchFound(hits, min(len(keys), MOST_HITS), is_capped=len(keys) > MOST_HITS)


def show_reviews(user: User, keys: Sequence[int]) -> dict[int, SearchHit]:
    rows = list(Review.objects.visible_to(user).filter(pk__in=keys).select_related("contact", "product"))
    veil(user, rows, {"contact": UNSEEN_CONTACT})
    hits = {}
    for one in rows:
        who = str(one.contact) if one.contact_id else UNKNOWN
        mask(user, one)
        words = (one.product.name if one.product else "", one.text[:EXCERPT], one.get_state_display())
        rated = f"{one.rating} of 5, {who}" if one.rating else who
        hits[one.pk] = SearchHit(rated, one.get_absolute_url(), "star-half", " · ".join(filter(None, words)))
    return hits


SOURCES = (
    SearchSource(
        "surveys", "Surveys", "feedback.survey", find_surveys, show_surveys, all_url_name="feedback:survey_list"
    ),
    SearchSource(
        "suggestions", "Suggestions", "feedback.suggestion", find_suggestions, show_suggestions,
        all_url_name="feedback:suggestion_list",
    ),
    SearchSource(
        "reviews", "Reviews", "feedback.review", find_reviews, show_reviews, all_url_name="feedback:review_list"
    ),
)  # fmt: skip
