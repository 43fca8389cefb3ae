"""The help pages: what customers find there, and that nothing internal can be reached or counted."""

from __future__ import annotations

import pytest
from django.test import Client

from crm.foreign.tokens import Purpose, make_token
from service.knowledge import actions
from service.knowledge.readers import MOST_VOTES
from service.knowledge.wording import ENGLISH, words_in
from service.models import (
    Article,
    ArticleCategory,
    ArticleRead,
    ArticleSearch,
    ArticleVote,
    CategoryName,
    Queue,
    WebForm,
)
from tests.access.articled import make_file
from tests.factories import make_article, make_company, make_user

pytestmark = pytest.mark.django_db
FIREFOX = {"HTTP_USER_AGENT": "Firefox", "REMOTE_ADDR": "198.51.100.7"}


@pytest.fixture(autouse=True)
def company():
    return make_company()


@pytest.fixture
def visitor():
    return Client(**FIREFOX)


def public(**fields) -> Article:
    return make_article(**{"audience": "public", "is_published": True, **fields})


def stamp_in(page: str) -> str:
    return (
        page.partition('name="stamp" value="')[2].partition('"')[0]
        or page.partition('data-stamp="')[2].partition('"')[0]
    )


def test_nothing_internal_or_unpublished_can_be_reached_found_or_counted(visitor):
    category = ArticleCategory.objects.create(name="CANARY shelf")
    secret = {"title": "CANARY latch", "summary": "CANARY", "body": "CANARY latch words", "category": category}
    hidden = [
        make_article(is_published=True, audience="internal", **secret),
        make_article(audience="public", **secret),
        actions.withdraw_article(actor=None, article=public(**secret)),
        make_article(is_published=True, audience="internal", language="de", **secret),
    ]
    shown = public(title="Latch for guests", body="Turn it.")
    changed = actions.change_article(
        actor=None, article=shown, version=shown.version, fields={"title": "CANARY new", "body": "CANARY words"}
    )
    files = [make_file(make_user(), "x", one) for one in hidden]
    pages = ["/help/", "/help/?q=latch", "/help/?q=CANARY", "/help/?q=canari", f"/help/?category={category.pk}"]
    pages += ["/help/?lang=de", changed.public_path]
    for path in pages:
        text = visitor.get(path).content.decode().replace('value="CANARY"', "").replace("CANARY</title>", "")
        assert "CANARY" not in text.replace("Search: CANARY", "").replace("CANARY ·", ""), path
    assert "1 found" in visitor.get("/help/?q=latch").content.decode()
    nowhere = visitor.get("/help/aaaaaaaaaa/")
    for article in hidden:
        answer = visitor.get(article.public_path)
        assert (answer.status_code, answer.content) == (404, nowhere.content), "as if there were nothing"
    assert [visitor.get(f"/help/files/{file.key}/").status_code for file in files] == [404] * 4
    german = visitor.get("/help/", headers={"accept-language": "de"})
    assert german.headers["Content-Language"] == "en", "a language that only internal articles have is none"


def test_search_speaks_the_readers_language_and_falls_back_to_the_original(visitor, django_assert_max_num_queries):
    care = ArticleCategory.objects.create(name="Care")
    CategoryName.objects.create(category=care, language="de", name="Pflege")
    english = public(title="Oiling oak", body="Once a year.", category=care)
    german = actions.write_article(
        actor=None, fields={"title": "Eiche ölen", "body": "Einmal im Jahr.", "language": "de"}, original=english
    )
    actions.publish_article(actor=None, article=german)
    public(title="Rails", body="They carry fifty kilograms.", category=care)
    with django_assert_max_num_queries(7):
        page = visitor.get("/help/?lang=de").content.decode()
    assert "Wie können wir helfen?" in page
    assert "Pflege" in page
    assert "Eiche ölen" in page
    assert "Rails" in page, "what is not translated stands in the language that it has"
    assert "Oiling oak" not in page
    with django_assert_max_num_queries(7):
        found = visitor.get("/help/?lang=de&q=jahre olen").content.decode()
    assert "Eiche <mark>ölen</mark>" in found
    assert visitor.get(f"{english.public_path}?lang=de").url == german.public_path
    assert 'hreflang="de"' in visitor.get(english.public_path).content.decode()
    assert "Oiling oak" in visitor.get("/help/", headers={"accept-language": "nl,en;q=0.5"}).content.decode()


