"""The entry of the analysis: a card for each page with its main figure and how old it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import reverse

from analytics.models import ModelRun
from analytics.registry import STEPS
from analytics.run_page import StepState, scalars, shown, step_states
from crm.company import current_company
from crm.templatetags.figures import NOTHING, full_day, number, percent, short_money, words


def _rfm(run: ModelRun) -> tuple[str, str]:
    money = short_money(run.metrics.get("net_revenue"), current_company().currency)
    return number(run.metrics.get("customers")), f"customers scored, {money} net revenue"


def _retention(run: ModelRun) -> tuple[str, str]:
    full = [one for one in run.metrics.get("periods", ()) if not one["partial"] and one["raw"] is not None]
    if not full:
        return NOTHING, "no full period yet"
    return percent(
        full[-1]["raw"], 1
    ), f"of {number(full[-1]['active_at_start'])} customers came back in the last full period"


def _cohorts(run: ModelRun) -> tuple[str, str]:
    return number(len(run.metrics.get("cohorts", ()))), "cohorts by first purchase"


def _clv(run: ModelRun) -> tuple[str, str]:
    money = short_money(run.metrics.get("total_clv"), current_company().currency)
    return money, f"expected of {number(run.metrics.get('customers'))} customers"


def _churn(run: ModelRun) -> tuple[str, str]:
    return number(run.metrics.get("auc"), 3), "AUC: how well the model tells who leaves (0.5 is chance)"


def _costs(run: ModelRun) -> tuple[str, str]:
    money = short_money(run.metrics.get("cost_to_serve"), current_company().currency)
    return money, f"to serve {number(run.metrics.get('customers'))} customers"


def _clusters(run: ModelRun) -> tuple[str, str]:
    return number(run.metrics.get("k", 0)), f"clusters of {number(run.metrics.get('customers'))} customers"


def _families(run: ModelRun) -> tuple[str, str]:
    if "auc" not in run.metrics:
        return NOTHING, "nothing to learn from yet"
    shown = f"{run.metrics['shown']} of {len(run.metrics['names'])} families have chances"
    return number(run.metrics["auc"], 3), f"AUC on later days; {shown}"


MAIN: dict[str, Callable[[ModelRun], tuple[str, str]]] = {
    "rfm": _rfm,
    "clv": _clv,
    "churn": _churn,
    "costs": _costs,
    "clusters": _clusters,
    "families": _families,
    "retention": _retention,
    "cohorts": _cohorts,
}
TITLES = {"rfm": "Customer scores", "clv": "Customer lifetime value", "costs": "Profitability"}


def cards(*, sees_all: bool) -> list[dict[str, Any]]:
    """A card for each step that has a page; figures over all customers only for who may see them all."""
    states = [state for state in step_states() if state.step.url_name and state.step.name != "history"]
    if sees_all:
        return [_card(state) for state in states]
    return [_without_figures(state) for state in states if state.step.name == "rfm"]


def _without_figures(state: StepState) -> dict[str, Any]:
    return {
        "label": TITLES["rfm"],
        "value": full_day(state.run.as_of) if state.run else NOTHING,
        "note": "the day of the scores of your customers",
        "url": reverse(state.step.url_name),
    }


def _card(state: StepState) -> dict[str, Any]:
    run = state.run
    value, what = (NOTHING, "has not run yet") if run is None else MAIN.get(state.step.name, _first)(run)
    return {
        "label": TITLES.get(state.step.name, STEPS[state.step.name].label),
        "value": value,
        "change": "failed since" if state.failure and run else "",
        "change_tone": "bad",
        "note": f"{what}; as of {full_day(run.as_of)}" if run else what,
        "url": reverse(state.step.url_name),
    }


def _first(run: ModelRun) -> tuple[str, str]:
    name, value = next(iter(scalars(run.metrics).items()), ("rows", run.row_count))
    return shown(value), words(name).lower()
