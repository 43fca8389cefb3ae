"""What a customer will bring, on the record page: a figure with its range, and the reasons in words."""

from __future__ import annotations

from typing import Any, cast

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext

from analytics.clv_specs import forecast_of, tone_of
from analytics.models import ClvScore, ModelRun
from analytics.queries import runs_shown
from crm.access import can
from crm.catalogue import RecordPanel
from crm.choices import Verb
from crm.company import current_company
from crm.field_rights import mask
from crm.languages.words import in_words
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
        "alive_text": in_words("there with %(chance)s", chance=percent(score.p_alive)) if score and is_there else "",
        "tone": tone_of(score.p_alive) if score and is_there else "neutral",
        "worth": _worth(score, currency) if score else "",
        "period": _period(run),
        "lines": [*reasons(score, currency, _basis(run)), *_unforecast(run)] if score else [],
    }


def reasons(score: ClvScore, currency: str, basis: str) -> list[str]:
    """Why the forecast is what it is, a sentence each; without what is not known or hidden."""
    said = [_rhythm(score)] if score.days_quiet is not None and score.x is not None else []
    if score.expected_purchases is not None:
        names = {"count": number(score.expected_purchases, 1), "value": whole_money(score.expected_value, currency)}
        is_valued = score.expected_value is not None
        pattern = (
            gettext("About %(count)s purchases expected, worth %(value)s each.")
            if is_valued
            else gettext("About %(count)s purchases expected.")
        )
        said.append(pattern % names)
        if score.next_purchase_on:
            said.append(
                gettext("The next one is expected around %(day)s, if still a customer.")
                % {"day": full_day(score.next_purchase_on)}
            )
        else:
            said.append(gettext("No next purchase is expected within ten years."))
    if score.historic_profit is not None:
        pattern = gettext("Revenue to date: %(amount)s.") if basis else gettext("Profit to date: %(amount)s.")
        said.append(pattern % {"amount": money(score.historic_profit, currency)})
    return said


def _unforecast(run: ModelRun) -> list[str]:
    """Why there is no forecast for anybody, where there is none."""
    return (
        []
        if run.parameters.get("r") is not None
        else [gettext("No forecast: too few customers came back to learn from.")]
    )


def _rhythm(score: ClvScore) -> str:
    names = {"day": full_day(score.last_purchase_on), "days": plural(score.days_quiet, "day")}
    if not score.last_purchase_on:
        last = gettext("No purchase for %(days)s") % names
    elif score.days_quiet:
        last = gettext("Last purchase %(day)s, %(days)s before") % names
    else:
        last = gettext("Last purchase %(day)s, on the day of the forecast") % names
    if not score.x:
        return in_words("%(last)s; bought on one day only.", last=last)
    if score.t_x is None:
        return f"{last}."
    gap = plural(max(round(score.t_x * 7 / score.x), 1), "day")
    return in_words("%(last)s; until then a purchase every %(gap)s on average.", last=last, gap=gap)


def _worth(score: ClvScore, currency: str) -> str:
    if score.clv is None:
        return ""
    names = {"clv": money(score.clv, currency)}
    if score.clv_low is None or score.clv_high is None:
        return gettext("Worth %(clv)s") % names
    names |= {"low": whole_money(score.clv_low, currency), "high": whole_money(score.clv_high, currency)}
    return gettext("Worth %(clv)s (%(low)s to %(high)s)") % names


def _period(run: ModelRun) -> str:
    months = {"months": plural(run.parameters["months"], "month")}
    said = gettext("in the next %(months)s of revenue") if _basis(run) else gettext("in the next %(months)s")
    return said % months


def _basis(run: ModelRun) -> str:
    """` of revenue` where no margin is taken off."""
    return " of revenue" if run.parameters.get("margin") == 1 else ""


PANELS = (RecordPanel("forecast", "Forecast", "analytics/_clv_panel.html", forecast, order=12),)
