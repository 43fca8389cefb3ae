"""What the analysis puts on other pages: what a customer is worth, and the segments at a glance."""

from __future__ import annotations

import bisect
import datetime as dt
from decimal import Decimal
from typing import Any, cast

from django.db import models
from django.http import HttpRequest

from analytics.models import ModelRun, RfmScore, RfmSegment
from analytics.queries import cells_for, last_run, segments
from analytics.rfm_page import RfmPage
from analytics.specs import score_of
from contacts.models import Contact
from crm.access import can
from crm.catalogue import HomeCard, RecordPanel
from crm.choices import Role, Verb
from crm.company import current_company
from crm.requests import SignedInRequest
from crm.templatetags.figures import full_day, money, plural

MOST_SEGMENTS = 6


def segment_pill(request: HttpRequest, record: models.Model) -> dict[str, Any] | None:
    score = score_of(record)
    return {"score": score} if score and score.segment else None


def worth(request: HttpRequest, record: models.Model) -> dict[str, Any] | None:
    """The scores of a customer, each in words; or why there are none. Nothing before the first run."""
    run = last_run("rfm")
    if run is None:
        return None
    contact, user = cast(Contact, record), cast(SignedInRequest, request).user
    score = score_of(contact)
    return {
        "run": run,
        "score": score,
        "may_open_run": can(user, Verb.VIEW, ModelRun),
        "window_days": run.parameters.get("window_days"),
        "segment": RfmSegment.objects.filter(name=score.segment).first() if score and score.segment else None,
        "lines": score_lines(score, run) if score else [],
    }


def score_lines(score: RfmScore, run: ModelRun) -> list[dict[str, Any]]:
    """A line for each score: what it rests on, and how many customers are strictly worse, at least."""
    when = "on the day of the scores" if score.recency_days == 0 else f"{plural(score.recency_days, 'day')} before"
    bought = "Bought once" if score.frequency == 1 else f"Bought {plural(score.frequency, 'time')}"
    revenue = money(score.monetary, current_company().currency)
    shares = {letter: share_below(run, letter, value) for letter, value in _values(score).items()}
    return [
        _line("R", score.r, f"Last bought {full_day(score.last_purchase_on)}, {when}", "later than", shares["r"]),
        _line("F", score.f, bought, "more often than", shares["f"]),
        _line("M", score.m, f"{revenue} net revenue", "more than", shares["m"]),
    ]


def share_below(run: ModelRun, letter: str, value: Any) -> int:
    """At least so many percent of the customers of a run have a strictly smaller value; 0 where fewer than 1."""
    reads: dict[str, Any] = {"r": dt.date.fromisoformat, "f": int, "m": Decimal}
    bounds = [reads[letter](bound) for bound in run.metrics.get("percentiles", {}).get(letter, ())]
    return bisect.bisect_left(bounds, value)


def _values(score: RfmScore) -> dict[str, Any]:
    return {"r": score.last_purchase_on, "f": score.frequency, "m": score.monetary}


def _line(letter: str, rank: int, fact: str, comparison: str, share: int) -> dict[str, Any]:
    """Honest at the lower end: the same as many others is said as such."""
    compared = (
        f"{comparison} {share}\N{NO-BREAK SPACE}% of the customers" if share else "among the lowest of all customers"
    )
    return {"letter": letter, "rank": rank, "fact": fact, "compared": compared}


def glance(request: HttpRequest) -> dict[str, Any] | None:
    """The segments with the most money, for the home page."""
    run = last_run("rfm")
    user = cast(SignedInRequest, request).user
    if run is None or not run.row_count or not can(user, Verb.VIEW, ModelRun):
        return None
    page = RfmPage(run, cells_for(user, run), segments(), current_company().currency)
    rows = sorted(page.segment_rows, key=lambda row: row.tally.revenue, reverse=True)
    return {"page": page, "rows": [row for row in rows if row.tally.customers][:MOST_SEGMENTS]}


CONTACT_PANELS = (
    RecordPanel("segment", "Segment", "analytics/_segment_pill.html", segment_pill, place="pill", order=10),
    RecordPanel("worth", "Worth", "analytics/_worth.html", worth, order=10),
)
HOME = (
    HomeCard(
        "segments", "analytics/_home_segments.html", glance, roles=(Role.MARKETER, Role.MANAGER, Role.ADMIN), order=30
    ),
)
