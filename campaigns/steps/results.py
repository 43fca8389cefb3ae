"""Results of all campaigns: rates, lift over the control group, incremental money, return."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db.models import F, Q

from analytics.models import ModelRun
from analytics.steps import AnalysisError, StepResult
from campaigns.models import Campaign, Recipient, Variant
from campaigns.results import NO_CONTROL, Costs, Outcome, as_metrics, outcome_of
from campaigns.tallies import Counted, Tally, count_again, tallies_by
from crm.company import end_of_day
from crm.jobs import Progress


def read_parameters(given: Mapping[str, Any]) -> dict[str, Any]:
    """`cost_per_contact` and `margin` (0 to 1) that hold for all campaigns, instead of what each of them says."""
    return {
        "cost_per_contact": _amount(given.get("cost_per_contact"), "cost_per_contact", most=1e9),
        "margin": _amount(given.get("margin"), "margin", most=1),
    }


def run(as_of: dt.date, parameters: Mapping[str, Any], progress: Progress, *, run_id: int) -> StepResult:
    """Count every campaign again, and say what came of it by the end of `as_of`."""
    progress.report(0, 2, "Counting recipients")
    campaigns = list(Campaign.objects.order_by("pk"))
    count_again(campaign.pk for campaign in campaigns)
    rows = Recipient.objects.filter(variant__isnull=False, campaign__play=None)
    rows = rows.filter(Q(sent_at=None) | Q(sent_at__lt=end_of_day(as_of)))
    tallies = {keys[0]: tally for keys, tally in tallies_by(rows, F("variant")).items()}
    progress.report(1, 2, "Comparing with control groups")
    variants: dict[int, list[Variant]] = {}
    for variant in Variant.objects.order_by("is_control", "position", "pk"):
        variants.setdefault(variant.campaign_id, []).append(variant)
    outcomes = {
        campaign.name: outcome_of(
            _counted(variants.get(campaign.pk, []), tallies), _costs(Costs.of(campaign), parameters)
        )
        for campaign in campaigns
    }
    metrics = {
        "campaigns": {name: as_metrics(outcome) for name, outcome in outcomes.items()},
        "sentences": _sentences(outcomes),
    }
    progress.report(2, 2, "Done")
    return StepResult(sum(tally.n for tally in tallies.values()), dict(parameters), metrics, data_to=as_of)


def describe(run: ModelRun) -> list[str]:
    """A run in words, a line each."""
    found = run.metrics.get("campaigns", {})
    people = f"{run.row_count:,} people in {len(found):,} campaigns."
    return [people, *run.metrics.get("sentences", ())]


def _counted(variants: list[Variant], tallies: Mapping[Any, Tally]) -> Counted:
    known = [(variant, tallies.get(variant.pk, Tally())) for variant in variants]
    control = next((one for one in known if one[0].is_control), None)
    return Counted(tuple(one for one in known if not one[0].is_control), control)


def _costs(own: Costs, parameters: Mapping[str, Any]) -> Costs:
    cost, margin = parameters["cost_per_contact"], parameters["margin"]
    if cost is not None:
        own = Costs(cost, None, own.margin)
    return own if margin is None else Costs(own.contact, own.fixed, margin)


def _sentences(outcomes: Mapping[str, Outcome]) -> list[str]:
    said = []
    for name, outcome in outcomes.items():
        if outcome.has_anybody and outcome.control is None:
            said.append(f"{name}: {NO_CONTROL}, so there is no lift to tell.")
    return said


def _amount(text: Any, name: str, *, most: float) -> float | None:
    if text is None or str(text).strip() == "":
        return None
    try:
        value = float(str(text).strip())
    except ValueError:
        value = -1.0
    if not 0 <= value <= most:
        raise AnalysisError(f"{name} must be a number from 0 to {most:g}, not “{str(text)[:40]}”.")
    return value
