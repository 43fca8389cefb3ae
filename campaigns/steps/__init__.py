"""What campaigns add to the analysis: results of campaigns, and who responds. The settings name `STEPS`."""

from __future__ import annotations

from analytics.steps.kinds import Step
from campaigns.steps import propensity, results

STEPS = (
    Step(
        "campaigns",
        "Results of campaigns",
        results.run,
        results.read_parameters,
        ("cost_per_contact", "margin"),
        describe=results.describe,
        url_name="campaigns:campaign_list",
    ),
    Step(
        "propensity",
        "Propensity: who responds to campaigns",
        propensity.run,
        propensity.read_parameters,
        ("campaign", "allow"),
        describe=propensity.describe,
        url_name="campaigns:propensity",
    ),
)
