"""The demo's knowledge base: what a maker of frames tells its customers and its own people, and how that is used."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from django.db.models import F

from crm.choices import Role
from crm.demo.house import Batch, Fill, House
from service.knowledge.actions import change_article, publish_article, write_article
from service.knowledge.choices import ArticleState, SearchPlace, UseKind
from service.models import (
    Article,
    ArticleCategory,
    ArticleRead,
    ArticleSearch,
    ArticleUse,
    ArticleVote,
    CategoryName,
    Ticket,
)

FILE = Path(__file__).with_name("articles.txt")
CATEGORIES = {
    "Ordering": "Bestellen",
    "Delivery": "Lieferung",
    "Frames and glass": "Rahmen und Glas",
    "Hanging and care": "Aufhängen und Pflege",
    "Claims": "Reklamation",
    "Workshop": "Werkstatt",
}
DAYS = 90
IN_VAIN = (
    ("gift voucher", 9),
    ("rent frames exhibition", 7),
    ("bilderrahmen mieten", 5),
    ("sustainability certificate", 4),
    ("anti theft hanging", 4),
    ("frame for diploma", 3),
)
FOUND = ("museum glass", "delivery time", "glas", "broken pane", "how to measure", "hanging rail", "invoice address")
MISSING = ("What does a crossbar cost?", "Which plug for aerated concrete?", "The table does not fit on my phone.")
# subject of a ticket of the demo holds, article that answers it
ANSWERED_BY = (
    ("panes came broken", "broken"),
    ("Where is our order", "delivery-time"),
    ("Which glass", "glass"),
    ("mitre of a corner", "open-mitre"),
    ("wrong quantity", "invoice"),
    ("painted over", "paint"),
    ("change the order", "order-changes"),
    ("ship to Norway", "abroad"),
    ("Paid twice", "paid-twice"),
    ("Care of the oiled", "care"),
)


@dataclass(frozen=True)
class Written:
    """One article of the file; `language` en where the name has none."""

    name: str
    language: str
    category: str
    audience: str
    state: str
    title: str
    summary: str
    body: str


@cache
def articles() -> tuple[Written, ...]:
    """All of them, in the order of the file: a translation after its original."""
    return tuple(_read(block) for block in FILE.read_text(encoding="utf-8").split("\n---\n"))


def _read(block: str) -> Written:
    head, title, summary, body = block.strip().split("\n", 3)
    name, category, audience, state = (part.strip() for part in head.removeprefix("=").split("|"))
    name, _, language = name.partition("/")
    return Written(name, language or "en", category, audience, state, title, summary, body)


def load(house: House) -> Fill | None:
    """The articles once; what was read and used of them with the first batch."""
    if Article.objects.exists():
        return None

    def fill(batch: Batch) -> None:
        if batch.number == 0:
            _use(batch, _write(house))

    return fill


def _write(house: House) -> dict[str, Article]:
    categories = {
        name: ArticleCategory.objects.create(name=name, position=place)
        for place, name in enumerate(CATEGORIES, start=1)
    }
    CategoryName.objects.bulk_create(
        CategoryName(category=categories[name], language="de", name=german) for name, german in CATEGORIES.items()
    )
    agents = [one.id for one in house.with_role(Role.AGENT)]
    found: dict[str, Article] = {}
    for place, one in enumerate(articles()):
        fields = {
            "title": one.title, "summary": one.summary, "body": one.body, "language": one.language,
            "audience": one.audience, "category": categories[one.category],
            "responsible_id": agents[place % len(agents)] if agents else None,
        }  # fmt: skip
        original = found.get(one.name) if one.language != "en" else None
        article = write_article(actor=None, fields=fields, original=original)
        if one.state == ArticleState.PUBLISHED:
            article = publish_article(actor=None, article=article)
        elif one.state == ArticleState.REVIEW:
            Article.objects.filter(pk=article.pk).update(state=ArticleState.REVIEW)
        if original is None:
            found[one.name] = article
    _age(house, found)
    house.counts["articles"] = len(articles())
    return found


def _age(house: House, found: dict[str, Article]) -> None:
    """Some were changed since, one of them without being published yet, and some are due for a look."""
    care, glass = found["care"], found["clean-glass"]
    words = care.body + "\n\nOn dark walnut use the oil without white pigment, or the grain turns grey."
    publish_article(
        actor=None,
        article=change_article(actor=None, article=care, version=care.version, fields={"body": words}, note="Walnut"),
    )
    words = glass.body.replace("a plastic polish", "a plastic polish and much patience")
    change_article(actor=None, article=glass, version=glass.version, fields={"body": words}, note="Polish")
    due = [found[name].pk for name in ("abroad", "registration", "carrier-cases")]
    Article.objects.filter(pk__in=due).update(review_on=house.end - dt.timedelta(days=12))
    Article.objects.exclude(published=None).update(published_at=F("created_at"))


def _use(batch: Batch, found: dict[str, Article]) -> None:
    """Readers, votes and searches of the last three months, and the answers that articles went into."""
    rng, end, zone = batch.rng("articles"), batch.house.end, batch.house.zone
    public = list(Article.objects.public().order_by("pk"))
    reads, votes = [], []
    for article in public:
        liked = float(rng.uniform(0.62, 0.95))
        for number in range(int(rng.gamma(2.0, 14.0))):
            day = end - dt.timedelta(days=int(rng.integers(0, DAYS)))
            visitor = f"demo {article.pk} {number}"
            reads.append(ArticleRead(article=article, read_on=day, visitor=visitor))
            if rng.random() < 0.28:
                votes.append(_vote(rng, article, visitor, dt.datetime.combine(day, dt.time(12), tzinfo=zone), liked))
    ArticleRead.objects.bulk_create(reads, ignore_conflicts=True)
    ArticleVote.objects.bulk_create(votes, ignore_conflicts=True)
    searches = [(text, 0) for text, often in IN_VAIN for _ in range(often)]
    searches += [(text, 3) for text in FOUND for _ in range(int(rng.integers(6, 22)))]
    ArticleSearch.objects.bulk_create(
        ArticleSearch(
            text=text, hits=hits, place=SearchPlace.HELP, language="en", visitor=f"demo {number}",
            searched_at=dt.datetime.combine(
                end - dt.timedelta(days=int(rng.integers(0, DAYS))), dt.time(9 + number % 9), tzinfo=zone
            ),
        )
        for number, (text, hits) in enumerate(searches)
    )  # fmt: skip
    _answer(rng, found)


def _vote(rng: np.random.Generator, article: Article, visitor: str, at: dt.datetime, liked: float) -> ArticleVote:
    helped = bool(rng.random() < liked)
    words = "" if helped or rng.random() < 0.8 else MISSING[int(rng.integers(len(MISSING)))]
    return ArticleVote(article=article, visitor=visitor, is_helpful=helped, words=words, voted_at=at)


def _answer(rng: np.random.Generator, found: dict[str, Article]) -> None:
    """Of the tickets that an article answers, some were answered with it."""
    uses = []
    for words, name in ANSWERED_BY:
        tickets = Ticket.objects.filter(subject__contains=words, first_reply_at__isnull=False)
        for pk, at, owner in tickets.values_list("pk", "first_reply_at", "owner").order_by("pk"):
            if at is not None and rng.random() < 0.45:
                kind = UseKind.LINK if rng.random() < 0.7 else UseKind.TEXT
                uses.append(ArticleUse(article=found[name], ticket_id=pk, kind=kind, actor_id=owner, used_at=at))
    ArticleUse.objects.bulk_create(uses, ignore_conflicts=True)
