"""Who was in a campaign that is over, treated or kept out as control, and what became of each of them.

Both sides are known as of the same moments (see `propensity_rows`): facts as of when the place was written down, orders
and earlier campaigns before the day on which the campaign began. A treated person whose mail never left counts as
treated, as in the lift: who can be reached is no matter of the draw.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import sql

from analytics.models import ModelRun
from analytics.statements import rows_of
from analytics.steps import AnalysisError
from campaigns.choices import CampaignState, Reached
from campaigns.models import Campaign, Variant
from campaigns.steps.propensity_rows import Learned
from campaigns.uplift_runs import holding_run, last_good_run
from crm.company import current_company, end_of_day

OUTCOMES = (Reached.RESPONDED.value, Reached.CONVERTED.value)
TRIAL_SQL = sql.SQL("""
SELECT r.contact_id, (NOT v.is_control)::int, (coalesce(r.{outcome}, false) AND
    (r.{moment} IS NULL OR r.{moment} < %(end)s))::int, r.recorded_at + interval '15 minutes',
  (min(coalesce(r.sent_at, r.recorded_at)) OVER () AT TIME ZONE %(zone)s)::date, r.{outcome} IS NOT NULL
FROM campaigns_recipient r JOIN campaigns_variant v ON v.id = r.variant_id
WHERE r.campaign_id = %(campaign)s AND (v.is_control OR %(variant)s::bigint IS NULL OR v.id = %(variant)s)
  AND (r.sent_at IS NULL OR r.sent_at < %(end)s)
ORDER BY r.contact_id
""")


@dataclass(frozen=True)
class Asked:
    """Which campaign to learn from: all that it said, or one variant; and what counts as moved."""

    campaign: Campaign
    variant: Variant | None
    outcome: str

    @property
    def name(self) -> str:
        return f"{self.campaign}, {self.variant}" if self.variant else str(self.campaign)

    @property
    def parameters(self) -> dict[str, Any]:
        return {
            "campaign": self.campaign.name,
            "variant": self.variant.name if self.variant else None,
            "outcome": self.outcome,
        }


@dataclass(frozen=True)
class Trial:
    """People in a campaign: who they are and what became of them, who was treated, in how many it was measured."""

    people: Learned
    treated: NDArray[np.int64]
    measured: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.people)

    def take(self, rows: NDArray[np.int64]) -> Trial:
        return Trial(self.people.take(rows), self.treated[rows], self.measured[rows])

    def side(self, kind: int) -> tuple[int, int]:
        """(people, responses) of the treated (1) or of the control group (0)."""
        rows = self.treated == kind
        return int(rows.sum()), int(self.people.outcome[rows].sum())

    @property
    def is_measured(self) -> bool:
        """Whether the outcome is known of anybody on both sides."""
        return all(self.measured[self.treated == kind].any() for kind in (0, 1))


def asked_for(parameters: Mapping[str, Any]) -> Asked | None:
    """What the parameters name; without a campaign the one that the uplifts of now, or the last figures, rest on, or
    else that with the most to learn from. None where there is none. Raises AnalysisError for an unknown one."""
    if parameters["campaign"] is None:
        return _last(parameters["outcome"]) or _largest(parameters["outcome"])
    campaign = Campaign.objects.filter(name__iexact=parameters["campaign"]).first()
    if campaign is None:
        raise AnalysisError(f"There is no campaign “{parameters['campaign'][:60]}” to learn from.")
    variant = None
    if parameters["variant"] is not None:
        variant = campaign.variants.filter(name__iexact=parameters["variant"], is_control=False).first()
        if variant is None:
            raise AnalysisError(f"“{campaign}” has no variant “{parameters['variant'][:60]}” that anybody got.")
    return Asked(campaign, variant, parameters["outcome"] or OUTCOMES[0])


def held_by_others(asked: Asked) -> ModelRun | None:
    """The run whose uplifts people have now, if it learned from something else than what is asked for."""
    run = holding_run()
    if run is None:
        return None
    mine = (asked.campaign.pk, asked.variant.pk if asked.variant else None, asked.outcome)
    return None if mine == tuple(run.metrics[name] for name in ("campaign_id", "variant_id", "outcome")) else run


def _last(outcome: str | None) -> Asked | None:
    run = holding_run() or last_good_run()
    if run is None:
        return None
    campaign = Campaign.objects.filter(pk=run.metrics["campaign_id"]).first()
    key = run.metrics.get("variant_id")
    variant = campaign.variants.filter(pk=key).first() if campaign and key else None
    if campaign is None or (key and variant is None):
        return None
    return Asked(campaign, variant, outcome or run.parameters["outcome"])


def _largest(outcome: str | None) -> Asked | None:
    """Of the campaigns that are over with a control group, the one whose lift is known best: the most people where both
    sides are of one size, fewer where one is small. Of equal ones the newest."""
    sizes: dict[int, list[int]] = {}
    rows = Variant.objects.filter(campaign__state=CampaignState.OVER, campaign__play=None, tally__n__gt=0)
    for campaign, is_control, n in rows.values_list("campaign_id", "is_control", "tally__n"):
        sizes.setdefault(campaign, [0, 0])[int(is_control)] += n
    known = {key: treated * kept_out / (treated + kept_out) for key, (treated, kept_out) in sizes.items() if kept_out}
    if not known:
        return None
    return Asked(Campaign.objects.get(pk=max(known, key=lambda key: (known[key], key))), None, outcome or OUTCOMES[0])


def trial_of(asked: Asked, as_of: dt.date) -> Trial:
    """Who was in it by the end of a day, and what they had done by then where the moment is known."""
    query = TRIAL_SQL.format(outcome=sql.Identifier(asked.outcome), moment=sql.Identifier(f"{asked.outcome}_at"))
    values = {
        "campaign": asked.campaign.pk,
        "variant": asked.variant.pk if asked.variant else None,
        "end": end_of_day(as_of),
        "zone": current_company().time_zone,
    }
    rows = rows_of(query, values)
    people = Learned(
        np.array([row[0] for row in rows], dtype=np.int64),
        np.array([row[2] for row in rows], dtype=np.int64),
        [row[3] for row in rows],
        [row[4] for row in rows],
    )
    treated = np.array([row[1] for row in rows], dtype=np.int64)
    return Trial(people, treated, np.array([row[5] for row in rows], dtype=bool))
