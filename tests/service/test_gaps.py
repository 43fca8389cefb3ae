"""What is missing in the knowledge base: searched in vain, answered without an article, and the loop that closes it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from crm.choices import Role
from crm.intervals import wilson
from service.actions import reply
from service.knowledge import actions
from service.knowledge.figures import knowledge_figures, last_mondays
from service.knowledge.readers import MOST_SEARCHES, note_search
from service.models import ArticleSearch, ArticleVote, Ticket
from tests.factories import make_article, make_company, make_contact, make_ticket, make_user, signed_in

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def company():
    return make_company()


@pytest.fixture
def agent():
    return make_user(Role.AGENT)


def searched(text: str, hits: int = 0, days_ago: int = 0, visitor: str = "v1") -> None:
    row = ArticleSearch.objects.create(text=text, language="en", hits=hits, place="help", visitor=visitor)
    ArticleSearch.objects.filter(pk=row.pk).update(searched_at=timezone.now() - days_ago * DAY)


def solved(days_ago: int = 0, **fields) -> Ticket:
    ticket = make_ticket(make_contact(emails=(f"a{Ticket.objects.count()}@example.com",)), **fields)
    reply(actor=None, ticket=ticket, text="We send another.", then="solved")
    Ticket.objects.filter(pk=ticket.pk).update(solved_at=timezone.now() - days_ago * DAY)
    return ticket


def test_searches_in_vain_are_counted_by_words_and_week_whatever_their_case(agent):
    for text, hits, days_ago in (
        ("gift wrapping", 0, 0), ("Gift Wrapping", 0, 7), ("gift wrapping", 0, 7), ("voucher", 0, 14),
        ("oak", 3, 0), ("gift wrapping", 0, 14 * 7),
    ):  # fmt: skip
        searched(text, hits, days_ago)
    found = knowledge_figures(agent)
    assert [(one.text.lower(), one.count) for one in found.gaps] == [("gift wrapping", 3), ("voucher", 1)]
    assert list(found.gaps[0].by_week[-3:]) == [0, 2, 1]
    assert list(found.gaps[1].by_week[-3:]) == [1, 0, 0]
    assert [(week.searches, week.in_vain) for week in found.weeks[-3:]] == [(1, 1), (2, 2), (2, 1)]
    assert [week.monday for week in found.weeks] == last_mondays(13)


def test_of_one_visitor_so_many_searches_an_hour_count_and_the_same_words_once(time_machine):
    time_machine.move_to(dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC), tick=False)
    seen = {"language": "en", "hits": 0, "place": "help", "visitor": "v1"}
    for number in range(MOST_SEARCHES + 5):
        for text in (f"word {number}", f"  WORD   {number}"):
            note_search(text=text, **seen)
    assert ArticleSearch.objects.count() == MOST_SEARCHES
    note_search(text="another", **{**seen, "visitor": "v2"})
    time_machine.move_to(dt.datetime(2026, 3, 2, 10, 0, 1, tzinfo=dt.UTC), tick=False)
    note_search(text="word 1", **seen)
    assert ArticleSearch.objects.count() == MOST_SEARCHES + 2


def test_a_gap_says_who_is_at_it_and_closes_once_customers_find_it(agent):
    for text in ("gift wrapping", "gift wrapping", "voucher", "hook", "?"):
        searched(text)
    make_article(title="Hooks for walls", body="Two.", audience="internal", is_published=True)
    draft = make_article(title="Wrapping of gifts", body="Four euros.", audience="public")
    page = signed_in(agent).get("/knowledge/gaps/").content.decode()
    assert page.count("not for customers yet") == 2
    assert "/knowledge/new/?title=voucher&amp;audience=public" in page
    assert "title=gift" not in page, "somebody is at it"
    first = knowledge_figures(agent).gaps[0]
    assert (first.text, first.article, first.is_found) == ("gift wrapping", draft, False)
    actions.publish_article(actor=None, article=draft)
    gaps = knowledge_figures(agent).gaps
    assert [one.text for one in gaps][-1] == "gift wrapping"
    assert [one.text for one in gaps if one.is_found] == ["gift wrapping"]
    assert "is found by now" in signed_in(agent).get("/knowledge/gaps/").content.decode()
    actions.withdraw_article(actor=None, article=draft)
    assert knowledge_figures(agent).gaps[0].article is None


def test_a_gap_is_found_where_the_help_pages_find_it_and_only_there(agent, client):
    make_article(title="Frames", body="With two hooks, hung straight.", audience="public", is_published=True)
    make_article(title="Rahmen", body="Mit zwei Haken.", audience="public", is_published=True, language="de")
    texts = ("frames hook", "hung", "stra", "haken", "hooks mirror", "'", "of", "x y", "frames -hook", "rahmen zwe")
    for text in texts:
        searched(text)
    said = {one.text: one.is_found for one in knowledge_figures(agent).gaps}
    for text in texts:
        page = client.get("/help/", {"q": text}).content.decode()
        assert said[text] == (" found</p>" in page), text
    assert sum(said.values()) == 6


def test_solved_tickets_count_by_whether_an_article_answered_them(agent):
    without, with_one, proposed = solved(), solved(days_ago=7), solved()
    make_ticket(subject="Not solved")
    merged = solved()
    Ticket.objects.filter(pk=merged.pk).update(merged_into=without, state="closed", closed_at=timezone.now())
    article = make_article(audience="public", is_published=True)
    actions.use_article(actor=agent, ticket=with_one, article=article, kind="link")
    actions.propose_article(actor=agent, ticket=proposed)
    for helped, visitor in ((True, "a"), (True, "b"), (False, "c")):
        ArticleVote.objects.create(article=article, visitor=visitor, is_helpful=helped)
    found = knowledge_figures(agent)
    assert [(one.solved, one.with_article, one.without_article) for one in found.weeks[-2:]] == [(1, 1, 0), (2, 0, 2)]
    assert list(found.tickets) == [without], "one of which an article was made is none any more"
    assert (found.answered.hits, found.answered.count, found.helpful.hits, found.helpful.count) == (1, 3, 2, 3)
    assert found.helpful.interval == pytest.approx(wilson(2 / 3, 3))
    assert not knowledge_figures(make_user(Role.REP)).tickets, "tickets of others are nobody's gap"


def test_the_page_asks_as_often_for_many_gaps_as_for_one(agent, django_assert_max_num_queries):
    make_article(title="Oak", audience="public", is_published=True)
    browser = signed_in(agent)
    for number in range(30):
        searched(f"word{number}")
    browser.get("/knowledge/gaps/")
    with django_assert_max_num_queries(24):
        page = browser.get("/knowledge/gaps/").content.decode()
    assert page.count("Write it") == 25