def test_looking_sets_no_cookie_and_writes_nothing_but_what_a_stamp_of_ours_says(visitor):
    article = public(title="Rails")
    page = visitor.get(article.public_path)
    search = visitor.get("/help/?q=pineapple").content.decode()
    assert not visitor.cookies
    assert "max-age" in page.headers["Cache-Control"]
    assert not ArticleRead.objects.exists()
    assert not ArticleSearch.objects.exists()
    for _ in range(2):
        assert visitor.post("/help/seen/", {"stamp": stamp_in(page.content.decode())}).status_code == 204
        visitor.post("/help/seen/", {"stamp": stamp_in(search)})
    forged = make_token(Purpose.FORM, {"article": article.pk}, None)
    visitor.post("/help/seen/", {"stamp": forged})
    visitor.post("/help/seen/", {"stamp": "x"})
    assert ArticleRead.objects.count() == 1
    assert list(ArticleSearch.objects.values_list("text", "hits", "place")) == [("pineapple", 0, "help")]
    assert "198.51" not in "".join(ArticleRead.objects.values_list("visitor", flat=True))
    Client(HTTP_USER_AGENT="Safari").post("/help/seen/", {"stamp": stamp_in(page.content.decode())})
    assert ArticleRead.objects.count() == 2


def test_a_visitor_has_one_vote_and_says_what_was_missing(visitor):
    article = public()
    stamp = stamp_in(visitor.get(article.public_path).content.decode())
    url = f"{article.public_path}vote/"
    visitor.post(url, {"stamp": stamp, "helpful": "yes"})
    answer = visitor.post(url, {"stamp": stamp, "helpful": "no"}, follow=True)
    assert "What was missing?" in answer.content.decode()
    visitor.post(url, {"stamp": stamp, "helpful": "no", "words": "The screws."})
    vote = ArticleVote.objects.get()
    assert (vote.is_helpful, vote.words) == (False, "The screws.")
    refused = visitor.post(url, {"stamp": "x", "helpful": "no", "words": "Kept words"})
    assert (refused.status_code, "Kept words" in refused.content.decode()) == (422, True)
    other = Client(HTTP_USER_AGENT="Safari")
    other.post(url, {"stamp": stamp, "helpful": "yes"})
    assert ArticleVote.objects.count() == 2
    for _ in range(MOST_VOTES + 1):
        ArticleVote.objects.create(article=make_article(), visitor=vote.visitor, is_helpful=True)
    flooded = visitor.post(url, {"stamp": stamp, "helpful": "yes"})
    assert flooded.status_code == 429


def test_to_whom_nothing_helped_the_house_offers_a_form_where_it_has_one(visitor):
    article = public()
    vain, helped_not = "/help/?q=pineapple", f"{article.public_path}?voted=no"
    for path in (vain, helped_not):
        page = visitor.get(path).content.decode()
        assert "Write to us" not in page
        assert 'href="/portal/"' in page
    queue = Queue.objects.create(name="Support")
    WebForm.objects.create(name="Old one", queue=queue, is_active=False, is_on_help=True)
    WebForm.objects.create(name="Of the shop alone", queue=queue)
    form = WebForm.objects.create(name="Questions", queue=queue, is_on_help=True)
    for path in (vain, helped_not):
        page = visitor.get(path).content.decode()
        assert page.count(f'href="{form.public_path}"') == 2, "beside what did not help, and at the foot"
    assert "How can we help?" in visitor.get(form.public_path).content.decode()


@pytest.mark.parametrize("language", ["de", "fr", "es"])
def test_the_words_around_articles_are_all_there_in_the_languages_of_the_product(language):
    assert words_in(language).keys() == ENGLISH.keys()
    assert all(words_in(language).values())
    assert words_in(language)["helped"] != ENGLISH["helped"]


def test_pages_without_articles_and_with_odd_questions_answer(visitor):
    assert "There is nothing here yet" in visitor.get("/help/").content.decode()
    public()
    for asked in ("%00", "'", '"', "&", "|", "a:*", "!!", "-", "or", "\\", "x" * 5000, "((", "<script>"):
        answer = visitor.get("/help/", {"q": asked, "page": "999999", "lang": "xx", "category": "9" * 30})
        assert answer.status_code == 200
        assert "<script>al" not in answer.content.decode()
    assert visitor.get("/help/?category=99").status_code == 404
