"""The figures of knowledge: what is missing, and what the rest is good for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.db.models.functions import TruncWeek

from crm.company import company_today, current_company
from crm.filtering.folding import Fold
from crm.intervals import share_interval
from crm.models import User
from service.choices import MessageKind
from service.knowledge.choices import ArticleState
from service.knowledge.finding import with_all_words
from service.models import Article, ArticleRead, ArticleSearch, ArticleUse, ArticleVote, Message, Ticket

WEEKS = 13
MOST_GAPS, MOST_CLOSED, MOST_TICKETS = 25, 10, 12


@dataclass(frozen=True)
class Share:
    """Some of many, with the 95 % interval by Wilson."""

    hits: int
    count: int

    @property
    def value(self) -> float | None:
        return self.hits / self.count if self.count else None

    @property
    def interval(self) -> tuple[float, float]:
        return share_interval(self.hits, self.count)


@dataclass(frozen=True)
class Week:
    """One week, by its Monday: searches, those in vain, answered and solved tickets, those with an article."""

    monday: dt.date
    searches: int
    in_vain: int
    solved: int
    with_article: int

    @property
    def without_article(self) -> int:
        return self.solved - self.with_article


@dataclass(frozen=True)
class Gap:
    """What was searched in vain: how often, when last, and how often in each week. `article` has all of the words by
    now: customers find it, or (`is_found` is False) somebody is at it."""

    text: str
    count: int
    last_at: dt.datetime
    by_week: Sequence[int]
    article: Article | None = None
    is_found: bool = False


@dataclass(frozen=True)
class KnowledgeFigures:
    """Of the last weeks, the one that is going on included. `about` are the commonest products, kinds and tags of
    tickets that were answered without an article."""

    weeks: Sequence[Week]
    answered: Share
    helpful: Share
    readers: int
    gaps: Sequence[Gap]
    tickets: Sequence[Ticket]
    about: Sequence[tuple[str, int]]
    due: int
    published: int

    @property
    def is_quiet(self) -> bool:
        """Whether nobody searched and nothing was solved in these weeks: nothing can be told then."""
        return not any(week.searches or week.solved for week in self.weeks)


def knowledge_figures(user: User, *, weeks: int = WEEKS) -> KnowledgeFigures:
    """Tickets are those that the person may see; what is solved by an answer of ours counts, merged ones do not."""
    mondays = last_mondays(weeks)
    since = dt.datetime.combine(mondays[0], dt.time.min, tzinfo=current_company().zone)
    answered = answered_tickets(user).filter(solved_at__gte=since)
    by_week = _counted(answered.annotate(week=TruncWeek("solved_at")), {"all": Q(), "with": Q(has_article=True)})
    searches = _counted(
        ArticleSearch.objects.filter(searched_at__gte=since).annotate(week=TruncWeek("searched_at")),
        {"all": Q(), "vain": Q(hits=0)},
    )
    lines = [
        Week(
            monday,
            searches.get(monday, {}).get("all", 0),
            searches.get(monday, {}).get("vain", 0),
            by_week.get(monday, {}).get("all", 0),
            by_week.get(monday, {}).get("with", 0),
        )
        for monday in mondays
    ]
    votes = ArticleVote.objects.filter(voted_at__gte=since)
    without = answered.filter(has_article=False)
    newest = without.exclude(Exists(Article.objects.filter(proposed_from=OuterRef("pk"))))
    return KnowledgeFigures(
        weeks=lines,
        answered=Share(sum(one.with_article for one in lines), sum(one.solved for one in lines)),
        helpful=Share(votes.filter(is_helpful=True).count(), votes.count()),
        readers=ArticleRead.objects.filter(read_on__gte=mondays[0]).count(),
        gaps=_gaps(user, since, mondays),
        tickets=list(newest.order_by("-solved_at").only("subject", "solved_at")[:MOST_TICKETS]),
        about=_about(without),
        due=Article.objects.due(company_today()).count(),
        published=Article.objects.published().count(),
    )


def answered_tickets(user: User) -> QuerySet[Any]:
    """Solved tickets that we answered, each with whether an article went into an answer (`has_article`)."""
    replies = Message.objects.filter(ticket=OuterRef("pk"), kind=MessageKind.OUT)
    uses = ArticleUse.objects.filter(ticket=OuterRef("pk"))
    rows = Ticket.objects.visible_to(user).filter(solved_at__isnull=False, merged_into=None)
    return rows.filter(Exists(replies)).annotate(has_article=Exists(uses))


def last_mondays(weeks: int) -> list[dt.date]:
    """The Mondays of the last weeks, this one's the last."""
    today = company_today()
    monday = today - dt.timedelta(days=today.weekday())
    return [monday - dt.timedelta(weeks=back) for back in reversed(range(weeks))]


def _counted(rows: QuerySet[Any], parts: dict[str, Q]) -> dict[dt.date, dict[str, int]]:
    """By Monday, how many of each part."""
    counts = {f"n_{name}": Count("pk", filter=part) if part else Count("pk") for name, part in parts.items()}
    found = rows.order_by().values("week").annotate(**counts)
    return {row["week"].date(): {name: row[f"n_{name}"] for name in parts} for row in found}


def _gaps(user: User, since: dt.datetime, mondays: Sequence[dt.date]) -> list[Gap]:
    """What was searched in vain most often, case and accents aside; last what is found by now."""
    rows = ArticleSearch.objects.filter(searched_at__gte=since, hits=0).annotate(said=Fold("text")).order_by()
    top = list(
        rows.values("said").annotate(count=Count("pk"), last_at=Max("searched_at"), shown=Max("text"))
        .order_by("-count", "-last_at", "said")[: MOST_GAPS + MOST_CLOSED]
    )  # fmt: skip
    texts = [row["shown"] for row in top]
    found = with_all_words(Article.objects.public(), texts, "published_words")
    begun = with_all_words(Article.objects.visible_to(user).exclude(state=ArticleState.ARCHIVED), texts, "words")
    gaps = [
        Gap(row["shown"], row["count"], row["last_at"], (), found.get(one) or begun.get(one), one in found)
        for one, row in enumerate(top)
    ]
    gaps = sorted(gaps, key=lambda gap: gap.is_found)[:MOST_GAPS]
    said = {row["shown"]: row["said"] for row in top}
    weekly = rows.filter(said__in=[said[gap.text] for gap in gaps]).annotate(week=TruncWeek("searched_at"))
    by_week = {
        (row["said"], row["week"].date()): row["count"]
        for row in weekly.values("said", "week").annotate(count=Count("pk"))
    }
    return [replace(gap, by_week=[by_week.get((said[gap.text], one), 0) for one in mondays]) for gap in gaps]


def _about(rows: QuerySet[Ticket]) -> list[tuple[str, int]]:
    """What tickets without an article are about, by product."""
    found = rows.filter(product__isnull=False).order_by().values("product__name").annotate(count=Count("pk"))
    return list(found.order_by("-count", "product__name").values_list("product__name", "count")[:8])
