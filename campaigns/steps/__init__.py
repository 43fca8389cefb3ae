"""What campaigns add to the analysis: their results, who responds, whom they move. The settings name `STEPS`."""

from __future__ import annotations

from analytics.steps.kinds import Step

STEPS = (
    Step(
        "campaigns",
        "Results of campaigns",
        "campaigns.steps.results",
        ("cost_per_contact", "margin"),
        url_name="campaigns:campaign_list",
    ),
    Step("retaining", "Retention actions", "campaigns.steps.retaining", url_name="campaigns:retention_action_list"),
    Step(
        "propensity",
        "Propensity: who responds to campaigns",
        "campaigns.steps.propensity",
        ("campaign", "allow"),
        url_name="campaigns:propensity",
    ),
    Step(
        "uplift",
        "Uplift: whom a campaign moves",
        "campaigns.steps.uplift",
        ("campaign", "variant", "outcome", "allow"),
        url_name="campaigns:uplift",
    ),
)
