"""What the analysis puts on other pages: what a customer is worth, and the segments at a glance."""

from __future__ import annotations

import bisect
import datetime as dt
from decimal import Decimal
from typing import Any, cast

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from analytics.models import ChurnScore, ModelRun, RfmScore
from analytics.queries import cells_for, last_run, metrics_shown, runs_shown, segments
from analytics.reasons import reasons_shown
from analytics.rfm_page import RfmPage
from analytics.specs import CHURN_TONES, churn_of, score_of
from contacts.models import Contact
from crm.access import can
from crm.catalogue import RecordPanel
from crm.choices import Role, Verb
from crm.company import current_company
from crm.field_rights import hidden_fields, mask
from crm.languages.words import in_words, translated
from crm.requests import SignedInRequest
from crm.templatetags.figures import full_day, money, percent, plural
from crm.tiles.spec import HomeCard

MOST_SEGMENTS = 6


def segment_pill(request: HttpRequest, record: models.Model) -> dict[str, Any] | None:
    score = _masked_score(request, record)
    return {"score": score} if score and score.segment else None


def worth(request: HttpRequest, record: models.Model) -> dict[str, Any] | None:
    """The scores of a customer, each in words; or why there are none. Nothing before the first run."""
    run = runs_shown(request).get("rfm")
    if run is None:
        return None
    user = cast(SignedInRequest, request).user
    score = _masked_score(request, record)
    return {
        "run": run,
        "score": score,
        "may_open_run": can(user, Verb.VIEW, ModelRun),
        "window_days": run.parameters.get("window_days"),
        "advice": _advice(run, score.segment) if score else "",
        "lines": score_lines(score, run) if score else [],
    }


def _advice(run: ModelRun, segment: str) -> str:
    """What the table of segments advises for one; `run` is of `runs_shown`."""
    told: list[dict[str, str]] = getattr(run, "advice", None) or []
    return next((one["advice"] for one in told if one["name"] == segment), "") if segment else ""


def _masked_score(request: HttpRequest, record: models.Model) -> RfmScore | None:
    """The scores of a customer without what is hidden from the person."""
    score = score_of(record)
    mask(cast(SignedInRequest, request).user, score)
    return score


def score_lines(score: RfmScore, run: ModelRun) -> list[dict[str, Any]]:
    """A line for each score that is not hidden: what it rests on; how many customers are strictly worse, at least."""
    known = {letter: value for letter, value in _values(score).items() if None not in (value, getattr(score, letter))}
    return [
        _line(letter.upper(), getattr(score, letter), *FACTS[letter](score), share_below(run, letter, value))
        for letter, value in known.items()
    ]


def _last_bought(score: RfmScore) -> tuple[str, str]:
    names = {"day": full_day(score.last_purchase_on), "days": plural(score.recency_days, "day")}
    said = (
        gettext("Last bought %(day)s, %(days)s before")
        if score.recency_days
        else gettext("Last bought %(day)s, on the day of the scores")
    )
    return said % names, _("later than %(share)s\N{NO-BREAK SPACE}%% of the customers")


def _how_often(score: RfmScore) -> tuple[str, str]:
    said = in_words("Bought %(times)s", times=plural(score.frequency, "time"))
    return gettext("Bought once") if score.frequency == 1 else said, _(
        "more often than %(share)s\N{NO-BREAK SPACE}%% of the customers"
    )


def _how_much(score: RfmScore) -> tuple[str, str]:
    said = in_words("%(amount)s net revenue", amount=money(score.monetary, current_company().currency))
    return said, _("more than %(share)s\N{NO-BREAK SPACE}%% of the customers")


FACTS = {"r": _last_bought, "f": _how_often, "m": _how_much}


def share_below(run: ModelRun, letter: str, value: Any) -> int:
    """At least so many percent of the customers of a run have a strictly smaller value; 0 where fewer than 1."""
    reads: dict[str, Any] = {"r": dt.date.fromisoformat, "f": int, "m": Decimal}
    bounds = [reads[letter](bound) for bound in (metrics_shown(run).get("percentiles") or {}).get(letter, ())]
    return bisect.bisect_left(bounds, value)


def _values(score: RfmScore) -> dict[str, Any]:
    return {"r": score.last_purchase_on, "f": score.frequency, "m": score.monetary}


def _line(letter: str, rank: int, fact: str, comparison: str, share: int) -> dict[str, Any]:
    """Honest at the lower end: the same as many others is said as such."""
    compared = translated(comparison) % {"share": share} if share else gettext("among the lowest of all customers")
    return {"letter": letter, "rank": rank, "fact": fact, "compared": compared}


def glance(request: HttpRequest) -> dict[str, Any] | None:
    """The segments with the most money, for the home page."""
    run = last_run("rfm")
    user = cast(SignedInRequest, request).user
    if run is None or not run.row_count or not can(user, Verb.VIEW, ModelRun) or hidden_fields(user, RfmScore):
        return None
    page = RfmPage(run, cells_for(user, run), segments(), current_company().currency)
    rows = sorted(page.segment_rows, key=lambda row: row.tally.revenue, reverse=True)
    return {"page": page, "rows": [row for row in rows if row.tally.customers][:MOST_SEGMENTS]}


def churn(request: HttpRequest, record: models.Model) -> dict[str, Any] | None:
    """The chance to leave of a customer with its reasons in words; nothing where it is not computed."""
    user = cast(SignedInRequest, request).user
    score = churn_of(record)
    if score is None or hidden_fields(user, ChurnScore):
        return None
    run = runs_shown(request).get("churn")
    if run is None or run.pk != score.run_id:
        run = ModelRun.objects.filter(pk=score.run_id).first()
    found = metrics_shown(run) if run else {}
    is_by_label = found.get("way") == "label"
    return {
        "score": score,
        "chance": percent(score.probability),
        "tone": CHURN_TONES[score.band],
        "reasons": reasons_shown(score.reasons, found.get("features") or {}, user, Contact, is_by_label=is_by_label),
        "currency": current_company().currency,
        "horizon": run.parameters.get("horizon_days") if run else None,
        "may_open_run": can(user, Verb.VIEW, ModelRun),
    }


CONTACT_PANELS = (
    RecordPanel("segment", "Segment", "analytics/_segment_pill.html", segment_pill, place="pill", order=10),
    RecordPanel("worth", "Worth", "analytics/_worth.html", worth, order=10),
    RecordPanel("churn", "Chance to leave", "analytics/_churn.html", churn, order=12),
)
HOME = (
    HomeCard(
        "segments",
        "analytics/_home_segments.html",
        glance,
        roles=(Role.MARKETER, Role.MANAGER),
        order=30,
        label="Customers at a glance",
        place="side",
    ),
)
