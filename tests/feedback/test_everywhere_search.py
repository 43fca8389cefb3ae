"""Suggestions and reviews in the search of everything: as people type, best first, and only what one may see."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.choices import Role
from crm.models import AccessRule, FieldRule
from crm.search.asking import search_everything
from feedback.ideas.actions import suggest
from feedback.keeping import refresh_responses
from feedback.models import Answer, Question, Review, Suggestion
from feedback.searching import find_reviews, show_reviews, show_suggestions
from tests.factories import make_company, make_contact, make_response, make_survey, make_team, make_user, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(db):
    make_company()
    return make_user(Role.MANAGER)


def idea(title: str, text: str = "", votes: int = 0) -> Suggestion:
    made = suggest(actor=None, fields={"title": title, "text": text})
    Suggestion.objects.filter(pk=made.pk).update(votes=votes)
    return made


def review(contact, words: str, rating: int = 4) -> Review:
    survey = make_survey()
    question = Question.objects.create(survey=survey, text="What would you tell?", kind="text", position=2)
    response = make_response(contact, 9, survey=survey)
    Answer.objects.create(response=response, question=question, comment=words)
    refresh_responses([response.pk])
    return Review.objects.create(
        response=response, contact=contact, rating=rating, text=words, written_at=timezone.now()
    )


def hits(user, text: str, name: str):
    return [hit for group in search_everything(user, text, 20) if group.name == name for hit in group.hits]


def test_suggestions_are_found_by_any_word_best_first(manager):
    idea("A longer cable", "The socket is behind the cupboard", votes=3)
    idea("Cable in white", votes=1)
    idea("Ring the bell", "A cable car in the courtyard", votes=9)
    idea("Oak")
    assert [one.title for one in hits(manager, "cable", "suggestions")] == [
        "Cable in white", "Ring the bell", "A longer cable"
    ]  # fmt: skip
    (found,) = hits(manager, "LONGER cupboárd", "suggestions")
    assert (found.title, "3 customers" in found.note) == ("A longer cable", True)
    FieldRule.objects.create(role="manager", model="feedback.suggestion", field="text", right="hidden")
    manager = type(manager).objects.get(pk=manager.pk)
    assert hits(manager, "cupboard", "suggestions") == []
    assert len(hits(manager, "cable", "suggestions")) == 2


def test_reviews_are_found_by_their_words_and_their_customer(manager):
    mia, tom = make_contact(name="Mia Keller"), make_contact(name="Tom Reed")
    first = review(mia, "The glass came in one piece", 5)
    review(tom, "Late, and the corner was chipped", 2)
    for typed in ("glass piece", "keller", "GLÁSS"):
        (found,) = hits(manager, typed, "reviews")
        assert (found.title, found.url) == ("5 of 5, Mia Keller", first.get_absolute_url())
    browser = signed_in(manager)
    assert "corner was chipped" in browser.get(reverse("crm:search"), {"q": "chipped"}).content.decode()
    assert browser.get(reverse("feedback:review_list"), {"q": "chipped"}).context["count"] == "1"
    FieldRule.objects.create(role="manager", model="feedback.review", field="text", right="hidden")
    manager = type(manager).objects.get(pk=manager.pk)
    assert hits(manager, "chipped", "reviews") == []
    (found,) = hits(manager, "keller", "reviews")
    assert "glass" not in found.note


def test_only_what_one_may_see_is_found_and_drawn(manager):
    rep = make_user(Role.REP, team=make_team())
    own, foreign = make_contact(name="Lind Own", owner=rep), make_contact(name="Lind Foreign", owner=manager)
    mine, theirs = review(own, "A fine frame"), review(foreign, "A fine lamp")
    assert [one.title for one in hits(rep, "fine", "reviews")] == ["4 of 5, Lind Own"]
    assert find_reviews(rep, "lind", 9).count == 1
    assert set(show_reviews(rep, [mine.pk, theirs.pk])) == {mine.pk}
    wish = idea("A fine bag")
    assert set(show_suggestions(rep, [wish.pk])) == {wish.pk}
    AccessRule.objects.create(role=Role.REP, model="feedback.suggestion", verb="view", scope="none")
    rep = type(rep).objects.get(pk=rep.pk)
    assert (hits(rep, "bag", "suggestions"), show_suggestions(rep, [wish.pk])) == ([], {})
