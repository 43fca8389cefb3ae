"""On the page of a contact: its rung of the ladder with what put it there, its strategy with the rule that chose it."""

from __future__ import annotations

from typing import Any, cast

from django.db import models
from django.http import HttpRequest

from analytics.choices import Evidence, Rung
from analytics.models import LadderScore, StrategyScore
from analytics.portfolio.specs import RUNG_TONES, STRATEGY_TONES, ladder_of, strategy_of
from analytics.rights import sees_runs
from crm.catalogue import RecordPanel
from crm.field_rights import hidden_fields
from crm.languages.words import in_words, translated
from crm.requests import SignedInRequest
from crm.templatetags.figures import full_day, plural


def standing(request: HttpRequest, record: models.Model) -> dict[str, Any] | None:
    """The rung with its evidence in words, and how far up it is; nothing where there is none."""
    user = cast(SignedInRequest, request).user
    found = ladder_of(record)
    if found is None or hidden_fields(user, LadderScore):
        return None
    reached = Rung.values.index(found.rung)
    return {
        "score": found,
        "tone": RUNG_TONES.get(found.rung, "neutral"),
        "evidence": evidence_in_words(found),
        "place": reached + 1,
        "places": len(Rung.values),
        "may_open_page": sees_runs(user),
        "strategy": strategy_pill(request, record),
    }


def strategy_pill(request: HttpRequest, record: models.Model) -> dict[str, Any] | None:
    """The strategy with the rule that chose it; nothing where there is none or it is hidden."""
    found = strategy_of(record)
    hidden = hidden_fields(cast(SignedInRequest, request).user, StrategyScore)
    if found is None or hidden & {"strategy", "rule", "because"}:
        return None
    return {
        "label": found.get_strategy_display(),
        "tone": STRATEGY_TONES.get(found.strategy, "neutral"),
        "rule": found.rule,
        "because": found.because,
        "title": in_words("Strategy, by the rule “%(rule)s”: %(because)s", rule=found.rule, because=found.because),
    }


def evidence_in_words(score: LadderScore) -> str:
    """`bought on 3 days, the last on 4 Mar 2026`"""
    day = full_day(score.evidence_on) if score.evidence_on else ""
    if score.evidence == Evidence.PURCHASE:
        if score.count == 1:
            return in_words("bought once, on %(day)s", day=day)
        return in_words("bought on %(count)s days, the last on %(day)s", count=score.count, day=day)
    if score.evidence == Evidence.REFERRAL:
        people = plural(score.count, "person", "people")
        if score.count == 1:
            return in_words("referred %(people)s who became a customer, the first on %(day)s", people=people, day=day)
        return in_words("referred %(people)s who became customers, the first on %(day)s", people=people, day=day)
    if score.evidence == Evidence.LEAD:
        return in_words("a lead or deal since %(day)s", day=day)
    told = translated(str(score.get_evidence_display()))
    return in_words("%(text)s, on %(day)s", text=told, day=day) if day else told


CONTACT_PANELS = (
    RecordPanel(
        "strategy", "Strategy", "analytics/portfolio/_strategy_pill.html", strategy_pill, place="pill", order=12
    ),
    RecordPanel("ladder", "Ladder of loyalty", "analytics/portfolio/_standing.html", standing, order=14),
)
