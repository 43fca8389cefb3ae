"""Reads of answers that lists and pages show."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet

from contacts.models import Contact
from crm.field_rights import hides
from crm.filtering.searching import SHORTEST_PART, finds_names_only, has_words, search_condition
from crm.models import User
from feedback.choices import Dimension
from feedback.models import Answer, Response, Review


def search_responses(rows: QuerySet[Any], text: str, user: User | None = None) -> QuerySet[Any]:
    """Responses whose comment has every word of the text, or whose customer it finds."""
    text = text.strip()
    if not text:
        return rows
    names_only = finds_names_only(user, "contacts.contact")
    customers = Contact.objects.filter(search_condition(text, names_only=names_only))
    found = Response.objects.filter(contact__in=customers.order_by().values("pk")).order_by().values("pk")
    if not hides(user, "feedback.response.comment"):
        said = has_words("search_text", text)
        found = found.union(Response.objects.filter(said).exclude(search_text="").order_by().values("pk"), all=True)
    return rows.filter(pk__in=found)


def answers_of(response: Response, *, without: Collection[str] = ()) -> list[Answer]:
    """The answers of a response in the order of its questions; what is hidden of the response is taken off them."""
    rows = Answer.objects.filter(response=response).select_related("question")
    found = list(rows.order_by("question__position", "pk"))
    for answer in found:
        if "comment" in without:
            answer.comment = ""
            if answer.choice not in answer.question.choices:  # a few words of their own
                answer.choice = ""
        if "nps" in without and answer.question.dimension == Dimension.NPS:
            answer.value = None
    return found


def search_invitations(rows: QuerySet[Any], text: str, user: User | None = None) -> QuerySet[Any]:
    """Invitations of the customers whom the text finds."""
    if not text.strip():
        return rows
    found = Contact.objects.filter(search_condition(text, names_only=finds_names_only(user, "contacts.contact")))
    return rows.filter(contact__in=found.order_by().values("pk"))


def search_reviews(rows: QuerySet[Any], text: str, user: User | None = None) -> QuerySet[Any]:
    """Reviews that have every word of the text, or whose customer it finds."""
    text = text.strip()
    if not text:
        return rows
    customers = Contact.objects.filter(search_condition(text, names_only=finds_names_only(user, "contacts.contact")))
    found = Review.objects.filter(contact__in=customers.order_by().values("pk")).order_by().values("pk")
    if len(text) >= SHORTEST_PART and not hides(user, "feedback.review.text"):
        # a review says what its answer says, and that is in an index
        said = Response.objects.filter(has_words("search_text", text)).exclude(search_text="").order_by().values("pk")
        by_words = Review.objects.filter(has_words("text__fold", text), response__in=said).order_by().values("pk")
        found = found.union(by_words, all=True)
    return rows.filter(pk__in=found)
