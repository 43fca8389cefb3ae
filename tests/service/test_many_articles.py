"""Words that very many articles have: a bounded number is looked at, and what fits best is among them all the same."""

from __future__ import annotations

import math
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from crm.choices import Role
from service.knowledge import finding, searching, suggesting
from service.knowledge.finding import Found, find_articles, languages_in
from service.knowledge.queries import search_articles
from service.knowledge.suggesting import fitting_keys
from service.models import Article
from tests import factories as make
from tests.factories import make_article

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def company():
    return make.make_company()


@pytest.fixture
def few_looked_at(monkeypatch):
    monkeypatch.setattr(finding, "MOST_HITS", 4)
    monkeypatch.setattr(suggesting, "MOST_READ", 3)


def public(title: str, body: str, **fields: Any) -> Article:
    return make_article(title=title, body=body, audience="public", is_published=True, **fields)


def found(text: str, most: int = 10, start: int = 0) -> Found:
    rows = Article.objects.public()
    return find_articles(rows, text, field="published_words", languages=languages_in(rows), most=most, start=start)


def test_a_search_stops_at_its_limit_says_so_and_misses_no_title(few_looked_at):
    for number in range(7):
        public(f"Article {number}", "A frame with a hook.")
    last = public("Frames with a hook", "x")
    for text in ("frame hook", "frames hook", "hook a with frames", "fram"):
        hits = found(text)
        assert (hits.count, hits.is_least, hits.is_close) == (4, True, False), text
    assert found("frames hook").hits[0].article == last
    page = Client().get("/help/?q=frames+hook").content.decode()
    assert "4 or more found" in page
    user = make.make_user(Role.AGENT)
    assert (searching.find(user, "frames hook", 3).count, searching.find(user, "frames hook", 3).is_capped) == (4, True)
    assert search_articles(Article.objects.all(), "frame hook").distinct().count() == 8, "a list narrows on"


def test_below_the_limit_the_number_is_exact_over_all_languages(few_looked_at):
    public("Hooks", "One hook.")
    public("Haken", "Ein Hook.", language="de")
    public("Nails", "One nail and a hook.")
    hits = found("hook", most=2)
    assert (hits.count, hits.is_least, len(hits.hits)) == (3, False, 2)
    rest = found("hook", most=2, start=2)
    assert (rest.count, len(rest.hits)) == (3, 1)
    assert {one.article.title for one in [*hits.hits, *rest.hits]} == {"Hooks", "Haken", "Nails"}
    assert "3 found" in Client().get("/help/?q=hook").content.decode()


def test_where_any_word_will_do_common_ones_do_not_crowd_out_a_rare_one(few_looked_at):
    for number in range(8):
        public(f"Article {number}", "A frame.")
    rare = public("Light", "Ultraviolet fades pictures.")
    hits = found("frame ultraviolet pineapple")
    assert (hits.is_close, hits.is_least) == (True, True)
    assert rare in [hit.article for hit in hits.hits]


def test_for_a_ticket_the_rare_word_wins_and_titles_are_not_missed(few_looked_at):
    for number in range(8):
        public(f"Article {number}", "An order and its delivery, with a frame.")
    rare = public("Corners", "The mitre of a frame may open.")
    said = "The mitre of the frame is open, and the order came late."
    assert fitting_keys("Order with delivery", said)[0] == rare.pk
    titled = public("Delivery of an order", "x")
    assert fitting_keys("Order with delivery", said)[0] == titled.pk
    assert fitting_keys("Order with delivery", "And again the order.")[0] == titled.pk


def test_for_a_ticket_what_is_about_its_product_stands_before_what_fits_as_well():
    frame, saw = make.make_product(name="Frame"), make.make_product(name="Saw")
    first = public("Mitre", "The corner may open.")
    of_saw, of_frame = (public("Mitre", "The corner may open.", product=one) for one in (saw, frame))
    said = ("The mitre is open", "At one corner.")
    assert fitting_keys(*said) == [first.pk, of_saw.pk, of_frame.pk]
    assert fitting_keys(*said, frame.pk) == [of_frame.pk, first.pk, of_saw.pk]


def test_for_a_ticket_articles_stand_by_rank_and_rarity():
    """Beside the formula of the module, reckoned here from the words of each article one by one."""
    for number, words in enumerate(("glass hook", "glass rail", "glass hook mitre", "glass rail rail", "rail", "oak")):
        public(f"Article {number} {words.split()[0]}", words)
    asked = {"hook": 2.0, "rail": 2.0, "glass": 1.0, "mitr": 1.0}
    rows = list(Article.objects.public())
    ranks: dict[tuple[str, int], float] = {}
    with connection.cursor() as cursor:
        for word in asked:
            cursor.execute(
                "SELECT id, ts_rank('{0.1, 0.2, 0.4, 1.0}', published_words, %s::tsquery)"
                " FROM service_article WHERE published_words @@ %s::tsquery",
                [word, word],
            )
            ranks |= {(word, key): rank for key, rank in cursor.fetchall()}
    having = {word: [other for other, _ in ranks].count(word) for word in asked}
    scores = {}
    for row in rows:
        own = {word: ranks[word, row.pk] for word in asked if (word, row.pk) in ranks}
        if len(own) >= 2 or max(own.values(), default=0) > 0.3:
            scores[row.pk] = sum(
                asked[word] * rank * math.log(1 + len(rows) / having[word]) for word, rank in own.items()
            )
    least = suggesting.LEAST_SHARE * max(scores.values())
    expected = [key for key in sorted(scores, key=lambda key: (-scores[key], key)) if scores[key] >= least]
    assert fitting_keys("Hook rail", "The glass, the mitre.") == expected[: suggesting.MOST]
    assert len(expected) > 2
