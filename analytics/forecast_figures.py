"""The figures on top of the forecast, each with what explains it: for its page and for the home page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_noop as _

from analytics import forecast_past as past
from analytics.forecast_page import Span, slipped_url
from crm.languages.words import in_words
from crm.templatetags.figures import number, percent, short_money
from pipeline.choices import ForecastCategory, Outcome

if TYPE_CHECKING:
    from analytics.forecast_cells import Row
    from analytics.models import ModelRun


def six_figures(total: Row, span: Span, run: ModelRun | None, currency: str) -> list[dict[str, Any]]:
    """Won, forecast, at this pace, commit, slipped, coverage; money in the company's currency."""

    def shown(value: float | None) -> str:
        return "–" if value is None else short_money(value, currency)

    best = run.metrics["recommended"] if run else None
    method = best if best in past.METHODS else "learned"
    error = run.metrics["methods"][method]["backtest_error"] if run else None
    pace = total.won / span.share_over if span.share_over else None
    target = _("no target")
    if total.target:
        aim, reached = shown(total.target), percent(total.attainment)
        target = in_words("target %(target)s, %(reached)s reached", target=aim, reached=reached)
    at_pace = in_words("%(share)s of the time is over", share=percent(span.share_over))
    if total.target and pace is not None:
        share = percent(pace / total.target)
        at_pace = in_words("%(over)s; that is %(share)s of the target", over=at_pace, share=share)
    return [
        {"label": f"Won in {span.period}", "value": shown(total.won), "note": target, "url": won_url(span)},
        {"label": f"Forecast, {past.METHODS[method].lower()}", "value": shown(total.said(method)),
         "note": in_words("back-test error %(error)s", error=percent(error, 1))
                 if error is not None else _("not tried yet")},
        {"label": "At this pace", "value": shown(pace), "note": at_pace},
        {"label": "Commit", "value": shown(total.said("commit")), "url": open_url(span, ForecastCategory.COMMIT),
         "note": in_words("best case %(best)s, pipeline %(pipeline)s", best=shown(total.said("best_case")),
                          pipeline=shown(total.said("pipeline")))},
        {"label": "Slipped", "value": number(total.slipped), "note": shown(total.slipped_amount),
         "url": slipped_url()},
        {"label": "Coverage", "value": "–" if total.coverage is None else f"{number(total.coverage, 1)} ×",
         "note": "weighted open ÷ missing to the target", "url": open_url(span)},
    ]  # fmt: skip


def open_url(span: Span, category: ForecastCategory | None = None) -> str:
    """The open deals that are expected in a span, in the list: all of them, or those that the reps forecast so."""
    period = span.period
    asked = {"outcome": Outcome.OPEN.value, "expected_on_min": period.start.isoformat(), "expected_on_max": period.end}
    if category:
        asked["forecast_category"] = category.value
    return f"{reverse('pipeline:deal_list')}?{urlencode(asked)}"


def won_url(span: Span) -> str:
    """The deals won in a span, in the list."""
    period = span.period
    asked = {"outcome": Outcome.WON.value, "closed_on_min": period.start.isoformat(), "closed_on_max": period.end}
    return f"{reverse('pipeline:deal_list')}?{urlencode(asked)}"
