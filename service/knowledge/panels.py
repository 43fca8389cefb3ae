"""The tabs and side panels of an article's page, and its card on the home page."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django.db import models
from django.http import HttpRequest

from crm.access import can
from crm.catalogue import RecordPanel
from crm.choices import Role, Verb
from crm.company import company_today
from crm.intervals import share_interval
from crm.past.panels import CHANGES
from crm.requests import SignedInRequest
from crm.tiles.spec import HomeCard
from service.knowledge.comparing import compared
from service.knowledge.queries import usefulness_of, waiting_for_review
from service.models import Article

COUNTED_DAYS = 90
MOST_VERSIONS = 100
MOST_WORDS = 5
MOST_AT_HOME = 5


def _user(request: HttpRequest) -> Any:
    return cast(SignedInRequest, request).user


def versions_tab(request: HttpRequest, record: models.Model) -> dict[str, Any]:
    """All versions; `?old=` and `?new=` are compared, the last two unless others are asked for."""
    article = cast(Article, record)
    versions = list(article.versions.select_related("author").defer("plain")[:MOST_VERSIONS])
    by_number = {str(one.number): one for one in versions}
    for one in versions:
        one.before = max(one.number - 1, 1)  # type: ignore[attr-defined]
    new = by_number.get(request.GET.get("new", ""), versions[0])
    old = by_number.get(request.GET.get("old", ""), versions[min(1, len(versions) - 1)])
    return {
        "versions": versions,
        "comparison": compared(old, new),
        "may_change": can(_user(request), Verb.CHANGE, article),
    }


def count_versions(request: HttpRequest, record: models.Model) -> int:
    return cast(Article, record).number


def files_tab(request: HttpRequest, record: models.Model) -> dict[str, Any]:
    article = cast(Article, record)
    files = article.files.select_related("file")
    return {"files": files, "may_change": can(_user(request), Verb.CHANGE, article)}


def use_panel(request: HttpRequest, record: models.Model) -> dict[str, Any]:
    """Readers, answers and votes; the newest words of who was not helped."""
    article = cast(Article, record)
    found = usefulness_of([article.pk], company_today() - dt.timedelta(days=COUNTED_DAYS))[article.pk]
    low, high = share_interval(found.helped, found.votes)
    missing = article.votes.filter(is_helpful=False).exclude(words="")[:MOST_WORDS] if found.votes else ()
    return {"found": found, "low": low, "high": high, "missing": missing, "days": COUNTED_DAYS}


def articles_at_home(request: HttpRequest) -> dict[str, Any] | None:
    """What is to be reviewed, for who may publish, and what this person keeps right and is due."""
    user = _user(request)
    if not can(user, Verb.CHANGE, Article):
        return None
    review = waiting_for_review()[:MOST_AT_HOME] if can(user, Verb.RUN, Article) else ()
    due = Article.objects.due(company_today()).filter(responsible=user).order_by("review_on")[:MOST_AT_HOME]
    found = {"review": list(review), "due": list(due)}
    return found if any(found.values()) else None


PANELS = (
    RecordPanel("versions", "Versions", "service/knowledge/_versions.html", versions_tab, place="tab", order=20,
        count=count_versions),
    RecordPanel("files", "Pictures and files", "service/knowledge/_files.html", files_tab, place="tab", order=30),
    RecordPanel("use", "Use", "service/knowledge/_use.html", use_panel, place="side", order=20),
    CHANGES,
)  # fmt: skip
CARDS = (
    HomeCard(
        "knowledge", "service/knowledge/_home.html", articles_at_home,
        roles=(Role.AGENT, Role.MANAGER, Role.ADMIN), order=31, label="Articles to look at", place="side",
    ),
)  # fmt: skip
