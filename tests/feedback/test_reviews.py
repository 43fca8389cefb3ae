"""Reviews: asked for after an order, published only with the customer's yes and after a colleague's look."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from crm.choices import Role
from feedback.actions import create_survey, open_survey
from feedback.answering.links import token_of
from feedback.models import Review
from feedback.ready import NOT_AT_ALL, READY, WITH_NAME
from tests.factories import make_company, make_contact, make_product, make_user, signed_in
from tests.past.feedback_actions import invited

pytestmark = pytest.mark.django_db
PAGE, FEED = "/reviews/", "/reviews/feed.json"


@pytest.fixture
def answered(db):
    """Answers a survey of reviews by the personal link of a customer; the words can be said again."""
    make_company()
    survey = create_survey(
        actor=None, fields={"name": "Reviews", "kind": "review"}, questions=READY["review"].questions
    )
    open_survey(actor=None, survey=survey)
    mia = make_contact(name="Mia Keller", first_name="Mia")
    link = f"/s/{token_of(invited(survey=survey, contact=mia, product=make_product(name='Oak frame')))}/"
    rating, words, may = survey.questions.order_by("position")

    def answer(stars: str, text: str, allowed: str = WITH_NAME) -> None:
        place = str(may.choices.index(allowed))
        sent = {f"q{rating.pk}": stars, f"q{words.pk}": text, f"q{may.pk}": place}
        assert Client().post(link, sent).status_code == 302

    return answer


def test_a_review_is_read_by_the_world_only_after_a_colleague_has_looked_at_it(answered):
    answered("5", "Closes <b>perfectly</b>.")
    browser, review = signed_in(make_user(Role.MANAGER)), Review.objects.get()
    assert (review.rating, review.state, review.shown_name) == (5, "waiting", "Mia")
    assert "There is no review yet." in Client().get(PAGE).content.decode()
    browser.post(reverse("feedback:review_publish", args=[review.pk]), {"reply": "Thank you!"})
    page = Client().get(PAGE).content.decode()
    for words in ("Oak frame", "Closes &lt;b&gt;perfectly&lt;/b&gt;.", "Mia", "Thank you!"):
        assert words in page
    assert "Keller" not in page
    (item,) = Client().get(FEED).json()["items"]
    assert (item["_review"]["rating"], item["authors"], item["title"]) == (5, [{"name": "Mia"}], "Oak frame")
    assert Client().get(f"{FEED}?product=999").json()["items"] == []
    browser.post(reverse("feedback:review_refuse", args=[review.pk]))
    assert Client().get(FEED).json()["items"] == []


def test_changed_words_are_looked_at_again_and_a_no_takes_them_away(answered):
    answered("4", "Good.")
    browser, review = signed_in(make_user(Role.MANAGER)), Review.objects.get()
    browser.post(reverse("feedback:review_publish", args=[review.pk]))
    answered("4", "Good, and quick.")
    assert Review.objects.get().state == "waiting"
    assert "Good" not in Client().get(PAGE).content.decode()
    answered("4", "Good, and quick.", NOT_AT_ALL)
    assert not Review.objects.exists()
