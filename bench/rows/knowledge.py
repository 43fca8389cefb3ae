"""Ten thousand articles: the search of the help pages and the articles that fit a ticket, beside the bare SQL."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import partial

from django.db import connection

from bench.measuring import Case, Line, alternate, beside, middle
from bench.rows.pages import costs, page
from bench.world import World
from service.knowledge.finding import find_articles, in_language, public_languages
from service.knowledge.keeping import refresh_articles
from service.knowledge.suggesting import fitting_keys
from service.models import Article, ArticleVersion

ARTICLES = 10_000
SYLLABLES = "ka lo mi ter ban del fir gos hul jan kep lum nor pas quil res sto tam vel win".split()
SUBJECT = "Two panes of museum glass came broken"
BODY = "Of the twelve panes that we ordered for the exhibition two are broken; the frame has a scratch at the corner."
RARE, COMMON = "museum pane", "frame"  # in one article of a hundred, and in nine of ten
BARE_SEARCH = """
SELECT best.id, ts_headline('service_en', v.title, q, 'HighlightAll=true'),
  ts_headline('service_en', v.plain, q, 'MaxFragments=2, MaxWords=22, MinWords=8')
FROM (
  SELECT id, published_id, q, ts_rank('{0.1,0.2,0.4,1}', published_words, q, 1) AS rank
  FROM service_article, websearch_to_tsquery('service_en', %s) AS q
  WHERE published_words @@ q AND state = 'published' AND audience = 'public' ORDER BY rank DESC, id LIMIT 10
) AS best JOIN service_articleversion AS v ON v.id = best.published_id
"""
BARE_FIT = """
SELECT id, ts_rank(published_words, q) AS rank
FROM service_article, to_tsquery('service_en', %s) AS q WHERE published_words @@ q ORDER BY rank DESC, id LIMIT 5
"""


def measure(world: World) -> Iterator[Line]:
    write_articles()
    with world.as_owner() as owner:
        owner.execute("VACUUM ANALYZE service_article, service_articleversion")  # as after a day
    us, floor = world.visitor(world.port), world.visitor(world.floor_port)
    for what, words in (("rare words", RARE), ("a word of many", COMMON)):
        asked = words.replace(" ", "+")
        cases: dict[str, Case] = {
            "page": page(us, f"/help/?q={asked}"),
            "floor": page(floor, f"/search/?q={asked}"),
            "search": partial(middle, partial(search, words)),
            "bare": partial(middle, partial(run, BARE_SEARCH, words)),
        }
        for case in cases.values():
            case()
        found = alternate(cases)
        yield beside("knowledge", f"/help/, {what}", found["page"], found["floor"], most=3, name="floor")
        yield beside("knowledge", f"finding, {what}", found["search"], found["bare"], most=4, name="bare SQL")
        yield from costs("knowledge", f"/help/, {what}", f"/help/?q={asked}", 8)
    any_word = " | ".join({word.strip(".;").lower() for word in f"{SUBJECT} {BODY}".split() if len(word) > 3})
    fit: dict[str, Case] = {
        "fit": partial(middle, partial(fitting_keys, SUBJECT, BODY)),
        "bare": partial(middle, partial(run, BARE_FIT, any_word)),
    }
    for case in fit.values():
        case()
    found = alternate(fit)
    yield beside("knowledge", "articles for a ticket", found["fit"], found["bare"], most=4, name="bare SQL")


def search(words: str) -> None:
    """As the page finds them."""
    find_articles(in_language("en"), words, field="published_words", languages=public_languages())


def run(statement: str, words: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [words])
        cursor.fetchall()


def write_articles() -> None:
    """Texts of 250 words: many of a vocabulary that is used as words are (the n-th a n-th as often), some of ours."""
    if Article.objects.count() >= ARTICLES:
        return
    draw = random.Random(7)
    vocabulary = ["".join(draw.choices(SYLLABLES, k=draw.randint(2, 4))) for _ in range(9_000)]
    vocabulary[:7] = ["frame", "glass", "order", "corner", "scratch", "broken", "exhibition"]
    weights = [1 / place for place in range(1, len(vocabulary) + 1)]
    rows = []
    for number in range(ARTICLES):
        words = draw.choices(vocabulary, weights, k=250)
        if number % 100 == 1:  # in English
            words[100:100] = RARE.split()
        title = " ".join(draw.choices(vocabulary[50:], k=5)).capitalize()
        rows.append(
            Article(title=title, body=" ".join(words), audience="public", language="de" if number % 10 == 0 else "en")
        )
    Article.objects.bulk_create(rows, batch_size=1_000)
    versions = [ArticleVersion(article=one, number=1, title=one.title, body=one.body, plain=one.body) for one in rows]
    ArticleVersion.objects.bulk_create(versions, batch_size=1_000)
    for one, version in zip(rows, versions, strict=True):
        one.state, one.published = "published", version
    Article.objects.bulk_update(rows, ["state", "published"], batch_size=1_000)
    refresh_articles([one.pk for one in rows])
