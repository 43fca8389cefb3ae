"""What a customer will bring, on the record page: a figure with its range, and the reasons in words."""

from __future__ import annotations

from typing import Any, cast

from django.db import models
from django.http import HttpRequest

from analytics.clv_specs import forecast_of, tone_of
from analytics.models import ClvScore, ModelRun
from analytics.queries import runs_shown
from crm.access import can
from crm.catalogue import RecordPanel
from crm.choices import Verb
from crm.company import current_company
from crm.field_rights import mask
from crm.requests import SignedInRequest
from crm.templatetags.figures import full_day, money, number, percent, plural, whole_money


def forecast(request: HttpRequest, record: models.Model) -> dict[str, Any] | None:
    """The forecast of a customer without what is hidden from the person; nothing before the first run."""
    run = runs_shown(request).get("clv")
    if run is None:
        return None
    user = cast(SignedInRequest, request).user
    score = forecast_of(record)
    mask(user, score)
    currency = current_company().currency
    is_there = score is not None and score.p_alive is not None
    return {
        "run": run,
        "score": score,
        "may_open_run": can(user, Verb.VIEW, ModelRun),
        "alive_text": f"there with {percent(score.p_alive)}" if score and is_there else "",
        "tone": tone_of(score.p_alive) if score and is_there else "neutral",
        "worth": _worth(score, currency) if score else "",
        "period": f"in the next {plural(run.parameters['months'], 'month')}{_basis(run)}",
        "lines": [*reasons(score, currency, _basis(run)), *_unforecast(run)] if score else [],
    }


def reasons(score: ClvScore, currency: str, basis: str) -> list[str]:
    """Why the forecast is what it is, a sentence each; without what is not known or hidden."""
    said = [_rhythm(score)] if score.days_quiet is not None and score.x is not None else []
    if score.expected_purchases is not None:
        worth = (
            f", worth {whole_money(score.expected_value, currency)} each" if score.expected_value is not None else ""
        )
        said.append(f"About {number(score.expected_purchases, 1)} purchases expected{worth}.")
        if score.next_purchase_on:
            said.append(f"The next one is expected around {full_day(score.next_purchase_on)}, if still a customer.")
        else:
            said.append("No next purchase is expected within ten years.")
    if score.historic_profit is not None:
        what = "Revenue" if basis else "Profit"
        said.append(f"{what} to date: {money(score.historic_profit, currency)}.")
    return said


def _unforecast(run: ModelRun) -> list[str]:
    """Why there is no forecast for anybody, where there is none."""
    return [] if run.parameters.get("r") is not None else ["No forecast: too few customers came back to learn from."]


def _rhythm(score: ClvScore) -> str:
    quiet = "on the day of the forecast" if not score.days_quiet else f"{plural(score.days_quiet, 'day')} before"
    last = (
        f"Last purchase {full_day(score.last_purchase_on)}, {quiet}" if score.last_purchase_on else f"Quiet for {quiet}"
    )
    if not score.x:
        return f"{last}; bought on one day only."
    if score.t_x is None:
        return f"{last}."
    gap = max(round(score.t_x * 7 / score.x), 1)
    return f"{last}; until then a purchase every {plural(gap, 'day')} on average."


def _worth(score: ClvScore, currency: str) -> str:
    if score.clv is None:
        return ""
    text = f"Worth {money(score.clv, currency)}"
    if score.clv_low is None or score.clv_high is None:
        return text
    return f"{text} ({whole_money(score.clv_low, currency)} to {whole_money(score.clv_high, currency)})"


def _basis(run: ModelRun) -> str:
    """` of revenue` where no margin is taken off."""
    return " of revenue" if run.parameters.get("margin") == 1 else ""


PANELS = (RecordPanel("forecast", "Forecast", "analytics/_clv_panel.html", forecast, order=12),)
